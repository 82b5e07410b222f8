//! `/metrics`, for Prometheus.

use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use axum::routing::get;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder};
use wristband_m2m_reqwest::describe_metrics;

/// Records from now on, for the whole process: before the clients are built, so that nothing is missed.
///
/// Returns the route that shows what was recorded. It is for whoever runs the service: keep it off the internet.
///
/// # Errors
///
/// If something else records already.
pub fn record() -> anyhow::Result<Router> {
    let durations = Matcher::Suffix("_duration_seconds".to_owned());
    let recorder = PrometheusBuilder::new()
        .set_buckets_for_metric(
            durations,
            &[0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0],
        )?
        .install_recorder()
        .context("another recorder is installed")?;
    describe_metrics();
    let upkeep = recorder.clone();
    tokio::spawn(async move {
        // Without it, what is recorded between two scrapes is kept in full.
        loop {
            tokio::time::sleep(Duration::from_secs(5)).await;
            upkeep.run_upkeep();
        }
    });
    Ok(Router::new().route("/metrics", get(async move || recorder.render())))
}
