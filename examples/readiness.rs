//! A readiness endpoint: what is ready, what is degraded, what is down.
//!
//! ```sh
//! cargo run -p wristband-m2m-examples --bin readiness
//! ```
//!
//! `Degraded` returns 200. The token in the cache is valid, so every call succeeds; and the endpoint that fails is the same
//! for all instances. A probe that failed now would take all of them out of service at once, and make an outage for your
//! callers out of one that they have not noticed. Alert on `degraded` instead.

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;
use wristband_m2m::testing::MockWristband;
use wristband_m2m::{TokenState, WristbandM2mClient};
use wristband_m2m_reqwest::reqwest;

#[derive(Serialize)]
struct Readiness {
    token: &'static str,
    expires_in_seconds: Option<u64>,
    /// Shows no secret, no token and no response body.
    last_error: Option<String>,
}

/// Does not wait for a token. Where one is missing or due for a refresh it starts the fetch: an instance that is not ready
/// gets no other traffic, and would never have a token.
async fn ready(State(client): State<WristbandM2mClient>) -> (StatusCode, Json<Readiness>) {
    let (code, token) = match client.cached_token() {
        None => (StatusCode::SERVICE_UNAVAILABLE, "none"),
        Some(_) if client.status().state() == TokenState::Degraded => (StatusCode::OK, "degraded"),
        Some(_) => (StatusCode::OK, "ready"),
    };
    let status = client.status();
    let readiness = Readiness {
        token,
        expires_in_seconds: status.expires_in().map(|left| left.as_secs()),
        last_error: status.last_error().map(|error| error.to_string()),
    };
    (code, Json(readiness))
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    // In a service: `WristbandM2mClient::from_env()?`.
    let wristband = MockWristband::start().await;
    let client = wristband.client();
    let app = Router::new()
        .route("/ready", get(ready))
        .with_state(client.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/ready", listener.local_addr()?);
    tokio::spawn(async { axum::serve(listener, app).await });

    probe("just started", &url).await?;
    probe_until_ready(&url).await?;

    // An API rejects the token while Wristband is down: the others keep it.
    wristband.fail_next(3, 503);
    let token = client.get_token().await?;
    let replaced = client.replace_token(&token).await;
    println!("a replacement: {}", replaced.is_ok());
    probe("during an outage", &url).await?;

    // Without a token there is nothing to serve.
    wristband.fail_next(3, 503);
    client.clear_token();
    let token = client.get_token().await;
    println!("a token: {}", token.is_ok());
    probe("an outage without a token", &url).await?;

    // The probes alone bring it back.
    probe_until_ready(&url).await?;
    Ok(())
}

async fn probe(moment: &str, url: &str) -> anyhow::Result<reqwest::StatusCode> {
    let http = reqwest::Client::builder().no_proxy().build()?;
    let response = http.get(url).send().await?;
    let status = response.status();
    println!("{moment}: {status} {}", response.text().await?);
    Ok(status)
}

/// As an orchestrator probes, only more often.
async fn probe_until_ready(url: &str) -> anyhow::Result<()> {
    while !probe("the next probe", url).await?.is_success() {
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    Ok(())
}
