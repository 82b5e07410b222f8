//! What a request may carry.

use wristband_m2m_reqwest::{ApiError, reqwest, wristband_m2m};

#[wristband_m2m]
pub trait Orders {
    #[post("/orders")]
    async fn two(
        &self,
        #[json] order: &str,
        #[form] customer: &[(&str, &str)],
    ) -> Result<(), ApiError>;

    #[get("/orders")]
    async fn get(&self, #[json] filter: &str) -> Result<(), ApiError>;

    #[head("/orders")]
    async fn head(&self, #[body("text/plain")] filter: String) -> Result<(), ApiError>;

    #[post("/orders")]
    async fn without_type(&self, #[body] order: Vec<u8>) -> Result<(), ApiError>;

    #[post("/orders")]
    async fn no_type(&self, #[body("text")] order: String) -> Result<(), ApiError>;

    #[post("/orders")]
    #[header("Content-Type", "text/csv")]
    async fn fixed_type(&self, #[body("text/plain")] order: String) -> Result<(), ApiError>;

    #[post("/orders")]
    async fn two_types(
        &self,
        #[body("text/plain")] order: String,
        #[header("content-type")] of: &str,
    ) -> Result<(), ApiError>;

    #[post("/orders")]
    async fn form_type(
        &self,
        #[multipart] order: reqwest::multipart::Form,
        #[header("Content-Type")] of: &str,
    ) -> Result<(), ApiError>;
}

fn main() {}
