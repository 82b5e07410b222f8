//! Which of the two would it be?

use wristband_m2m_reqwest::wristband_m2m::WristbandM2mClient;
use wristband_m2m_reqwest::{ApiError, wristband_m2m};

#[wristband_m2m(path = "/v1", path = "/v2")]
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
