//! Calls that fail, and the errors they return.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body, Frame};
use serde::Deserialize;
use tokio::net::TcpListener;
use wristband_m2m::{
    IssuedToken, TokenError, TokenErrorKind, TokenRetry, TokenSource, WristbandM2mClient,
};
use wristband_m2m_reqwest::{ApiError, ApiErrorKind, async_trait, reqwest, wristband_m2m};
use wristband_m2m_tests::Reply;

use super::{World, all_texts_of};

#[derive(Debug, Deserialize)]
struct Problem {
    title: String,
}

/// A user-defined error.
#[derive(Debug)]
enum OrdersError {
    SoldOut,
    Api(ApiError),
}

impl From<ApiError> for OrdersError {
    fn from(error: ApiError) -> Self {
        match error.json::<Problem>() {
            Ok(problem) if problem.title == "sold out" => Self::SoldOut,
            _ => Self::Api(error),
        }
    }
}

type OrdersResult<T> = Result<T, OrdersError>;

#[wristband_m2m(path = "/v1", timeout = "5s")]
trait Orders {
    #[post("/orders/{id}")]
    async fn create(&self, id: &str, #[query] q: &str) -> OrdersResult<Vec<Item>>;
    #[get("/orders/{id}")]
    async fn find(&self, id: &str, #[query] q: &str) -> Result<Vec<Item>, ApiError>;
    #[get("/text")]
    async fn text(&self) -> Result<String, ApiError>;
    #[get("/unit")]
    async fn unit(&self) -> Result<(), ApiError>;
    #[get("/raw", timeout = "100ms")]
    async fn raw(&self) -> Result<reqwest::Response, ApiError>;
    #[get("/stuck", timeout = "100ms")]
    async fn stuck(&self) -> Result<Vec<Item>, ApiError>;
}

#[derive(Debug, Deserialize)]
#[allow(dead_code)]
struct Item {
    price: u64,
}

async fn client(world: &World) -> OrdersClient {
    OrdersClient::with_base_url(world.api.url(""), world.token_client()).unwrap()
}

fn assert_confidential(error: &ApiError) {
    let text = all_texts_of(error);
    assert!(!text.contains("hunter2"), "{text}");
    assert!(!text.contains("127.0.0.1"), "{text}");
}

#[tokio::test]
async fn an_api_error_converts_into_a_user_defined_error() {
    let world = World::new(|_| Reply::json(409, r#"{"title": "sold out"}"#)).await;
    let error = client(&world).await.create("7", "").await.unwrap_err();
    assert!(matches!(error, OrdersError::SoldOut));
    let world = World::new(|_| Reply::json(500, "{}")).await;
    let error = client(&world).await.create("7", "").await.unwrap_err();
    let OrdersError::Api(error) = error else {
        panic!("{error:?}");
    };
    assert_eq!(
        error.to_string(),
        "Orders::create POST /v1/orders/{id} returned 500 Internal Server Error"
    );
}

#[tokio::test]
async fn an_error_keeps_the_response_and_shows_none_of_it() {
    let world = World::new(|_| Reply::text(429, "hunter2").header("retry-after", "7")).await;
    let error = client(&world)
        .await
        .find("hunter2", "hunter2")
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ApiErrorKind::Status);
    assert_eq!(error.status().unwrap(), 429);
    assert_eq!(error.headers()["retry-after"], "7");
    assert_eq!(error.body(), b"hunter2");
    assert_eq!(error.endpoint().operation, "find");
    assert_confidential(&error);
}

#[tokio::test]
async fn an_error_keeps_64_kib_of_a_long_body() {
    let world = World::new(|_| Reply::text(500, vec![b'x'; 1024 * 1024])).await;
    let error = client(&world).await.find("7", "").await.unwrap_err();
    assert_eq!(error.body().len(), 64 * 1024);
}

#[tokio::test]
async fn a_document_that_does_not_fit_is_located_and_not_quoted() {
    let document = "[\n  {\"price\": 7},\n  {\"price\": \"hunter2\"}\n]";
    let world = World::new(move |_| Reply::json(200, document)).await;
    let error = client(&world)
        .await
        .find("hunter2", "hunter2")
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ApiErrorKind::Decode);
    assert_eq!(error.status().unwrap(), 200);
    let message = error.to_string();
    assert!(
        message.contains("[1].price") && message.contains("line 3"),
        "{message}"
    );
    assert_confidential(&error);
}

#[tokio::test]
async fn a_body_that_is_not_json_is_not_quoted() {
    let world = World::new(|_| Reply::text(200, "<html>hunter2")).await;
    let error = client(&world).await.find("7", "").await.unwrap_err();
    assert_eq!(error.kind(), ApiErrorKind::Decode);
    assert!(error.to_string().contains("not JSON"), "{error}");
    assert_confidential(&error);
}

#[tokio::test]
async fn text_must_be_utf_8() {
    let world = World::new(|_| Reply::text(200, Bytes::from_static(b"ok\xff"))).await;
    let error = client(&world).await.text().await.unwrap_err();
    assert_eq!(error.kind(), ApiErrorKind::Decode);
    assert!(
        error
            .to_string()
            .ends_with("has a body that is not UTF-8: byte 2"),
        "{error}"
    );
}

#[tokio::test]
async fn without_a_token_nothing_is_sent() {
    let world = World::new(|_| Reply::json(200, "[]")).await;
    world.wristband.fail_next(1, 401);
    let error = client(&world)
        .await
        .find("hunter2", "hunter2")
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ApiErrorKind::Token);
    assert_eq!(
        error.token_error().unwrap().kind(),
        TokenErrorKind::Rejected
    );
    assert_eq!(error.status(), None);
    assert!(world.api.requests().is_empty());
    assert!(
        error
            .to_string()
            .starts_with("Orders::find GET /v1/orders/{id} "),
        "{error}"
    );
    assert_confidential(&error);
}

#[tokio::test]
async fn an_unreachable_server_is_a_network_error() {
    let world = World::new(|_| Reply::status(200)).await;
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}", closed.local_addr().unwrap());
    drop(closed);
    let client = OrdersClient::with_base_url(base_url, world.token_client()).unwrap();
    let error = client.find("hunter2", "hunter2").await.unwrap_err();
    assert_eq!(error.kind(), ApiErrorKind::Network);
    assert!(!error.is_timeout());
    let text = all_texts_of(&error);
    assert!(!text.contains("hunter2"), "{text}");
}

