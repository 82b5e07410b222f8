//! Names that are taken.

use wristband_m2m_reqwest::wristband_m2m::WristbandM2mClient;
use wristband_m2m_reqwest::{ApiConnection, ApiError, wristband_m2m};

#[wristband_m2m(base_url = "https://orders.example.com")]
pub trait Orders {
    #[post("/orders")]
    async fn new(&self) -> Result<(), ApiError>;

    #[get("/builder")]
    async fn builder(&self, #[query] name: &str) -> Result<String, ApiError>;

    #[get("/base")]
    async fn with_base_url(&self) -> Result<String, ApiError>;

    #[get("/http")]
    async fn from_http_client(&self) -> Result<String, ApiError>;

    #[get("/on")]
    async fn on(&self) -> Result<String, ApiError>;

    #[get("/orders")]
    async fn list(&self) -> Result<Vec<String>, ApiError>;

    #[get("/orders/{id}")]
    async fn list(&self, id: u32) -> Result<(), ApiError>;

    #[get("/orders")]
    async fn arguments(&self, #[query] a: &str, #[query("b")] a: &str) -> Result<(), ApiError>;
}

fn _is_made(token: WristbandM2mClient, connection: &ApiConnection) {
    let _ = OrdersClient::new(token.clone());
    let _ = OrdersClient::builder(token).build();
    let _ = OrdersClient::on(connection);
}

#[wristband_m2m(client = Items)]
pub trait Items {
    #[get("/items")]
    async fn list(&self) -> Result<Vec<String>, ApiError>;
}

#[wristband_m2m(dyn = Carts)]
pub trait Carts {
    #[get("/carts")]
    async fn list(&self) -> Result<Vec<String>, ApiError>;
}

fn main() {}
