//! A client stands for one API.

use wristband_m2m_reqwest::wristband_m2m::WristbandM2mClient;
use wristband_m2m_reqwest::{ApiError, wristband_m2m};

#[wristband_m2m]
pub trait Orders<Id: std::fmt::Display + Send + Sync> {
    #[get("/orders")]
    async fn list(&self) -> Result<Vec<String>, ApiError>;

    #[get("/orders/{id}")]
    async fn find(&self, id: Id) -> Result<String, ApiError>;
}

fn _connects(token: WristbandM2mClient) -> impl Orders<u32> {
    OrdersClient::with_base_url("https://orders.example.com", token).expect("a sound base URL")
}

async fn _calls(orders: &OrdersClient) {
    let _ = orders.list().await;
    let _ = orders.find(7).await;
}

fn main() {}
