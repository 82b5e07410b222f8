//! What stands on an argument.

use std::time::Duration;

use wristband_m2m_reqwest::{ApiError, wristband_m2m};

#[wristband_m2m]
pub trait Orders {
    #[post("/orders")]
    async fn without(&self, order: &str) -> Result<(), ApiError>;

    #[get("/orders")]
    async fn without_body(&self, order: &str) -> Result<(), ApiError>;

    #[post("/orders")]
    async fn two(
        &self,
        #[query]
        #[json]
        order: &str,
    ) -> Result<(), ApiError>;

    #[post("/orders")]
    async fn unknown(
        &self,
        #[qurey] status: &str,
        #[bdy("text/plain")] note: String,
        #[cookie] session: &str,
    ) -> Result<(), ApiError>;

    #[post("/orders")]
    async fn foreign(
        &self,
        #[serde(skip)]
        #[query]
        a: &str,
    ) -> Result<(), ApiError>;

    #[post("/orders")]
    async fn options(
        &self,
        #[query(status)] a: &str,
        #[query(cvs)] b: &[u32],
        #[json("order")] c: u32,
        #[query = "d"] d: u32,
        #[query(name = "e")] e: u32,
        #[query("f", "g")] f: u32,
        #[query("")] g: u32,
        #[query_flag("h", "i")] h: bool,
    ) -> Result<(), ApiError>;

    #[post("/orders")]
    async fn two_timeouts(
        &self,
        #[timeout] a: Duration,
        #[timeout] b: Duration,
    ) -> Result<(), ApiError>;

    #[post]
    async fn two_urls(&self, #[url] first: &str, #[url] second: &str) -> Result<(), ApiError>;

    #[post("/orders")]
    async fn url_and_path(&self, #[url] next: &str) -> Result<(), ApiError>;

    #[post("/orders")]
    async fn conditional(
        &self,
        #[cfg(unix)]
        #[json]
        order: &str,
    ) -> Result<(), ApiError>;

    #[post("/orders")]
    async fn hidden(&self, #[cfg_attr(all(), json)] order: &str) -> Result<(), ApiError>;

    #[get("/orders")]
    async fn receiver(#[query] &self) -> Result<(), ApiError>;

    async fn conditional_and_provided(&self, #[cfg(unix)] order: &str) -> Result<(), ApiError> {
        self.conditional(order).await
    }

    fn not_an_endpoint(&self, #[json] order: &str) {
        let _ = order;
    }
}

async fn _calls(orders: &OrdersClient) -> Result<(), ApiError> {
    orders.without("a").await?;
    orders.unknown("a", String::new(), "b").await?;
    orders.conditional("a").await
}

fn main() {}
