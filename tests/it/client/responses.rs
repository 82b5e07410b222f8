//! Each return type, for each kind of response.

mod described;

use std::collections::HashMap;
use std::io;
use std::pin::Pin;
use std::sync::Mutex;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame};
use wristband_m2m_reqwest::{ApiError, ApiErrorKind, ApiResponse, reqwest, wristband_m2m};
use wristband_m2m_tests::{ApiServer, Reply};

use self::described::describe;
use super::{World, all_texts_of};

type Outcome<T> = Result<T, ApiError>;
/// Decided by type, not by spelling.
type Perhaps<T> = Option<T>;

#[wristband_m2m]
trait Api {
    #[get("/{way}")]
    async fn unit(&self, way: &str) -> Outcome<()>;
    #[get("/{way}")]
    async fn json(&self, way: &str) -> Outcome<Vec<u64>>;
    #[get("/{way}")]
    async fn text(&self, way: &str) -> Outcome<String>;
    #[get("/{way}")]
    async fn bytes(&self, way: &str) -> Outcome<Bytes>;
    #[get("/{way}")]
    async fn octets(&self, way: &str) -> Outcome<Vec<u8>>;
    #[get("/{way}")]
    async fn response(&self, way: &str) -> Outcome<reqwest::Response>;
    #[get("/{way}")]
    async fn some_unit(&self, way: &str) -> Outcome<Perhaps<()>>;
    #[get("/{way}")]
    async fn some_json(&self, way: &str) -> Outcome<Perhaps<Vec<u64>>>;
    #[get("/{way}")]
    async fn some_text(&self, way: &str) -> Outcome<Option<String>>;
    #[get("/{way}")]
    async fn some_octets(&self, way: &str) -> Outcome<Option<Vec<u8>>>;
    #[get("/{way}")]
    async fn whole_unit(&self, way: &str) -> Outcome<ApiResponse<()>>;
    #[get("/{way}")]
    async fn whole_json(&self, way: &str) -> Outcome<ApiResponse<Vec<u64>>>;
    #[get("/{way}")]
    async fn whole_some(&self, way: &str) -> Outcome<ApiResponse<Option<Vec<u64>>>>;
    #[get("/{way}")]
    async fn some_whole(&self, way: &str) -> Outcome<Option<ApiResponse<Vec<u64>>>>;
    #[get("/{way}")]
    async fn some_whole_unit(&self, way: &str) -> Outcome<Option<ApiResponse<()>>>;
    #[head("/{way}")]
    async fn head(&self, way: &str) -> Outcome<ApiResponse<()>>;
    #[head("/{way}")]
    async fn some_head(&self, way: &str) -> Outcome<Option<Vec<u64>>>;
}

/// A server whose response is named by the path.
async fn world() -> (World, ApiServer, ApiClient) {
    let elsewhere = ApiServer::start(|_| Reply::json(200, "[8]")).await;
    let across = elsewhere.url("/200");
    let seen = Mutex::new(HashMap::<String, u32>::new());
    let world = World::new(move |request| {
        let way = request.target.trim_start_matches('/').to_owned();
        let mut seen = seen.lock().unwrap();
        let times = seen.entry(way.clone()).or_default();
        *times += 1;
        match way.as_str() {
            "200" => Reply::json(200, "[7]").header("x-request-id", "r1"),
            "401%20once" if *times == 2 => Reply::json(200, "[7]"),
            "401%20once" | "401%20twice" => Reply::text(401, "hunter2"),
            "301%20within" => Reply::status(301).header("location", "/200"),
            "301%20across" => Reply::status(301).header("location", &across),
            "truncated" => truncated(),
            "null" => Reply::json(200, " null\n"),
            "blank" => Reply::json(200, "\r\n"),
            status => Reply::text(status[..3].parse().unwrap(), failure(status)),
        }
    })
    .await;
    let client = ApiClient::with_base_url(world.api.url(""), world.token_client()).unwrap();
    (world, elsewhere, client)
}

fn failure(status: &str) -> &'static str {
    if status.starts_with('4') || status.starts_with('5') {
        "hunter2"
    } else {
        ""
    }
}

/// Half of `[7]`, and then the connection breaks.
fn truncated() -> Reply {
    Reply::stream(200, Truncated::Whole)
}

enum Truncated {
    Whole,
    /// The half is on its way once the server finds nothing more to send.
    Half,
    Broken,
}

