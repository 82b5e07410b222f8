//! A readiness endpoint: what is ready, what is degraded, what is down.
//!
//! ```sh
//! cargo run -p wristband-m2m-examples --bin readiness
//! ```
//!
//! `Degraded` returns 200. The token in the cache is valid, so every call succeeds; and the endpoint that fails is the same
//! for all instances. A probe that failed now would take all of them out of service at once, and make an outage for your
//! callers out of one that they have not noticed. Alert on `degraded` instead.

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

/// Reads the status, which does no I/O: a probe costs nothing and finds out about no other service.
async fn ready(State(client): State<WristbandM2mClient>) -> (StatusCode, Json<Readiness>) {
    let status = client.status();
    let (code, token) = match status.state() {
        TokenState::Empty => {
            // Nobody has asked yet, and nobody will before this is ready: this starts the first fetch.
            let _ = client.cached_token();
            (StatusCode::SERVICE_UNAVAILABLE, "starting")
        }
        TokenState::Failed => (StatusCode::SERVICE_UNAVAILABLE, "down"),
        TokenState::Degraded => (StatusCode::OK, "degraded"),
        // A token, or one that the next call fetches: after a quiet night, for example.
        _ => (StatusCode::OK, "ready"),
    };
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
    client.get_token().await?;
    probe("with a token", &url).await?;

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

    client.get_token().await?;
    probe("after it", &url).await?;
    Ok(())
}

async fn probe(moment: &str, url: &str) -> anyhow::Result<()> {
    let http = reqwest::Client::builder().no_proxy().build()?;
    let response = http.get(url).send().await?;
    println!("{moment}: {} {}", response.status(), response.text().await?);
    Ok(())
}
