//! Arguments that are left out when `None`, and types known only at run time.

use http::HeaderValue;
use serde::Serialize;
use wristband_m2m_reqwest::{ApiError, Bytes, wristband_m2m};
use wristband_m2m_tests::{Recorded, Reply};

use super::World;

#[derive(Serialize)]
struct Filter {
    state: &'static str,
}

#[wristband_m2m]
trait Api {
    #[delete("/json")]
    async fn json(&self, #[json] filter: Option<&Filter>) -> Result<(), ApiError>;

    #[post("/form")]
    async fn form(&self, #[form] filter: Option<Filter>) -> Result<(), ApiError>;

    #[put("/body")]
    async fn body(&self, #[body("text/plain")] text: Option<String>) -> Result<(), ApiError>;

    #[put("/object")]
    async fn object(
        &self,
        #[header("Content-Type")] of: Option<&str>,
        #[body] bytes: Bytes,
    ) -> Result<(), ApiError>;

    #[put("/mapped")]
    async fn mapped(
        &self,
        #[header_map] headers: &[(&str, &str)],
        #[body] bytes: &'static [u8],
    ) -> Result<(), ApiError>;

    #[request("GET", "/_search")]
    async fn search(&self, #[json] filter: &Filter) -> Result<(), ApiError>;

    #[get("/header")]
    async fn header(
        &self,
        #[header("X-Value")] value: HeaderValue,
        #[header("X-Other")] other: Option<&HeaderValue>,
    ) -> Result<(), ApiError>;
}

async fn world() -> (World, ApiClient) {
    let world = World::new(|_| Reply::status(204)).await;
    let client = ApiClient::with_base_url(world.api.url(""), world.token_client()).unwrap();
    (world, client)
}

fn content(request: &Recorded) -> (Option<&str>, &[u8]) {
    (request.header("content-type"), &request.body)
}

#[tokio::test]
async fn a_body_that_is_none_is_sent_without_a_content_type() {
    let (world, api) = world().await;
    api.json(None).await.unwrap();
    api.form(None).await.unwrap();
    api.body(None).await.unwrap();
    for request in world.api.requests() {
        assert_eq!(content(&request), (None, &b""[..]), "{request:?}");
    }
}

#[tokio::test]
async fn a_body_in_an_option_is_sent_like_a_plain_one() {
    let (world, api) = world().await;
    let filter = Filter { state: "open" };
    api.json(Some(&filter)).await.unwrap();
    api.form(Some(filter)).await.unwrap();
    api.body(Some("x".to_owned())).await.unwrap();
    let requests = world.api.requests();
    let json = (Some("application/json"), &br#"{"state":"open"}"#[..]);
    assert_eq!(content(&requests[0]), json);
    let form = (
        Some("application/x-www-form-urlencoded"),
        &b"state=open"[..],
    );
    assert_eq!(content(&requests[1]), form);
    assert_eq!(content(&requests[2]), (Some("text/plain"), &b"x"[..]));
}

#[tokio::test]
async fn the_type_of_a_body_may_be_an_argument() {
    let (world, api) = world().await;
    let bytes = Bytes::from_static(b"\x89PNG");
    api.object(Some("image/png"), bytes.clone()).await.unwrap();
    api.object(None, bytes).await.unwrap();
    api.mapped(&[("content-type", "text/csv")], b"1,2")
        .await
        .unwrap();
    let requests = world.api.requests();
    assert_eq!(content(&requests[0]), (Some("image/png"), &b"\x89PNG"[..]));
    assert_eq!(content(&requests[1]), (None, &b"\x89PNG"[..]));
    assert_eq!(content(&requests[2]), (Some("text/csv"), &b"1,2"[..]));
}

#[tokio::test]
async fn a_get_declared_with_request_may_have_a_body() {
    let (world, api) = world().await;
    api.search(&Filter { state: "open" }).await.unwrap();
    let request = world.request();
    assert_eq!(request.method, "GET");
    let json = (Some("application/json"), &br#"{"state":"open"}"#[..]);
    assert_eq!(content(&request), json);
}

#[tokio::test]
async fn a_header_value_is_sent_as_it_is() {
    let (world, api) = world().await;
    let value = HeaderValue::from_bytes(b"caf\xe9").unwrap();
    api.header(value.clone(), None).await.unwrap();
    let request = world.request();
    assert_eq!(request.headers["x-value"], value);
    assert!(!request.headers.contains_key("x-other"));
}
