//! Headers, of arguments and with fixed values.

use wristband_m2m_reqwest::{ApiError, wristband_m2m};

const VERSION: &str = "2024-01-01";

#[wristband_m2m]
pub trait Orders {
    #[post("/orders")]
    async fn names(
        &self,
        #[header("X Source")] a: &str,
        #[header] request_id: &str,
        #[header("")] b: &str,
    ) -> Result<(), ApiError>;

    #[post("/orders")]
    async fn reserved(
        &self,
        #[header("Authorization")] a: &str,
        #[header("content-length")] b: u64,
    ) -> Result<(), ApiError>;

    #[post("/orders")]
    #[header("X-KIND", "order")]
    #[header("X-Fixed", "a")]
    #[header("x-fixed", "b")]
    async fn twice(
        &self,
        #[header("X-Source")] a: &str,
        #[header("x-source")] b: &str,
        #[header("X-Kind")] c: &str,
    ) -> Result<(), ApiError>;

    #[post("/orders", accept = "text/csv")]
    #[header("Accept", "text/plain")]
    async fn accept_twice(&self) -> Result<(), ApiError>;

    #[post("/orders", accept = "text/csv")]
    async fn accept_and_argument(&self, #[header("Accept")] a: &str) -> Result<(), ApiError>;

    #[post("/orders")]
    async fn with_value(&self, #[header("X-Source", "a")] source: &str) -> Result<(), ApiError>;

    #[post("/orders")]
    #[header("Host", "example.com")]
    #[header("X-Source")]
    #[header("X-Version", VERSION)]
    #[header("X-Kind", "a\r\nX-Evil: 1")]
    #[header("X-Padded", " a")]
    #[header]
    async fn fixed(&self) -> Result<(), ApiError>;

    #[header("X-Source", "billing")]
    async fn without_verb(&self) -> Result<(), ApiError> {
        Ok(())
    }
}

fn main() {}
