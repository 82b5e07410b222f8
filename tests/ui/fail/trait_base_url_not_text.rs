//! A base URL is known when the crate is compiled.

use wristband_m2m_reqwest::wristband_m2m::WristbandM2mClient;
use wristband_m2m_reqwest::{ApiError, wristband_m2m};

const BASE_URL: &str = "https://orders.example.com";

#[wristband_m2m(base_url = BASE_URL)]
pub trait Orders {
    #[get("/orders")]
    async fn list(&self) -> Result<Vec<String>, ApiError>;
}

fn _connects(token: WristbandM2mClient) -> impl Orders {
    OrdersClient::new(token).expect("a sound base URL")
}

async fn _calls(orders: &OrdersClient) {
    let _ = orders.list().await;
}

fn main() {}
