//! A public service before a protected API. Without `CLIENT_ID` both Wristband and that API are stand-ins.
//!
//! ```sh
//! cargo run -p storefront              # until Ctrl-C
//! cargo run -p storefront -- --once    # calls itself, and ends
//!
//! # with credentials, in the environment or in a file `.env`
//! CLIENT_ID=.. CLIENT_SECRET=.. APPLICATION_VANITY_DOMAIN=acme.us.wristband.dev \
//!     ORDERS_URL=http://127.0.0.1:8081 cargo run -p storefront
//! ```

use std::future::Future;
use std::sync::Arc;

use axum::Router;
use storefront::{Config, Credentials, OrdersClient, Storefront, app, record_metrics};
use tokio::net::TcpListener;
use tokio::signal;
use wristband_m2m_reqwest::wristband_m2m::WristbandM2mClient;
#[cfg(feature = "stand-in")]
use wristband_m2m_reqwest::{reqwest, wristband_m2m::testing::MockWristband};

fn main() -> anyhow::Result<()> {
    // Before there are threads: the file changes the environment. In production there is no file.
    let _ = dotenvy::dotenv();
    tracing_subscriber::fmt().with_env_filter("info").init();
    run()
}

#[tokio::main]
async fn run() -> anyhow::Result<()> {
    let config = Config::from_env()?;
    let metrics = record_metrics()?;
    match &config.credentials {
        Credentials::FromEnv { orders_url } => {
            let client = WristbandM2mClient::from_env()?;
            let listener = TcpListener::bind(config.listen).await?;
            serve(listener, metrics, client, orders_url, terminated()).await
        }
        Credentials::StandIn => on_stand_ins(&config, metrics).await,
    }
}

/// Serves until `shutdown`, then finishes the requests that are under way.
async fn serve(
    listener: TcpListener,
    metrics: Router,
    client: WristbandM2mClient,
    orders_url: &str,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> anyhow::Result<()> {
    // One client for the whole process: all of its clones share one token.
    let orders = OrdersClient::with_base_url(orders_url, &client)?;
    // The first request need not wait for a token. Without one the service starts all the same: `/ready` says so.
    if let Err(error) = client.get_token().await {
        tracing::warn!("no token yet: {error}");
    }
    let storefront = Storefront {
        orders: Arc::new(orders),
        client,
    };
    tracing::info!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, app(storefront).merge(metrics))
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
async fn on_stand_ins(config: &Config, metrics: Router) -> anyhow::Result<()> {
    use storefront::StandIns;

    let stand_ins = StandIns::start().await?;
    let client = stand_ins.wristband.client();
    if !std::env::args().any(|argument| argument == "--once") {
        tracing::info!("CLIENT_ID is not set: Wristband and the orders service are stand-ins");
        let listener = TcpListener::bind(config.listen).await?;
        let orders_url = &stand_ins.orders_url;
        return serve(listener, metrics, client, orders_url, terminated()).await;
    }
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    let (end, ended) = tokio::sync::oneshot::channel();
    let (token_client, wristband) = (client.clone(), stand_ins.wristband.clone());
    let calls = async move {
        let called = call(&url, &wristband, &token_client).await;
        // The server waits for this, and for nothing else.
        let _ = end.send(());
        called
    };
    let shutdown = async { drop(ended.await) };
    let (called, served) = tokio::join!(
        calls,
        serve(listener, metrics, client, &stand_ins.orders_url, shutdown)
    );
    called.and(served)
}

#[cfg(not(feature = "stand-in"))]
async fn on_stand_ins(_: &Config, _: Router) -> anyhow::Result<()> {
    anyhow::bail!("CLIENT_ID is not set: write the id of the Wristband M2M client")
}

/// What somebody on the internet might ask, before and while Wristband is down, and after it.
#[cfg(feature = "stand-in")]
async fn call(
    url: &str,
    wristband: &MockWristband,
    client: &WristbandM2mClient,
) -> anyhow::Result<()> {
    post(url, r#"{"item":"tea","quantity":2}"#).await?;
    post(url, r#"{"item":"tea","quantity":0}"#).await?;
    get(url, "/orders").await?;
    get(url, "/orders/7").await?;
    get(url, "/ready").await?;

    println!("-- the token is gone, and Wristband does not respond");
    wristband.fail_next(3, 503);
    client.clear_token();
    get(url, "/orders").await?;
    get(url, "/ready").await?;

    println!("-- Wristband is back");
    get(url, "/orders").await?;
    get(url, "/ready").await
}

#[cfg(feature = "stand-in")]
async fn get(url: &str, path: &str) -> anyhow::Result<()> {
    let response = http()?.get(format!("{url}{path}")).send().await?;
    let status = response.status();
    println!("GET  {path:9} {status}: {}", response.text().await?);
    Ok(())
}

#[cfg(feature = "stand-in")]
async fn post(url: &str, order: &'static str) -> anyhow::Result<()> {
    let request = http()?.post(format!("{url}/orders"));
    let request = request
        .header("content-type", "application/json")
        .body(order);
    let response = request.send().await?;
    let status = response.status();
    println!("POST /orders   {status}: {}", response.text().await?);
    Ok(())
}

#[cfg(feature = "stand-in")]
fn http() -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder().no_proxy().build()
}