impl Body for Truncated {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        match *self {
            Self::Whole => {
                *self = Self::Half;
                Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"[7")))))
            }
            Self::Half => {
                *self = Self::Broken;
                context.waker().wake_by_ref();
                Poll::Pending
            }
            Self::Broken => Poll::Ready(Some(Err(io::Error::other("broken")))),
        }
    }
}

/// Returns how a method decodes a response.
macro_rules! make {
    ($method:ident of $way:expr) => {{
        let (world, elsewhere, api) = world().await;
        let described = describe(api.$method($way).await);
        assert!(elsewhere.requests().is_empty(), "a request left the origin");
        (described, world.api.requests().len())
    }};
}

/// Checks how each of the methods decodes a response, and how many requests that takes.
macro_rules! responses {
    ($($test:ident: $way:literal in $requests:literal { $($method:ident: $expected:literal),* $(,)? })*) => {
        $(#[tokio::test]
        async fn $test() {
            $(assert_eq!(
                make!($method of $way),
                ($expected.to_owned(), $requests),
                stringify!($method),
            );)*
        })*
    };
}

responses! {
    a_200_with_a_body: "200" in 1 {
        unit: "()", json: "[7]", text: "\"[7]\"", bytes: "b\"[7]\"", octets: "b\"[7]\"", response: "200",
        some_unit: "Some(())", some_json: "Some([7])", some_text: "Some(\"[7]\")", some_octets: "Some(b\"[7]\")",
        whole_unit: "200 ()", whole_json: "200 [7]", whole_some: "200 Some([7])", some_whole: "Some(200 [7])",
        some_whole_unit: "Some(200 ())", head: "200 ()", some_head: "None",
    }
    a_200_without_a_body: "200 empty" in 1 {
        unit: "()", json: "Decode 200", text: "\"\"", bytes: "b\"\"", octets: "b\"\"", response: "200",
        some_unit: "Some(())", some_json: "None", some_text: "None", some_octets: "None",
        whole_unit: "200 ()", whole_json: "Decode 200", whole_some: "200 None", some_whole: "None",
        some_whole_unit: "Some(200 ())", head: "200 ()", some_head: "None",
    }
    a_200_that_is_null: "null" in 1 {
        unit: "()", json: "Decode 200", text: "\" null\\n\"", some_unit: "Some(())", some_json: "None",
        some_text: "Some(\" null\\n\")", some_octets: "Some(b\" null\\n\")", whole_json: "Decode 200",
        whole_some: "200 None", some_whole: "None", some_whole_unit: "Some(200 ())",
    }
    a_200_of_white_space: "blank" in 1 {
        unit: "()", json: "Decode 200", text: "\"\\r\\n\"", some_unit: "Some(())", some_json: "None",
        some_text: "Some(\"\\r\\n\")", some_octets: "Some(b\"\\r\\n\")", whole_json: "Decode 200",
        whole_some: "200 None", some_whole: "None",
    }
    a_201_without_a_body: "201" in 1 {
        unit: "()", json: "Decode 201", text: "\"\"", bytes: "b\"\"", octets: "b\"\"", response: "201",
        some_unit: "Some(())", some_json: "None", some_text: "None", some_octets: "None",
        whole_unit: "201 ()", whole_json: "Decode 201", whole_some: "201 None", some_whole: "None",
        some_whole_unit: "Some(201 ())", head: "201 ()", some_head: "None",
    }
    a_202: "202" in 1 {
        unit: "()", json: "Decode 202", text: "\"\"", response: "202", some_unit: "Some(())", some_json: "None",
        whole_unit: "202 ()", whole_some: "202 None", some_whole: "None",
    }
    a_204: "204" in 1 {
        unit: "()", json: "Decode 204", text: "\"\"", bytes: "b\"\"", octets: "b\"\"", response: "204",
        some_unit: "Some(())", some_json: "None", some_text: "None", some_octets: "None",
        whole_unit: "204 ()", whole_json: "Decode 204", whole_some: "204 None", some_whole: "None",
        some_whole_unit: "Some(204 ())", head: "204 ()", some_head: "None",
    }
    a_205: "205" in 1 {
        unit: "()", json: "Decode 205", response: "205", some_unit: "Some(())", some_json: "None", some_text: "None",
        whole_some: "205 None", some_whole: "None",
    }
    a_301_within_the_origin: "301 within" in 2 {
        unit: "()", json: "[7]", text: "\"[7]\"", response: "200", some_json: "Some([7])", whole_json: "200 [7]",
    }
    a_301_to_another_origin: "301 across" in 1 {
        unit: "Status 301", json: "Status 301", text: "Status 301", bytes: "Status 301", octets: "Status 301",
        response: "301", some_unit: "Status 301", some_json: "Status 301", whole_unit: "Status 301",
        whole_some: "Status 301", some_whole: "Status 301", head: "Status 301",
    }
    a_401_once: "401 once" in 2 {
        unit: "()", json: "[7]", text: "\"[7]\"", response: "200", some_unit: "Some(())", some_json: "Some([7])",
        whole_json: "200 [7]",
    }
    a_401_twice: "401 twice" in 2 {
        unit: "Status 401", json: "Status 401", text: "Status 401", bytes: "Status 401", octets: "Status 401",
        response: "401", some_unit: "Status 401", some_json: "Status 401", whole_unit: "Status 401",
        whole_some: "Status 401", some_whole: "Status 401",
    }
    a_404: "404" in 1 {
        unit: "Status 404", json: "Status 404", text: "Status 404", bytes: "Status 404", octets: "Status 404",
        response: "404", some_unit: "None", some_json: "None", some_text: "None", some_octets: "None",
        whole_unit: "Status 404", whole_json: "Status 404", whole_some: "404 None", some_whole: "None",
        some_whole_unit: "None", some_head: "None",
    }
    a_429: "429" in 1 {
        unit: "Status 429", json: "Status 429", text: "Status 429", bytes: "Status 429", octets: "Status 429",
        response: "429", some_unit: "Status 429", some_json: "Status 429", some_text: "Status 429",
        whole_unit: "Status 429", whole_some: "Status 429", some_whole: "Status 429",
    }
    a_500: "500" in 1 {
        unit: "Status 500", json: "Status 500", text: "Status 500", bytes: "Status 500", octets: "Status 500",
        response: "500", some_unit: "Status 500", some_json: "Status 500", some_text: "Status 500",
        whole_unit: "Status 500", whole_some: "Status 500", some_whole: "Status 500",
    }
    a_truncated_body: "truncated" in 1 {
        unit: "()", json: "Network 200", text: "Network 200", bytes: "Network 200", octets: "Network 200",
        response: "200", some_unit: "Some(())", some_json: "Network 200", some_text: "Network 200",
        whole_unit: "200 ()", whole_json: "Network 200", whole_some: "Network 200", some_whole: "Network 200",
    }
}

