//! A header of the trait is a default, so a method that sets it too does not set it twice.

use wristband_m2m_reqwest::{ApiError, wristband_m2m};

#[wristband_m2m]
#[header("X-Source", "billing")]
#[header("Accept", "application/json")]
#[header("Content-Type", "application/vnd.api+json")]
pub trait Orders {
    #[get("/orders")]
    #[header("x-source", "audit")]
    async fn list(&self) -> Result<Vec<String>, ApiError>;

    #[get("/orders/export", accept = "text/csv")]
    async fn export(&self, #[header("X-SOURCE")] source: Option<&str>) -> Result<String, ApiError>;

    #[post("/orders")]
    #[header("Content-Type", "application/json")]
    async fn create(&self, #[json] order: &str) -> Result<(), ApiError>;

    #[post("/orders")]
    async fn import(&self, #[body("text/csv")] orders: String) -> Result<(), ApiError>;
}

async fn uses(orders: &OrdersClient) -> Result<Vec<String>, ApiError> {
    orders.list().await
}
