//! Level 1: a token, to be sent by whatever HTTP client you have.
//!
//! ```sh
//! cargo run -p wristband-m2m-examples --bin token
//! ```

use std::time::Duration;

use wristband_m2m::testing::MockWristband;
use wristband_m2m::{TokenError, TokenErrorKind};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    // In a service: `WristbandM2mClient::from_env()?`.
    let wristband = MockWristband::start().await;
    let client = wristband
        .builder()
        .background_token_refresh_interval(Duration::from_secs(15 * 60))
        .build()?;

    let token = client.get_token().await?;
    println!(
        "a token for an `Authorization` header, {:?}",
        token.authorization()
    );
    println!("it expires in {} s", token.remaining().as_secs());

    client.get_token().await?;
    println!(
        "two calls, {} token request",
        client.status().token_requests()
    );

    // Something went wrong at the identity provider.
    wristband.fail_next(3, 503);
    client.clear_token();
    if let Err(error) = client.get_token().await {
        println!("{error}: {}", advice(&error));
        println!("the client is {:?}", client.status().state());
    }

    client.get_token().await?;
    println!("after the outage it is {:?}", client.status().state());
    Ok(())
}

fn advice(error: &TokenError) -> &'static str {
    match error.kind() {
        TokenErrorKind::Rejected if !error.is_transient() => "look at the id and the secret",
        _ if error.is_transient() => "try again later",
        _ => "look at the cause",
    }
}