#[tokio::test]
async fn the_wait_for_a_token_is_part_of_the_timeout() {
    let world = World::new(|_| Reply::json(200, "[]")).await;
    world.wristband.set_delay(Duration::from_secs(60));
    let error = client(&world).await.stuck().await.unwrap_err();
    assert!(error.is_timeout());
    assert_eq!(
        error.to_string(),
        "Orders::stuck GET /v1/stuck timed out after 100ms"
    );
}

#[tokio::test]
async fn reading_the_body_is_part_of_the_timeout() {
    let world = World::new(|_| Reply::stream(200, stuck())).await;
    let client = client(&world).await;
    let error = client.stuck().await.unwrap_err();
    assert!(error.is_timeout());
    assert_eq!(error.status().unwrap(), 200);
    // The body of a raw response, too.
    let response = client.raw().await.unwrap();
    assert!(response.bytes().await.unwrap_err().is_timeout());
}

#[tokio::test]
async fn an_error_response_that_never_ends_is_known_by_its_status() {
    let world = World::new(|_| Reply::stream(503, stuck())).await;
    let error = client(&world).await.stuck().await.unwrap_err();
    assert!(error.is_timeout());
    assert_eq!(error.status().unwrap(), 503);
    assert_eq!(error.body(), b"[");
}

#[tokio::test]
async fn an_unwanted_body_does_not_delay_a_call() {
    let world = World::new(|_| Reply::stream(200, stuck())).await;
    client(&world).await.unit().await.unwrap();
}

#[tokio::test]
async fn a_connection_is_reused_after_any_response() {
    let world = World::new(|request| match request.target.as_str() {
        "/v1/unit" => Reply::text(200, "unwanted"),
        _ => Reply::text(404, "unwanted"),
    })
    .await;
    let client = client(&world).await;
    for _ in 0..3 {
        client.unit().await.unwrap();
        client.find("7", "").await.unwrap_err();
    }
    assert_eq!(world.api.connections(), 1);
}

#[tokio::test]
async fn an_error_of_the_token_endpoint_is_not_taken_for_one_of_the_api() {
    let world = World::new(|_| Reply::json(200, "[]")).await;
    world.wristband.fail_next(1, 503);
    let tokens = world
        .wristband
        .builder()
        .retry(TokenRetry::none())
        .build()
        .unwrap();
    let client = OrdersClient::with_base_url(world.api.url(""), tokens).unwrap();
    let error = client.find("7", "").await.unwrap_err();
    assert_eq!(error.kind(), ApiErrorKind::Token);
    assert!(error.token_error().unwrap().is_transient());
    client.find("7", "").await.unwrap();
}

/// A body that stalls after its first byte.
fn stuck() -> Stuck {
    Stuck(Some(Bytes::from_static(b"[")))
}

struct Stuck(Option<Bytes>);

impl Body for Stuck {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        match self.0.take() {
            Some(beginning) => Poll::Ready(Some(Ok(Frame::data(beginning)))),
            None => Poll::Pending,
        }
    }
}

/// A panic would take down a thread of the executor.
#[test]
fn a_call_outside_of_a_runtime_is_an_error() {
    let token = WristbandM2mClient::builder()
        .token_source(NoSource)
        .build()
        .unwrap();
    let orders = OrdersClient::with_base_url("https://orders.example.com", token).unwrap();
    let call = std::pin::pin!(orders.unit());
    let mut context = Context::from_waker(std::task::Waker::noop());
    let Poll::Ready(Err(error)) = call.poll(&mut context) else {
        panic!("the call waits, or succeeds");
    };
    assert_eq!(error.kind(), ApiErrorKind::Request);
    assert!(error.to_string().contains("Tokio runtime"), "{error}");
}

struct NoSource;

#[async_trait]
impl TokenSource for NoSource {
    async fn fetch_token(&self) -> Result<IssuedToken, TokenError> {
        unreachable!("nothing is sent")
    }
}
