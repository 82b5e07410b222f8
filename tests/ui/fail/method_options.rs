//! What stands after the path of an endpoint.

use wristband_m2m_reqwest::{ApiError, wristband_m2m};

#[wristband_m2m]
pub trait Orders {
    #[get("/orders", retry_on_unauthorised = false, colour = "red")]
    async fn unknown(&self) -> Result<(), ApiError>;

    #[get("/orders", auth = "no", timeout = 2)]
    async fn values(&self) -> Result<(), ApiError>;

    #[get("/orders", auth, accept = "")]
    async fn without_value(&self) -> Result<(), ApiError>;

    #[get("/orders", timeout = "2s", timeout = "3s")]
    async fn twice(&self) -> Result<(), ApiError>;

    #[get("/orders", "2s")]
    async fn not_an_option(&self) -> Result<(), ApiError>;

    #[get("/orders", timeout = "2 seconds", min_token_life = "0m")]
    async fn durations(&self) -> Result<(), ApiError>;

    #[get("/orders", accept = "json")]
    async fn accept(&self) -> Result<(), ApiError>;
}

fn main() {}
