//! Query parameters, of arguments and with fixed values.

use wristband_m2m_reqwest::{ApiError, wristband_m2m};

const VERSION: &str = "2024-01-01";

#[wristband_m2m]
#[query("api-version", "1")]
#[query("api-version", "2")]
pub trait Orders {
    #[get("/orders")]
    async fn twice(
        &self,
        #[query] status: &str,
        #[query("status")] state: &str,
    ) -> Result<(), ApiError>;

    #[get("/orders")]
    #[query("sort", "asc")]
    #[query("sort", "desc")]
    async fn fixed_twice(&self) -> Result<(), ApiError>;

    #[get("/orders")]
    #[query("sort", "asc")]
    async fn fixed_and_argument(&self, #[query] sort: &str) -> Result<(), ApiError>;

    #[get("/orders")]
    #[query("sort")]
    async fn without_value(&self) -> Result<(), ApiError>;

    #[get("/orders")]
    #[query("api-version", VERSION)]
    async fn not_a_literal(&self) -> Result<(), ApiError>;

    #[get("/orders")]
    #[query]
    #[query("", "a")]
    async fn without_name(&self) -> Result<(), ApiError>;
}

fn main() {}
