//! What a user of a client may try.

use std::sync::Arc;

use wristband_m2m_reqwest::wristband_m2m::{ConfigError, WristbandM2mClient};
use wristband_m2m_reqwest::{ApiClientBuilder, ApiError, wristband_m2m};

#[wristband_m2m]
pub trait Orders {
    #[get("/orders")]
    async fn list(&self) -> Result<Vec<String>, ApiError>;
}

fn _without_base_url(token: WristbandM2mClient) -> Result<OrdersClient, ConfigError> {
    OrdersClient::new(token)
}

fn _without_dyn(orders: OrdersClient) -> Arc<dyn Orders> {
    Arc::new(orders)
}

fn _generic<C>(builder: ApiClientBuilder<C>) -> Result<C, ConfigError> {
    builder.build()
}

fn _not_a_token(token: &str) -> Result<OrdersClient, ConfigError> {
    OrdersClient::with_base_url("https://orders.example.com", token)
}

fn main() {}
