//! The text of a path.

use wristband_m2m_reqwest::{ApiError, wristband_m2m};

const ORDERS: &str = "/orders";

#[wristband_m2m]
pub trait Orders {
    #[get("")]
    async fn empty(&self) -> Result<(), ApiError>;

    #[get]
    async fn missing(&self) -> Result<(), ApiError>;

    #[request("PURGE")]
    async fn also_missing(&self) -> Result<(), ApiError>;

    #[get(ORDERS)]
    async fn not_a_literal(&self) -> Result<(), ApiError>;

    #[get("orders")]
    async fn without_slash(&self) -> Result<(), ApiError>;

    #[get("https://orders.example.com/orders")]
    async fn whole_url(&self) -> Result<(), ApiError>;

    #[get("/orders?status=open")]
    async fn query(&self) -> Result<(), ApiError>;

    #[get("/orders#first")]
    async fn fragment(&self) -> Result<(), ApiError>;

    #[get("/my orders")]
    async fn space(&self) -> Result<(), ApiError>;

    #[get("/orders\\all|100%")]
    async fn illegal_characters(&self) -> Result<(), ApiError>;

    #[get("/orders//all")]
    async fn empty_segment(&self) -> Result<(), ApiError>;

    #[get("/orders/../all")]
    async fn dots(&self) -> Result<(), ApiError>;
}

async fn _calls(orders: &OrdersClient) -> Result<(), ApiError> {
    orders.empty().await?;
    orders.also_missing().await?;
    orders.not_a_literal().await
}

fn main() {}
