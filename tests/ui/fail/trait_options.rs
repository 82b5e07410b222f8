//! What stands in the attribute of a trait.

use wristband_m2m_reqwest::wristband_m2m::WristbandM2mClient;
use wristband_m2m_reqwest::{ApiError, wristband_m2m};

#[wristband_m2m(timout = "10s", colour = "red", path = "/v1", path = "/v2")]
pub trait Unknown {
    #[get("/orders")]
    async fn list(&self) -> Result<Vec<String>, ApiError>;
}

#[wristband_m2m(timeout, path("/v1"), "https://orders.example.com")]
pub trait WithoutValue {
    #[get("/orders")]
    async fn list(&self) -> Result<Vec<String>, ApiError>;
}

#[wristband_m2m(clent = Billing, dyn = "DynNames")]
pub trait Names {
    #[get("/orders")]
    async fn list(&self) -> Result<Vec<String>, ApiError>;
}

#[wristband_m2m(
    client = "QuotedOrders",
    timeout = "10",
    min_token_life = "0s",
    accept = "json"
)]
pub trait Values {
    #[get("/orders")]
    async fn list(&self) -> Result<Vec<String>, ApiError>;
}

#[wristband_m2m(path = "v1")]
pub trait Path {
    #[get("/orders")]
    async fn list(&self) -> Result<Vec<String>, ApiError>;
}

#[wristband_m2m(path = "/{tenant}")]
pub trait Tenants {
    #[get("/orders")]
    async fn list(&self, tenant: &str) -> Result<Vec<String>, ApiError>;
}

fn _connects(token: WristbandM2mClient) -> impl Names {
    Billing::with_base_url("https://orders.example.com", token).expect("a sound base URL")
}

fn _is_an_object(orders: QuotedOrders, names: Billing) -> std::sync::Arc<dyn DynNames> {
    let _ = orders;
    std::sync::Arc::new(names)
}

fn main() {}
