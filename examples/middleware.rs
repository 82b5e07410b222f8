//! Level 2: your own reqwest calls, authenticated, beside reqwest-retry and reqwest-tracing.
//!
//! ```sh
//! cargo run -p wristband-m2m-examples --bin middleware
//! ```

use orders_api::OrdersApi;
use reqwest_retry::{RetryTransientMiddleware, policies::ExponentialBackoff};
use reqwest_tracing::TracingMiddleware;
use wristband_m2m::WristbandM2mClient;
use wristband_m2m::testing::MockWristband;
use wristband_m2m_reqwest::reqwest_middleware::{ClientBuilder, ClientWithMiddleware};
use wristband_m2m_reqwest::{
    AuthOutcome, SkipWristbandAuth, WristbandAuth, reqwest, same_origin_redirects, token_error,
};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt()
        .with_env_filter("info,wristband_m2m_reqwest=debug")
        .without_time()
        .init();

    // In a service: `WristbandM2mClient::from_env()?` and the URL of a real API.
    let wristband = MockWristband::start().await;
    let api = OrdersApi::start(&wristband).await?;
    let orders = format!("{}/v1/orders", api.url());
    let client = wristband.client();
    let http = http(client.clone())?;

    let response = http.get(&orders).send().await?;
    println!("a list: {}, {}", response.status(), auth(&response));

    // Somebody revokes the token, and nobody notifies us.
    wristband.revoke_all();
    let order = r#"{"item":"tea"}"#;
    let request = http
        .post(&orders)
        .header("content-type", "application/json")
        .body(order);
    let response = request.send().await?;
    println!("an order: {}, {}", response.status(), auth(&response));

    let request = http.get(&orders).with_extension(SkipWristbandAuth);
    let response = request.send().await?;
    println!(
        "without a token: {}, {}",
        response.status(),
        auth(&response)
    );

    // Wristband is down, and there is no token: the request is not sent.
    wristband.fail_next(3, 503);
    client.clear_token();
    let error = http
        .get(&orders)
        .send()
        .await
        .expect_err("there is no token");
    if let Some(cause) = token_error(&error) {
        println!("no token: {cause}; transient: {}", cause.is_transient());
    }

    println!("{} token requests in all", wristband.token_requests());
    Ok(())
}

/// The first middleware is the outermost. Retries stand outside of the authentication, so that each try has a token
/// that is valid by then; tracing stands outermost, to see the call as its caller does.
fn http(client: WristbandM2mClient) -> Result<ClientWithMiddleware, reqwest::Error> {
    let http = reqwest::Client::builder()
        .redirect(same_origin_redirects())
        .build()?;
    let retries = ExponentialBackoff::builder().build_with_max_retries(2);
    Ok(ClientBuilder::new(http)
        .with(TracingMiddleware::default())
        .with(RetryTransientMiddleware::new_with_policy(retries))
        .with(WristbandAuth::new(client))
        .build())
}

fn auth(response: &reqwest::Response) -> &'static str {
    match response.extensions().get::<AuthOutcome>() {
        Some(outcome) if outcome.retried() => "with a token, after a 401 and a new token",
        Some(outcome) if outcome.token_attached() => "with a token",
        _ => "without",
    }
}
