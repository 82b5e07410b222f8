//! A mock of a trait that was not read yet has our attributes, which nothing knows there.

use wristband_m2m_reqwest::{ApiError, wristband_m2m};

#[mockall::automock]
#[wristband_m2m]
pub trait Orders {
    #[get("/orders")]
    async fn list(&self) -> Result<Vec<String>, ApiError>;
}

fn main() {}
