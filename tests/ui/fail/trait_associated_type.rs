//! The types of a client are known.

use wristband_m2m_reqwest::wristband_m2m::WristbandM2mClient;
use wristband_m2m_reqwest::{ApiError, wristband_m2m};

#[wristband_m2m]
pub trait Orders {
    #[get("/orders")]
    async fn list(&self) -> Result<Vec<String>, ApiError>;

    type Id: std::fmt::Display;

    #[get("/orders/{id}")]
    async fn find(&self, id: u32) -> Result<Self::Id, ApiError>;
}

fn _connects(token: WristbandM2mClient) -> impl Orders {
    OrdersClient::with_base_url("https://orders.example.com", token).expect("a sound base URL")
}

async fn _calls(orders: &OrdersClient) {
    let _ = orders.list().await;
    let _ = orders.find(7).await;
}

struct Fake;

impl Orders for Fake {
    async fn list(&self) -> Result<Vec<String>, ApiError> {
        Ok(Vec::new())
    }

    type Id = u32;

    async fn find(&self, id: u32) -> Result<u32, ApiError> {
        Ok(id)
    }
}

fn main() {}
