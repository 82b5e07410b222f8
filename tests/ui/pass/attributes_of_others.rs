//! What is not ours is left where it is.
#![deny(
    deprecated,
    unused_attributes,
    unused_doc_comments,
    unused_must_use,
    unused_variables
)]

use wristband_m2m_reqwest::{ApiError, wristband_m2m};

/// Orders.
#[allow(clippy::missing_errors_doc)]
#[wristband_m2m]
#[doc(alias = "purchases")]
pub trait Orders {
    /// All of them.
    #[must_use = "the orders are in the response"]
    #[get("/orders")]
    #[doc(alias = "all")]
    async fn list(
        &self,
        /// `open` or `closed`.
        #[query]
        status: &str,
        #[allow(unused)]
        #[query]
        kind: &str,
    ) -> Result<Vec<String>, ApiError>;

    #[doc(hidden)]
    #[deprecated = "orders are kept"]
    #[delete("/orders")]
    async fn clear(&self) -> Result<(), ApiError>;

    /// In another build, so its mistakes are of no concern in this one.
    #[cfg(any())]
    #[get("/orders/{missing}")]
    async fn other_build(
        &self,
        #[query]
        #[json]
        id: Missing,
    ) -> Missing;

    /// The same, with a body.
    #[cfg(any())]
    async fn other_body(&self, #[query] id: Missing) {}

    /// No endpoint.
    #[must_use]
    fn name(&self) -> &'static str {
        "orders"
    }
}

/// Uses them.
pub async fn uses(orders: &OrdersClient) -> Result<Vec<String>, ApiError> {
    orders.list("open", orders.name()).await
}
