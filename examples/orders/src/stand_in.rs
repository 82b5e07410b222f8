//! The service on a stand-in for Wristband, in one process.

use std::future::IntoFuture as _;

use tokio::net::TcpListener;
use wristband_m2m::testing::MockWristband;

use crate::{KeySet, TokenVerifier, app, key_set_client};

/// Serves on a free port, and prints what two callers see.
///
/// # Errors
///
/// If a port or a token cannot be had.
pub async fn call_with_and_without_a_token(wristband: &MockWristband) -> anyhow::Result<()> {
    let keys = KeySet::new(key_set_client()?, wristband.jwks_url());
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let orders = format!("http://{}/v1/orders", listener.local_addr()?);
    let app = app(TokenVerifier::new(wristband.issuer(), keys));
    let server = tokio::spawn(axum::serve(listener, app).into_future());

    let http = key_set_client()?;
    let refused = http.get(&orders).send().await?;
    println!("without a token: {}", refused.status());
    let token = wristband.client().get_token().await?;
    let request = http
        .get(&orders)
        .header("authorization", token.authorization());
    let accepted = request.send().await?;
    println!(
        "with a token: {}, {}",
        accepted.status(),
        accepted.text().await?
    );
    println!("key set read {} time", wristband.jwks_requests());
    server.abort();
    Ok(())
}
