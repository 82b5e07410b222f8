//! The token is sent to the origin of the base URL, and nowhere else.

use wristband_m2m::testing::MockWristband;
use wristband_m2m_reqwest::{
    ApiError, ApiErrorKind, ApiResponse, WristbandAuth, reqwest, reqwest_middleware, wristband_m2m,
};
use wristband_m2m_tests::{ApiServer, RawServer, Reply, child_argument, run_child};

use super::{World, all_texts_of};

#[wristband_m2m(path = "/v1")]
#[header("X-Trait-Key", "hunter2")]
#[header("X-Choice", "trait")]
trait Api {
    #[get]
    async fn page(&self, #[url] url: &str) -> Result<ApiResponse<Vec<u64>>, ApiError>;
    #[get]
    async fn more(&self, #[url] url: reqwest::Url, #[query] size: u8)
    -> Result<Vec<u64>, ApiError>;
    #[get(accept = "application/vnd.page+json")]
    #[header("X-Method-Key", "hunter2")]
    async fn keyed(
        &self,
        #[url] url: &str,
        #[header("X-Choice")] choice: Option<&str>,
    ) -> Result<Vec<u64>, ApiError>;
    #[post]
    async fn note(
        &self,
        #[url] url: &str,
        #[body("text/plain")] text: &str,
    ) -> Result<(), ApiError>;
    #[get("/first")]
    async fn first(&self) -> Result<Vec<u64>, ApiError>;
}

fn numbers() -> Reply {
    Reply::json(200, "[7]").header("set-cookie", "hunter2")
}

async fn world() -> (World, ApiServer) {
    let elsewhere = ApiServer::start(|_| numbers()).await;
    (World::new(|_| numbers()).await, elsewhere)
}

#[tokio::test]
async fn a_next_page_on_the_same_origin_carries_the_token() {
    let (world, _elsewhere) = world().await;
    let api = ApiClient::with_base_url(world.api.url("/base"), world.token_client()).unwrap();
    let response = api
        .page(&world.api.url("/other?page=2&x=a%2Fb#end"))
        .await
        .unwrap();
    assert_eq!(response.into_body(), [7]);
    let request = world.request();
    assert_eq!(request.target, "/other?page=2&x=a%2Fb");
    assert!(world.wristband.accepts(&request.headers));
}

#[tokio::test]
async fn a_next_page_elsewhere_carries_neither_token_nor_headers_of_the_client() {
    let (world, elsewhere) = world().await;
    let api = ApiClient::builder(world.token_client())
        .base_url(world.api.url(""))
        .header("X-Api-Key", "secret")
        .allow_origin(elsewhere.origin())
        .build()
        .unwrap();
    api.page(&elsewhere.url("/page")).await.unwrap();
    api.first().await.unwrap();
    let requests = elsewhere.requests();
    assert_eq!(requests[0].authorization(), None);
    assert_eq!(requests[0].header("x-api-key"), None);
    assert_eq!(world.request().header("x-api-key"), Some("secret"));
}

#[tokio::test]
async fn another_origin_gets_the_headers_of_the_caller_but_not_those_of_the_trait() {
    let (world, elsewhere) = world().await;
    let api = ApiClient::with_base_url(world.api.url(""), world.token_client()).unwrap();
    for choice in [None, Some("caller")] {
        api.keyed(&elsewhere.url("/page"), choice).await.unwrap();
        api.keyed(&world.api.url("/page"), choice).await.unwrap();
        let away = elsewhere.requests().pop().unwrap();
        assert_eq!(away.header("x-trait-key"), None);
        assert_eq!(away.header("x-method-key"), None);
        assert_eq!(away.header("x-choice"), choice);
        assert_eq!(away.header("accept"), Some("application/vnd.page+json"));
        let home = world.api.requests().pop().unwrap();
        assert_eq!(home.header("x-trait-key"), Some("hunter2"));
        assert_eq!(home.header("x-method-key"), Some("hunter2"));
        assert_eq!(home.header("x-choice"), choice);
        assert_eq!(home.header("accept"), Some("application/vnd.page+json"));
    }
    api.note(&elsewhere.url("/notes"), "hello").await.unwrap();
    let away = elsewhere.requests().pop().unwrap();
    assert_eq!(away.header("content-type"), Some("text/plain"));
    assert_eq!(away.header("x-trait-key"), None);
}

#[tokio::test]
async fn parameters_are_added_to_those_of_a_whole_url() {
    let (world, _elsewhere) = world().await;
    let api = ApiClient::with_base_url(world.api.url(""), world.token_client()).unwrap();
    api.more(world.api.url("/p?page=2").parse().unwrap(), 5)
        .await
        .unwrap();
    assert_eq!(world.request().target, "/p?page=2&size=5");
}

#[tokio::test]
async fn a_relative_reference_is_resolved_against_the_base_url() {
    let (world, _elsewhere) = world().await;
    let client = world.token_client();
    let api = ApiClient::with_base_url(world.api.url("/base"), client).unwrap();
    for (reference, target) in [
        ("orders?page=2", "/base/orders?page=2"),
        ("/v1/o?page=2", "/v1/o?page=2"),
        ("?page=2", "/base/?page=2"),
        ("../o", "/o"),
    ] {
        api.page(reference).await.unwrap();
        let request = world.api.requests().pop().unwrap();
        assert_eq!(request.target, target);
        assert!(request.authorization().is_some());
    }
}

#[tokio::test]
async fn an_invalid_whole_url_is_an_error_before_anything_is_sent() {
    let (world, _elsewhere) = world().await;
    let api = ApiClient::with_base_url(world.api.url(""), world.token_client()).unwrap();
    for url in ["http://", "ftp://hunter2", "https://hunter2@localhost/"] {
        let error = api.page(url).await.unwrap_err();
        assert_eq!(error.kind(), ApiErrorKind::Request);
        let text = all_texts_of(&error);
        assert!(
            text.contains("Api::page GET {url}") && !text.contains("hunter2"),
            "{text}"
        );
    }
    world.assert_nothing_was_sent();
}

#[tokio::test]
async fn a_user_defined_stack_does_not_sign_requests_to_other_origins() {
    let (world, elsewhere) = world().await;
    let http = reqwest_middleware::ClientBuilder::new(reqwest::Client::new())
        .with(WristbandAuth::new(world.token_client()))
        .build();
    let api = ApiClient::from_http_client(world.api.url("/"), http).unwrap();
    api.first().await.unwrap();
    api.page(&elsewhere.url("/page")).await.unwrap();
    assert!(world.wristband.accepts(&world.request().headers));
    assert_eq!(elsewhere.requests()[0].authorization(), None);
}

#[tokio::test]
async fn a_user_supplied_client_sends_the_token_only_to_the_origin() {
    let (world, elsewhere) = world().await;
    let api = ApiClient::builder(world.token_client())
        .base_url(world.api.url(""))
        .http_client(reqwest::Client::new())
        .build()
        .unwrap();
    api.first().await.unwrap();
    api.page(&elsewhere.url("/page")).await.unwrap();
    assert!(world.wristband.accepts(&world.request().headers));
    assert_eq!(elsewhere.requests()[0].authorization(), None);
}

/// Not a test by itself: runs in the child process.
#[tokio::test]
async fn loopback_child() {
    let Some(base_url) = child_argument() else {
        return;
    };
    let wristband = MockWristband::start().await;
    let api = ApiClient::with_base_url(base_url, wristband.client()).unwrap();
    assert_eq!(api.first().await.unwrap(), [7]);
    assert_eq!(wristband.token_requests(), 1);
}

#[tokio::test]
async fn a_base_url_on_loopback_bypasses_the_proxy() {
    let api = ApiServer::start(|_| numbers()).await;
    let proxy = RawServer::start([]).await;
    for host in ["127.0.0.1", "localhost"] {
        let base_url = format!("http://{host}:{}", api.port());
        run_child("client::pinning::loopback_child", &base_url, &proxy.url("")).await;
        let seen = proxy.requests();
        assert!(seen.is_empty(), "the proxy saw {seen:?}");
    }
    let sent = api.requests();
    assert_eq!(sent.len(), 2);
    assert!(sent.iter().all(|request| request.authorization().is_some()));
}
