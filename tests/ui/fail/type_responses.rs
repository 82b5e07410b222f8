//! Types that no response can be.

use std::sync::Arc;

use wristband_m2m_reqwest::{ApiError, ApiResponse, reqwest, wristband_m2m};

pub struct Opaque;
pub struct OrdersError;

#[wristband_m2m]
pub trait Orders {
    #[get("/orders")]
    async fn not_a_result(&self) -> String;

    #[get("/orders")]
    async fn option(&self) -> Option<String>;

    #[get("/orders")]
    async fn opaque(&self) -> Result<Opaque, ApiError>;

    #[get("/orders")]
    async fn optional(&self) -> Result<Option<Opaque>, ApiError>;

    #[get("/orders")]
    async fn inside(&self) -> Result<Vec<Opaque>, ApiError>;

    #[get("/orders")]
    async fn shared(&self) -> Result<Arc<Opaque>, ApiError>;

    #[get("/orders")]
    async fn status(&self) -> Result<(reqwest::StatusCode, String), ApiError>;

    #[get("/orders")]
    async fn headers(&self) -> Result<reqwest::header::HeaderMap, ApiError>;

    #[get("/orders")]
    async fn wrapped(&self) -> Result<ApiResponse<reqwest::Response>, ApiError>;

    #[get("/orders")]
    async fn error(&self) -> Result<String, OrdersError>;
}

fn main() {}
