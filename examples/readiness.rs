//! A readiness endpoint: what is ready, what is degraded, what is down.
//!
//! ```sh
//! cargo run -p wristband-m2m-examples --bin readiness
//! ```
//!
//! `Degraded` returns 200. The cached token is valid, so calls succeed; and the failing endpoint is the same for all
//! instances. A probe that failed now would take all of them out of service at once, and turn an outage that your callers
//! have not noticed into one that they do. Alert on `degraded` instead.

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

/// Waits for nothing, but starts the fetch that is due: an instance that gets no traffic until it is ready has nothing else
/// to fetch its token. Probes share one fetch, and it backs off after a failure.
async fn ready(State(client): State<WristbandM2mClient>) -> (StatusCode, Json<Readiness>) {
    let status = client.status();
    let has_token = client.cached_token().is_some();
    let token = match status.state() {
        TokenState::Degraded => "degraded",
        TokenState::Failed => "down",
        _ if has_token => "ready",
        _ => "starting",
    };
    let code = match has_token {
        true => StatusCode::OK,
        false => StatusCode::SERVICE_UNAVAILABLE,
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
    recover(&url).await?;
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

    // No traffic arrives: the probes alone bring the token back.
    recover(&url).await?;
    probe("after it", &url).await?;
    Ok(())
}

/// Probes until the service is ready, as an orchestrator does.
async fn recover(url: &str) -> anyhow::Result<()> {
    let probes = async {
        while !request(url).await?.status().is_success() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        anyhow::Ok(())
    };
    tokio::time::timeout(Duration::from_secs(10), probes).await?
}

async fn probe(moment: &str, url: &str) -> anyhow::Result<()> {
    let response = request(url).await?;
    println!("{moment}: {} {}", response.status(), response.text().await?);
    Ok(())
}

async fn request(url: &str) -> reqwest::Result<reqwest::Response> {
    let http = reqwest::Client::builder().no_proxy().build()?;
    http.get(url).send().await
}
