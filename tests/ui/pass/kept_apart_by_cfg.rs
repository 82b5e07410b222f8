//! What excludes one another may have one name.
#![allow(unexpected_cfgs)]

use wristband_m2m_reqwest::{ApiError, wristband_m2m};

#[wristband_m2m]
pub trait Orders {
    #[cfg(flag)]
    #[get("/old")]
    async fn list(&self) -> Result<Vec<u32>, ApiError>;

    #[cfg(not(flag))]
    #[get("/new")]
    async fn list(&self) -> Result<Vec<String>, ApiError>;
}

async fn uses(orders: &OrdersClient) -> Result<Vec<String>, ApiError> {
    orders.list().await
}