#[tokio::test]
async fn a_body_that_cannot_be_decoded_is_kept_but_never_shown() {
    let long = format!("[\"hunter2{}", "x".repeat(64 * 1024));
    let world = World::new(move |request| match request.target.as_str() {
        "/json" => Reply::text(200, "{\"key\": \"hunter2\"}"),
        "/long" => Reply::text(200, long.clone()),
        _ => Reply::text(200, &b"hunter2\xff"[..]),
    })
    .await;
    let api = ApiClient::with_base_url(world.api.url(""), world.token_client()).unwrap();
    for (error, body) in [
        (
            api.json("json").await.unwrap_err(),
            &b"{\"key\": \"hunter2\"}"[..],
        ),
        (
            api.some_json("json").await.unwrap_err(),
            b"{\"key\": \"hunter2\"}",
        ),
        (
            api.whole_json("json").await.unwrap_err(),
            b"{\"key\": \"hunter2\"}",
        ),
        (api.text("text").await.unwrap_err(), b"hunter2\xff"),
    ] {
        assert_eq!(error.kind(), ApiErrorKind::Decode);
        assert_eq!(error.body(), body);
        assert!(!all_texts_of(&error).contains("hunter2"));
    }
    let error = api.json("json").await.unwrap_err();
    let problem: HashMap<String, String> = error.json().unwrap();
    assert_eq!(problem["key"], "hunter2");
    let error = api.json("long").await.unwrap_err();
    assert_eq!(error.body().len(), 64 * 1024);
    assert!(!all_texts_of(&error).contains("hunter2"));
}

#[tokio::test]
async fn a_whole_response_has_its_headers() {
    let (_world, _elsewhere, api) = world().await;
    let response = api.whole_json("200").await.unwrap();
    assert_eq!(response.headers()["x-request-id"], "r1");
    assert_eq!(response.body(), &[7]);
    assert!(!format!("{response:?}").contains("r1"));
}
