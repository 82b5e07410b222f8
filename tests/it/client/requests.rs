//! The request on the wire, for each form of argument and option.

mod body;
mod headers;
mod target;

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use http::HeaderMap;
use serde::Serialize;
use wristband_m2m_reqwest::{ApiError, ApiErrorKind, reqwest, wristband_m2m};
use wristband_m2m_tests::{Recorded, Reply};

use super::World;

#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    PaidInFull,
}

struct OrderId(u64);

impl fmt::Display for OrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ord/{}", self.0)
    }
}

#[derive(Serialize)]
struct Page {
    #[serde(rename = "pageSize")]
    size: u32,
    after: Option<&'static str>,
    tags: Vec<&'static str>,
}

#[derive(Serialize)]
struct Order {
    id: u64,
}

#[wristband_m2m(path = "/v1")]
#[header("X-Trait", "trait")]
#[header("X-Both", "trait")]
trait Api {
    #[get("/get")]
    async fn get(&self) -> Result<(), ApiError>;
    #[post("/post")]
    async fn post(&self) -> Result<(), ApiError>;
    #[put("/put")]
    async fn put(&self) -> Result<(), ApiError>;
    #[patch("/patch")]
    async fn patch(&self) -> Result<(), ApiError>;
    #[delete("/delete")]
    async fn delete(&self) -> Result<(), ApiError>;
    #[head("/head")]
    async fn head(&self) -> Result<(), ApiError>;
    #[options("/options")]
    async fn options(&self) -> Result<(), ApiError>;
    #[request("PURGE", "/purge")]
    async fn purge(&self) -> Result<(), ApiError>;

