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

    #[post("/orders")]
    async fn create(
        &self,
        #[cfg(flag)]
        #[json]
        order: u32,
        #[cfg(not(flag))]
        #[json]
        order: &str,
        #[cfg(flag)]
        #[query("kind")]
        old: u32,
        #[cfg(not(flag))]
        #[query("kind")]
        new: &str,
    ) -> Result<(), ApiError>;
}

async fn uses(orders: &OrdersClient) -> Result<Vec<String>, ApiError> {
    orders.create("a", "b").await?;
    orders.list().await
}
