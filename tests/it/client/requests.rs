//! What goes over the wire, for each form of argument and option.

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
async fn a_post_without_a_body_says_so() {
    let (world, client) = world().await;
    client.post().await.unwrap();
    assert_eq!(world.request().header("content-length"), Some("0"));
}

#[tokio::test]
async fn path_arguments_are_one_segment_each() {
    let (world, client) = world().await;
    client.root().await.unwrap();
    client.by_name(OrderId(7), 3).await.unwrap();
    client.by_role("x/y", "1").await.unwrap();
    client.in_part(2, "a:b").await.unwrap();
    client
        .rest(&["a b".to_owned(), "c/d".to_owned()])
        .await
        .unwrap();
    client.owned_rest(vec![1, 2]).await.unwrap();
    let requests = world.api.requests();
    let targets: Vec<_> = requests.iter().map(target).collect();
    let expected = [
        "/",
        "/orders/ord%2F7/lines/3",
        "/a/1/x%2Fy",
        "/v2/orders/a%3Ab:cancel",
        "/files/a%20b/c%2Fd",
        "/files/1/2",
    ];
    assert_eq!(targets, expected);
}

#[tokio::test]
async fn a_segment_that_cannot_be_sent_is_an_error_before_anything_is() {
    let (world, client) = world().await;
    for segment in ["", ".", ".."] {
        let error = client.by_role("x", segment).await.unwrap_err();
        assert_eq!(error.kind(), ApiErrorKind::Request);
        assert!(error.to_string().contains("`one`"), "{error}");
        let rest = ["a".to_owned(), segment.to_owned()];
        client.rest(&rest).await.unwrap_err();
    }
    let error = client.rest(&[]).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "Api::rest GET /v1/files/{*rest} has no segment in `rest`"
    );
    world.assert_nothing_was_sent();
}

#[tokio::test]
async fn query_arguments_are_parameters() {
    let (world, client) = world().await;
    client
        .query(
            Some(Status::PaidInFull),
            20,
            "a b+c&d=é",
            &[1, 2],
            vec!["x", "y,z"],
        )
        .await
        .unwrap();
    client.query(None, 0, "", &[], vec![]).await.unwrap();
    let requests = world.api.requests();
    assert_eq!(
        target(&requests[0]),
        "/q?status=paid_in_full&pageSize=20&text=a%20b%2Bc%26d%3D%C3%A9&ids=1&ids=2&fields=x,y%2Cz"
    );
    assert_eq!(target(&requests[1]), "/q?pageSize=0&text=");
}

#[tokio::test]
async fn maps_are_flattened_and_flags_are_bare() {
    let (world, client) = world().await;
    let page = Page {
        size: 5,
        after: None,
        tags: vec!["a", "b"],
    };
    let more = BTreeMap::from([("x&y".to_owned(), true)]);
    client.query_map(&page, more, true, false).await.unwrap();
    assert_eq!(
        target(&world.request()),
        "/q?pageSize=5&tags=a&tags=b&x%26y=true&verbose"
    );
}

#[tokio::test]
async fn a_shape_that_is_no_parameter_is_an_error_before_anything_is_sent() {
    let (world, client) = world().await;
    let nested = BTreeMap::from([("hunter2".to_owned(), "hunter2".to_owned())]);
    let error = client.unfit(nested).await.unwrap_err();
    assert_eq!(error.kind(), ApiErrorKind::Request);
    let text = super::everything_it_says(&error);
    assert!(
        text.contains("`nested`") && !text.contains("hunter2"),
        "{text}"
    );
    world.assert_nothing_was_sent();
}

#[tokio::test]
async fn headers_come_from_trait_method_and_arguments() {
    let (world, client) = world().await;
    let mut map = HeaderMap::new();
    map.append("x-many", "1".parse().unwrap());
    map.append("x-many", "2".parse().unwrap());
    client.headers("k 1", Some(3), None, &map).await.unwrap();
    let request = world.request();
    for (name, value) in [
        ("x-trait", Some("trait")),
        ("x-both", Some("method")),
        ("x-method", Some("method")),
        ("idempotency-key", Some("k 1")),
        ("x-count", Some("3")),
        ("x-none", None),
    ] {
        assert_eq!(request.header(name), value, "{name}");
    }
    let many: Vec<_> = request.headers.get_all("x-many").iter().collect();
    assert_eq!(many, ["1", "2"]);
}

