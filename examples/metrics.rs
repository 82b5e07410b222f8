//! Metrics: `/metrics` for Prometheus, and what it says after a revocation and an outage.
//!
//! ```sh
//! cargo run -p wristband-m2m-examples --bin metrics
//! ```
//!
//! The exposition is all that goes to the standard output: `| promtool check metrics` accepts it.

use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use axum::routing::get;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use orders_api::{Order, OrdersApi};
use tokio::net::TcpListener;
use wristband_m2m::testing::MockWristband;
use wristband_m2m_reqwest::{ApiError, describe_metrics, reqwest, wristband_m2m};

/// Orders, as this program sees them.
#[wristband_m2m(path = "/v1")]
trait Orders {
    #[get("/orders")]
    async fn list(&self) -> Result<Vec<Order>, ApiError>;
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    // Before the clients are built: what happens until then is not recorded.
    let recorder = install_recorder()?;
    let metrics = serve(recorder).await?;

    // In a service: `WristbandM2mClient::from_env()?` and the URL of a real API.
    let wristband = MockWristband::start().await;
    let api = OrdersApi::start(&wristband).await?;
    let client = wristband.client();
    let orders = OrdersClient::with_base_url(api.url(), &client)?;

    eprintln!("{} orders", orders.list().await?.len());

    // Somebody revokes the token: the call is sent again with a new one.
    wristband.revoke_all();
    eprintln!("{} orders after a revocation", orders.list().await?.len());

    // The same while Wristband is down: there is no new token, and the call fails. The cached token is served on.
    wristband.fail_next(3, 503);
    wristband.revoke_all();
    if let Err(error) = orders.list().await {
        eprintln!("{error}, the state is {:?}", client.status().state());
    }

    let exposition = reqwest::get(metrics).await?.error_for_status()?;
    print!("{}", exposition.text().await?);
    Ok(())
}

/// Durations become histograms, whose buckets can be added up over processes.
fn install_recorder() -> anyhow::Result<PrometheusHandle> {
    let latency = Matcher::Suffix("_duration_seconds".to_owned());
    let wait = Matcher::Suffix("_wait_seconds".to_owned());
    let life = Matcher::Suffix("_remaining_seconds".to_owned());
    let recorder = PrometheusBuilder::new()
        .set_buckets_for_metric(latency, &[0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0])?
        .set_buckets_for_metric(wait, &[1.0, 2.5, 5.0, 10.0, 30.0])?
        .set_buckets_for_metric(life, &[0.0, 15.0, 30.0, 60.0, 120.0, 300.0, 3600.0])?
        .install_recorder()
        .context("another recorder is installed")?;
    describe_metrics();
    Ok(recorder)
}

/// Serves `/metrics` on a free port, and returns its URL.
async fn serve(recorder: PrometheusHandle) -> anyhow::Result<String> {
    // Without it, what is recorded between two scrapes is kept in full.
    let upkeep = recorder.clone();
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(Duration::from_secs(5)).await;
            upkeep.run_upkeep();
        }
    });
    let routes = Router::new().route("/metrics", get(async move || recorder.render()));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/metrics", listener.local_addr()?);
    tokio::spawn(async move { drop(axum::serve(listener, routes).await) });
    Ok(url)
}
