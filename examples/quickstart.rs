//! The main job: a typed client calls a protected API, and survives a revoked token.
//!
//! ```sh
//! cargo run -p wristband-m2m-examples --bin quickstart
//! ```
//!
//! As it is, Wristband and the API are stand-ins in this process, on loopback. With `CLIENT_ID`, `CLIENT_SECRET` and
//! `APPLICATION_VANITY_DOMAIN` in the environment it talks to Wristband itself, and with `API_BASE_URL` to an API of
//! yours that has `GET` and `POST /v1/orders`.

use std::time::{Duration, Instant};

use orders_api::{NewOrder, Order, OrdersApi};
use wristband_m2m_reqwest::wristband_m2m::WristbandM2mClient;
use wristband_m2m_reqwest::wristband_m2m::testing::MockWristband;
use wristband_m2m_reqwest::{ApiError, wristband_m2m};

/// Orders, as this service sees them.
#[wristband_m2m(path = "/v1", timeout = "10s")]
trait Orders {
    /// All orders.
    #[get("/orders")]
    async fn list(&self) -> Result<Vec<Order>, ApiError>;

    /// Makes an order.
    #[post("/orders")]
    async fn create(&self, #[json] order: &NewOrder) -> Result<Order, ApiError>;
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    if std::env::var_os("CLIENT_ID").is_some() {
        with_wristband().await
    } else {
        with_stand_ins().await
    }
}

async fn with_stand_ins() -> anyhow::Result<()> {
    let wristband = MockWristband::start().await;
    let api = OrdersApi::start(&wristband).await?;
    println!("Wristband and the API are stand-ins on loopback; set CLIENT_ID, CLIENT_SECRET and");
    println!("APPLICATION_VANITY_DOMAIN (and API_BASE_URL) to use the real ones.\n");

    let client = wristband.client();
    prime(&client).await?;
    let orders = OrdersClient::with_base_url(api.url(), client.clone())?;
    list_and_create(&orders).await?;

    wristband.revoke_all();
    println!("4. revoked   all tokens, behind the client's back");

    let found = orders.list().await?;
    println!(
        "5. recovered {} orders: {} response of 401, a new token, the same request again",
        found.len(),
        api.refused(),
    );
    println!(
        "6. counted   {} token requests in all",
        wristband.token_requests()
    );

    crowd(&orders).await?;
    println!(
        "8. counted   {} token requests in all, still",
        wristband.token_requests()
    );
    Ok(())
}

async fn with_wristband() -> anyhow::Result<()> {
    let client = WristbandM2mClient::from_env()?;
    prime(&client).await?;
    let Ok(base_url) = std::env::var("API_BASE_URL") else {
        println!(
            "   set API_BASE_URL to an API with GET and POST /v1/orders to call it with this token"
        );
        return Ok(());
    };
    let orders = OrdersClient::with_base_url(base_url, client.clone())?;
    list_and_create(&orders).await?;
    println!("   (steps 4 to 6 revoke the token, which only the stand-in can do)");
    crowd(&orders).await?;
    println!(
        "8. counted   {} token requests in all",
        client.status().token_requests()
    );
    Ok(())
}

/// The first token, fetched at the start so that no request waits for it.
async fn prime(client: &WristbandM2mClient) -> anyhow::Result<()> {
    let start = Instant::now();
    let token = client.get_token().await?;
    println!(
        "1. primed    a token that lives for {}, in {}",
        seconds(token.remaining()),
        milliseconds(start.elapsed()),
    );
    Ok(())
}

async fn list_and_create(orders: &OrdersClient) -> anyhow::Result<()> {
    println!("2. listed    {} order(s)", orders.list().await?.len());
    let tea = NewOrder {
        item: "tea".to_owned(),
    };
    let made = orders.create(&tea).await?;
    println!("3. created   order {}, {}", made.id, made.item);
    Ok(())
}

/// A thousand calls at once, all with the one token.
async fn crowd(orders: &OrdersClient) -> anyhow::Result<()> {
    const CALLS: usize = 1000;
    let start = Instant::now();
    let calls: Vec<_> = (0..CALLS)
        .map(|_| {
            let orders = orders.clone();
            tokio::spawn(async move { orders.list().await.map(drop) })
        })
        .collect();
    for call in calls {
        call.await??;
    }
    println!(
        "7. called    {CALLS} times at once, in {}",
        milliseconds(start.elapsed())
    );
    Ok(())
}

fn seconds(duration: Duration) -> String {
    format!("{:.0} s", duration.as_secs_f64())
}

fn milliseconds(duration: Duration) -> String {
    format!("{:.1} ms", duration.as_secs_f64() * 1000.0)
}