#[tokio::test]
async fn a_header_that_cannot_be_sent_is_an_error_before_anything_is() {
    let (world, client) = world().await;
    for value in ["hunter2\r\nx-evil: 1", "\u{0}hunter2", " hunter2"] {
        let error = client
            .headers(value, None, None, &HeaderMap::new())
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ApiErrorKind::Request);
        let text = super::everything_it_says(&error);
        assert!(
            text.contains("`idempotency-key`") && !text.contains("hunter2"),
            "{text}"
        );
    }
    for name in [
        "authorization",
        "host",
        "content-length",
        "transfer-encoding",
        "connection",
    ] {
        let map = HeaderMap::from_iter([(name.parse().unwrap(), "hunter2".parse().unwrap())]);
        let error = client.headers("k", None, None, &map).await.unwrap_err();
        assert_eq!(error.kind(), ApiErrorKind::Request);
        assert!(error.to_string().contains(name), "{error}");
    }
    world.assert_nothing_was_sent();
}

#[tokio::test]
async fn the_accept_header_names_the_return_type() {
    let (world, client) = world().await;
    client.accepted().await.unwrap();
    client.json_is_accepted().await.unwrap();
    client.get().await.unwrap();
    let accepted: Vec<_> = world
        .api
        .requests()
        .iter()
        .map(|it| it.header("accept").unwrap().to_owned())
        .collect();
    assert_eq!(
        accepted,
        ["application/vnd.orders+json", "application/json", "*/*"]
    );
}

#[tokio::test]
async fn each_body_goes_out_with_its_type() {
    let (world, client) = world().await;
    client.json(&Order { id: 7 }).await.unwrap();
    client
        .json_of_a_kind(Order { id: 8 }, "application/vnd.order+json")
        .await
        .unwrap();
    let page = Page {
        size: 5,
        after: Some("a b&c"),
        tags: vec!["x", "y"],
    };
    client.form(page).await.unwrap();
    client.text("# é").await.unwrap();
    client.bytes(vec![0, 255]).await.unwrap();
    client
        .stream(reqwest::Body::wrap("streamed".to_owned()))
        .await
        .unwrap();
    let sent: Vec<_> = world
        .api
        .requests()
        .iter()
        .map(|it| {
            (
                it.header("content-type").unwrap().to_owned(),
                it.body.to_vec(),
            )
        })
        .collect();
    let expected: [(&str, &[u8]); 6] = [
        ("application/json", br#"{"id":7}"#),
        ("application/vnd.order+json", br#"{"id":8}"#),
        (
            "application/x-www-form-urlencoded",
            b"pageSize=5&after=a%20b%26c&tags=x&tags=y",
        ),
        ("text/markdown", "# é".as_bytes()),
        ("application/x-bytes", &[0, 255]),
        ("text/plain", b"streamed"),
    ];
    for (sent, (content_type, body)) in sent.iter().zip(expected) {
        assert_eq!((sent.0.as_str(), sent.1.as_slice()), (content_type, body));
    }
    assert_eq!(sent.len(), expected.len());
}

#[tokio::test]
async fn a_multipart_form_goes_out_with_its_boundary() {
    let (world, client) = world().await;
    let form = reqwest::multipart::Form::new().text("name", "value");
    let boundary = form.boundary().to_owned();
    client.multipart(form).await.unwrap();
    let request = world.request();
    assert_eq!(
        request.header("content-type").unwrap(),
        format!("multipart/form-data; boundary={boundary}")
    );
    let body = String::from_utf8(request.body.to_vec()).unwrap();
    assert!(body.starts_with(&format!("--{boundary}\r\n")), "{body}");
    assert!(body.contains("name=\"name\"\r\n\r\nvalue\r\n"), "{body}");
}

#[tokio::test]
async fn a_method_can_do_without_a_token() {
    let (world, client) = world().await;
    client.open().await.unwrap();
    assert_eq!(world.request().authorization(), None);
    assert_eq!(world.wristband.token_requests(), 0);
}

#[tokio::test]
async fn a_timeout_of_the_method_or_of_the_call_ends_it() {
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
async fn a_timeout_without_end_is_one() {
    let (_world, client) = world().await;
    client.as_slow_as(Duration::MAX).await.unwrap();
}
