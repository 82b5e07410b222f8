//! Everything that may be written, once.

use std::collections::HashMap;
use std::time::Duration;

use wristband_m2m_reqwest::http::HeaderValue;
use wristband_m2m_reqwest::{
    ApiError, Bytes, LinkedPage, Pages, WristbandPage, reqwest, wristband_m2m,
};

type Fallible<T> = Result<T, ApiError>;
type Paged<T> = Pages<LinkedPage<T>>;

/// Orders.
#[wristband_m2m(
    base_url = "https://orders.example.com/api/",
    path = "/v1/",
    timeout = "10s",
    client = Billing,
    dyn = DynOrders,
    crate = ::wristband_m2m_reqwest,
    accept = "application/json, */*;q=0.1",
    min_token_life = "1m",
    retry_on_unauthorized = true,
)]
#[header("X-Source", "billing")]
#[query("api-version", "2024-01-01")]
pub trait Orders {
    /// One order.
    #[get("/orders/{id}")]
    async fn find(&self, id: u32) -> Result<Option<String>, ApiError>;

    #[get("/{kind}/{id}:history/v{version}")]
    async fn history(
        &self,
        #[path("kind")] what: &str,
        #[path] id: u32,
        version: u8,
        #[query] status: Option<&str>,
        #[query("pageSize")] page_size: u32,
        #[query(csv)] tags: &[&str],
        #[query("ids", csv)] numbers: &[u32],
        #[query_flag] verbose: bool,
        #[query_flag("dry-run")] dry: bool,
        #[query_map] more: &HashMap<String, String>,
    ) -> Fallible<Vec<String>>;

    #[get("/files/{*rest}", accept = "application/octet-stream")]
    async fn file(&self, rest: &[&str]) -> Fallible<Bytes>;

    #[post(
        "/orders",
        timeout = "500ms",
        auth = false,
        retry_on_unauthorized = false,
        min_token_life = "2m"
    )]
    #[header("X-Kind", "order")]
    async fn create(
        &self,
        #[header("Idempotency-Key")] key: &str,
        #[header_map] headers: reqwest::header::HeaderMap,
        #[json] order: &str,
        #[timeout] limit: Duration,
    ) -> Fallible<String>;

    #[put("/")]
    async fn replace(&self, #[form] r#type: &[(&str, &str)]) -> Fallible<()>;

    #[patch("/orders/")]
    async fn upload(&self, #[multipart] form: reqwest::multipart::Form) -> Fallible<()>;

    #[delete("/orders")]
    async fn clear(&self) -> Fallible<()>;

    #[head("/orders")]
    async fn count(&self) -> Fallible<reqwest::Response>;

    #[options("/orders")]
    async fn allowed(&self) -> Fallible<()>;

    #[request("PURGE", "/cache/{type}")]
    async fn purge(
        &self,
        r#type: &str,
        #[body("text/plain; charset=utf-8")] why: String,
    ) -> Fallible<()>;

    #[get]
    async fn next(&self, #[url] page: &str) -> Fallible<Vec<String>>;

    #[put("/objects/{*key}")]
    #[query("api-version", "preview")]
    async fn store(
        &self,
        key: &[&str],
        #[header("Content-Type")] of: &HeaderValue,
        #[header("X-Checksum")] checksum: Option<HeaderValue>,
        #[body] object: Option<Bytes>,
        #[timeout] limit: Option<Duration>,
    ) -> Fallible<()>;

    #[request("GET", "/search")]
    fn search(
        &self,
        #[json] filter: Option<String>,
        #[page]
        #[query]
        token: Option<u64>,
    ) -> Pages<WristbandPage<String>, ApiError>;

    #[get]
    fn linked(
        &self,
        #[url]
        #[page]
        url: String,
    ) -> Paged<String>;

    #[request("REPORT")]
    async fn report(&self, #[url] page: &str) -> Fallible<Vec<String>>;

    fn helper<T: Default>(&self, (_a, _b): (u8, u8)) -> T {
        T::default()
    }
}

async fn uses(orders: &Billing) -> Fallible<()> {
    orders.find(7).await?;
    orders.purge("orders", String::new()).await?;
    orders
        .next("https://orders.example.com/v1/orders?page=2")
        .await?;
    let _: u8 = orders.helper((1, 2));
    Ok(())
}
