//! Ours is the first to see its attributes.

use wristband_m2m_reqwest::wristband_m2m::WristbandM2mClient;
use wristband_m2m_reqwest::{ApiError, wristband_m2m};

#[header("X-Source", "billing")]
#[wristband_m2m]
pub trait Orders {
    #[get("/orders")]
    async fn list(&self) -> Result<Vec<String>, ApiError>;
}

fn _connects(token: WristbandM2mClient) -> impl Orders {
    OrdersClient::with_base_url("https://orders.example.com", token).expect("a sound base URL")
}

async fn _calls(orders: &OrdersClient) {
    let _ = orders.list().await;
}

fn main() {}
