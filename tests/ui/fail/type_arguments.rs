//! Types that cannot be what their argument is marked as.

use std::time::SystemTime;

use wristband_m2m_reqwest::{ApiError, wristband_m2m};

pub struct Opaque;

#[wristband_m2m]
pub trait Orders {
    #[post("/orders/{id}")]
    async fn path(&self, id: Opaque) -> Result<(), ApiError>;

    #[post("/orders/{*rest}")]
    async fn rest(&self, rest: u32) -> Result<(), ApiError>;

    #[post("/orders")]
    async fn query(&self, #[query] filter: &Opaque) -> Result<(), ApiError>;

    #[post("/orders")]
    async fn query_flag(&self, #[query_flag] verbose: u32) -> Result<(), ApiError>;

    #[post("/orders")]
    async fn header(&self, #[header("X-Source")] source: &Opaque) -> Result<(), ApiError>;

    #[post("/orders")]
    async fn headers(&self, #[header("X-Source")] sources: Vec<String>) -> Result<(), ApiError>;

    #[post("/orders")]
    async fn header_map(&self, #[header_map] headers: u32) -> Result<(), ApiError>;

    #[post("/orders")]
    async fn json(&self, #[json] order: &Opaque) -> Result<(), ApiError>;

    #[post("/orders")]
    async fn form(&self, #[form] order: Opaque) -> Result<(), ApiError>;

    #[post("/orders")]
    async fn body(&self, #[body("text/plain")] order: u32) -> Result<(), ApiError>;

    #[post("/orders")]
    async fn multipart(&self, #[multipart] order: String) -> Result<(), ApiError>;

    #[get]
    async fn url(&self, #[url] next: u32) -> Result<(), ApiError>;

    #[post("/orders")]
    async fn timeout(&self, #[timeout] limit: u32) -> Result<(), ApiError>;

    #[post("/orders")]
    async fn deadline(&self, #[timeout] limit: Option<SystemTime>) -> Result<(), ApiError>;
}

fn main() {}
