//! A protected API. Without `APPLICATION_VANITY_DOMAIN` it accepts tokens of a stand-in in this process.
//!
//! ```sh
//! cargo run -p orders                  # until Ctrl-C
//! cargo run -p orders -- --once        # calls itself with and without a token, and ends
//! APPLICATION_VANITY_DOMAIN=acme.us.wristband.dev cargo run -p orders
//! ```

use std::future::Future;

use orders::{Config, KeySet, TokenVerifier, app, jwks_url, key_set_client};
use tokio::net::TcpListener;
use tokio::signal;

fn main() -> anyhow::Result<()> {
    // Before there are threads: the file changes the environment. In production there is no file.
    let _ = dotenvy::dotenv();
    tracing_subscriber::fmt().with_env_filter("info").init();
    run()
}

#[tokio::main]
async fn run() -> anyhow::Result<()> {
    let config = Config::from_env()?;
    match config.issuer.clone() {
        Some(issuer) => serve(&config, &issuer, terminated()).await,
        None => on_stand_in(&config).await,
    }
}

/// Serves until `shutdown`, then finishes the requests that are under way.
async fn serve(
    config: &Config,
    issuer: &str,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> anyhow::Result<()> {
    let verifier = TokenVerifier::new(issuer, KeySet::new(key_set_client()?, jwks_url(issuer)));
    verifier.keys().load().await;
    let listener = TcpListener::bind(config.listen).await?;
    tracing::info!(%issuer, "listening on http://{}", listener.local_addr()?);
    axum::serve(listener, app(verifier))
        .with_graceful_shutdown(shutdown)
        .await?;
    tracing::info!("all requests are finished");
    Ok(())
}

/// Ctrl-C, or what Kubernetes and Docker send.
async fn terminated() {
    let interrupted = async { drop(signal::ctrl_c().await) };
    #[cfg(unix)]
    let terminated = async {
        match signal::unix::signal(signal::unix::SignalKind::terminate()) {
            Ok(mut signals) => drop(signals.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    tokio::select! {
        () = interrupted => {}
        () = terminated => {}
    }
}

#[cfg(feature = "stand-in")]
async fn on_stand_in(config: &Config) -> anyhow::Result<()> {
    use wristband_m2m::testing::MockWristband;

    let wristband = MockWristband::start().await;
    if std::env::args().any(|argument| argument == "--once") {
        return orders::call_with_and_without_a_token(&wristband).await;
    }
    tracing::info!("APPLICATION_VANITY_DOMAIN is not set: tokens are those of a stand-in");
    tracing::info!(
        "get one: curl -u {}:{} -d grant_type=client_credentials {}",
        MockWristband::CLIENT_ID,
        MockWristband::CLIENT_SECRET,
        wristband.url()
    );
    serve(config, wristband.issuer(), terminated()).await
}

#[cfg(not(feature = "stand-in"))]
async fn on_stand_in(_: &Config) -> anyhow::Result<()> {
    anyhow::bail!(
        "APPLICATION_VANITY_DOMAIN is not set: write the vanity domain of the application whose tokens to accept"
    )
}