    #[get("/")]
    async fn root(&self) -> Result<(), ApiError>;
    #[get("/orders/{id}/lines/{line}")]
    async fn by_name(&self, id: OrderId, line: u8) -> Result<(), ApiError>;
    #[get("/a/{one}/{other}")]
    async fn by_role(&self, #[path("other")] x: &str, #[path] one: &str) -> Result<(), ApiError>;
    #[post("/v{major}/orders/{id}:cancel")]
    async fn in_part(&self, major: u8, id: &str) -> Result<(), ApiError>;
    #[get("/files/{*rest}")]
    async fn rest(&self, rest: &[String]) -> Result<(), ApiError>;
    #[get("/files/{*rest}")]
    async fn owned_rest(&self, rest: Vec<u8>) -> Result<(), ApiError>;

    #[get("/q")]
    async fn query(
        &self,
        #[query] status: Option<Status>,
        #[query("pageSize")] page_size: u32,
        #[query] text: &str,
        #[query] ids: &[u64],
        #[query(csv)] fields: Vec<&str>,
    ) -> Result<(), ApiError>;
    #[get("/q")]
    async fn query_map(
        &self,
        #[query_map] page: &Page,
        #[query_map] more: BTreeMap<String, bool>,
        #[query_flag] verbose: bool,
        #[query_flag] quiet: bool,
    ) -> Result<(), ApiError>;
    #[get("/q")]
    async fn unfit(&self, #[query] nested: BTreeMap<String, String>) -> Result<(), ApiError>;

    #[get("/h")]
    #[header("X-Method", "method")]
    #[header("x-both", "method")]
    async fn headers(
        &self,
        #[header("Idempotency-Key")] key: &str,
        #[header("X-Count")] count: Option<u64>,
        #[header("X-None")] none: Option<&str>,
        #[header_map] map: &HeaderMap,
    ) -> Result<(), ApiError>;
    #[get("/h", accept = "application/vnd.orders+json")]
    async fn accepted(&self) -> Result<Vec<u8>, ApiError>;
    #[get("/h")]
    async fn json_is_accepted(&self) -> Result<Vec<u64>, ApiError>;

    #[post("/b")]
    async fn json(&self, #[json] order: &Order) -> Result<(), ApiError>;
    #[post("/b")]
    async fn json_of_a_kind(
        &self,
        #[json] order: Order,
        #[header("Content-Type")] content_type: &str,
    ) -> Result<(), ApiError>;
    #[post("/b")]
    async fn form(&self, #[form] page: Page) -> Result<(), ApiError>;
    #[post("/b")]
    async fn multipart(&self, #[multipart] form: reqwest::multipart::Form) -> Result<(), ApiError>;
    #[put("/b")]
    async fn text(&self, #[body("text/markdown")] text: &str) -> Result<(), ApiError>;
    #[put("/b")]
    async fn bytes(&self, #[body("application/x-bytes")] bytes: Vec<u8>) -> Result<(), ApiError>;
    #[put("/b")]
    async fn stream(&self, #[body("text/plain")] body: reqwest::Body) -> Result<(), ApiError>;

    #[get("/open", auth = false)]
    async fn open(&self) -> Result<(), ApiError>;
    #[get("/slow", timeout = "50ms")]
    async fn slow(&self) -> Result<(), ApiError>;
    #[get("/slow", timeout = "1h")]
    async fn as_slow_as(&self, #[timeout] timeout: Duration) -> Result<(), ApiError>;
}

async fn world() -> (World, ApiClient) {
    let world = World::new(|_| Reply::json(200, "[]")).await;
    let client = ApiClient::with_base_url(world.api.url("/base"), world.token_client()).unwrap();
    (world, client)
}

/// The target below the base URL and the trait's path.
fn target(request: &Recorded) -> &str {
    request.target.strip_prefix("/base/v1").unwrap()
}

#[tokio::test]
async fn each_verb_is_its_method() {
    let (world, client) = world().await;
    client.get().await.unwrap();
    client.post().await.unwrap();
    client.put().await.unwrap();
    client.patch().await.unwrap();
    client.delete().await.unwrap();
    client.head().await.unwrap();
    client.options().await.unwrap();
    client.purge().await.unwrap();
    let requests = world.api.requests();
    let sent: Vec<_> = requests
        .iter()
        .map(|it| (it.method.as_str(), target(it)))
        .collect();
    let expected = [
        ("GET", "/get"),
        ("POST", "/post"),
        ("PUT", "/put"),
        ("PATCH", "/patch"),
        ("DELETE", "/delete"),
        ("HEAD", "/head"),
        ("OPTIONS", "/options"),
        ("PURGE", "/purge"),
    ];
    assert_eq!(sent, expected);
    assert!(requests.iter().all(|it| it.body.is_empty()));
    assert!(
        requests
            .iter()
            .all(|it| world.wristband.accepts(&it.headers))
    );
}

#[tokio::test]
async fn a_post_without_a_body_has_a_content_length_of_zero() {
    let (world, client) = world().await;
    client.post().await.unwrap();
    assert_eq!(world.request().header("content-length"), Some("0"));
}

#[tokio::test]
async fn a_method_can_send_no_token() {
    let (world, client) = world().await;
    client.open().await.unwrap();
    assert_eq!(world.request().authorization(), None);
    assert_eq!(world.wristband.token_requests(), 0);
}

#[tokio::test]
async fn a_call_ends_at_the_timeout_of_the_method_or_of_the_call() {
    let world = World::new(|_| Reply::status(200).after(std::future::pending())).await;
    let client = ApiClient::with_base_url(world.api.url(""), world.token_client()).unwrap();
    let error = client.slow().await.unwrap_err();
    assert!(error.is_timeout());
    assert_eq!(
        error.to_string(),
        "Api::slow GET /v1/slow timed out after 50ms"
    );
    let error = client
        .as_slow_as(Duration::from_millis(20))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ApiErrorKind::Timeout);
    let error = client.as_slow_as(Duration::ZERO).await.unwrap_err();
    assert_eq!(error.kind(), ApiErrorKind::Timeout);
}

#[tokio::test]
async fn a_timeout_may_be_of_any_length() {
    let (_world, client) = world().await;
    client.as_slow_as(Duration::MAX).await.unwrap();
}
