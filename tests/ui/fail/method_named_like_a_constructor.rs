//! The client has constructors of its own.

use wristband_m2m_reqwest::reqwest_middleware::ClientWithMiddleware;
use wristband_m2m_reqwest::wristband_m2m::WristbandM2mClient;
use wristband_m2m_reqwest::{ApiError, wristband_m2m};

#[wristband_m2m(base_url = "https://orders.example.com")]
pub trait Orders {
    #[get("/orders")]
    async fn list(&self) -> Result<Vec<String>, ApiError>;

    #[post("/orders")]
    async fn new(&self) -> Result<(), ApiError>;

    #[get("/builder")]
    async fn builder(&self, #[query] name: &str) -> Result<String, ApiError>;

    #[get("/base")]
    async fn with_base_url(&self) -> Result<String, ApiError>;

    #[get("/http")]
    async fn from_http_client(&self) -> Result<String, ApiError>;
}

fn _connects(token: WristbandM2mClient) -> impl Orders {
    OrdersClient::with_base_url("https://orders.example.com", token).expect("a sound base URL")
}

fn _is_made(token: WristbandM2mClient, http: ClientWithMiddleware) {
    let _ = OrdersClient::new(token.clone());
    let _ = OrdersClient::builder(token).build();
    let _ = OrdersClient::from_http_client("https://orders.example.com", http);
}

async fn _calls(orders: &OrdersClient) {
    let _ = orders.list().await;
}

fn main() {}
