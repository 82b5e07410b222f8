//! What makes a method an endpoint.

use wristband_m2m_reqwest::{ApiError, wristband_m2m};

#[wristband_m2m]
pub trait Orders {
    async fn without(&self) -> Result<(), ApiError>;

    #[delet("/orders/{id}")]
    async fn misspelt(&self, id: u32) -> Result<(), ApiError>;

    #[ge]
    async fn without_path(&self) -> Result<(), ApiError>;

    #[heder("X-Source", "billing")]
    #[get("/orders")]
    async fn misspelt_header(&self) -> Result<(), ApiError>;

    #[post("/orders/cancel")]
    #[delete("/orders")]
    async fn two(&self) -> Result<(), ApiError>;

    #[delete("/orders")]
    async fn body(&self) -> Result<(), ApiError> {
        Ok(())
    }

    #[request("get", "/orders")]
    async fn lowercase(&self) -> Result<(), ApiError>;

    #[request("/orders")]
    async fn without_method(&self) -> Result<(), ApiError>;

    #[request]
    async fn alone(&self) -> Result<(), ApiError>;

    #[request("G T", "/orders")]
    async fn not_a_method(&self) -> Result<(), ApiError>;

    #[get = "/orders"]
    async fn equals(&self) -> Result<(), ApiError>;

    #[cfg_attr(all(), post("/orders"))]
    async fn hidden(&self) -> Result<(), ApiError>;

    #[post("/orders")]
    #[json]
    async fn role(&self, #[json] order: &str) -> Result<(), ApiError>;

    #[delete("/orders")]
    #[timeout("2s")]
    async fn option(&self) -> Result<(), ApiError>;
}

async fn _calls(orders: &OrdersClient) -> Result<(), ApiError> {
    orders.without().await?;
    orders.misspelt(7).await?;
    orders.body().await
}

fn main() {}
