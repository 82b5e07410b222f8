//! The settings of a client, and those it refuses.

mod middleware;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::Extensions;
use wristband_m2m_reqwest::{
    ApiError, ApiErrorKind, Endpoint, MinTokenLife, async_trait, reqwest, reqwest_middleware,
    same_origin_redirects, wristband_m2m,
};
use wristband_m2m_tests::Reply;

use super::World;

#[wristband_m2m(path = "/v1", timeout = "20s")]
trait Orders {
    #[get("/orders/{id}")]
    async fn find(&self, id: u64) -> Result<String, ApiError>;
    #[post("/orders")]
    async fn create(&self, #[header("X-Source")] source: Option<&str>) -> Result<String, ApiError>;
    #[get("/once", retry_on_unauthorized = false)]
    async fn once(&self) -> Result<String, ApiError>;
    #[get("/long", min_token_life = "2h")]
    async fn long(&self) -> Result<String, ApiError>;
}

#[wristband_m2m(base_url = "https://orders.example.com/api", client = OrdersApi)]
trait Named {
    #[get("/")]
    async fn root(&self) -> Result<(), ApiError>;
}

async fn world() -> World {
    World::new(|_| Reply::text(200, "ok")).await
}

#[tokio::test]
async fn a_body_is_read_up_to_max_body_and_no_further() {
    let world = World::new(|request| match &*request.target {
        "/v1/orders/1" => Reply::text(200, "x".repeat(1000)),
        "/v1/orders/2" => Reply::text(200, "x".repeat(1001)),
        _ => Reply::endless(200),
    })
    .await;
    let orders = OrdersClient::builder(world.token_client())
        .base_url(world.api.url(""))
        .max_body(1000)
        .build()
        .unwrap();
    assert_eq!(orders.find(1).await.unwrap().len(), 1000);
    for id in [2, 3] {
        let error = orders.find(id).await.unwrap_err();
        assert_eq!(error.kind(), ApiErrorKind::Decode, "{error:?}");
        assert!(error.to_string().contains("max_body"), "{error}");
    }
}

#[tokio::test]
async fn a_base_url_in_the_attribute_is_the_default() {
    let world = world().await;
    let client = OrdersApi::new(world.token_client()).unwrap();
    assert_eq!(
        format!("{client:?}"),
        "OrdersApi { base_url: https://orders.example.com/api, .. }"
    );
    let client = OrdersApi::with_base_url(world.api.url(""), world.token_client()).unwrap();
    client.root().await.unwrap();
    assert_eq!(world.request().target, "/");
}

#[tokio::test]
async fn a_base_url_that_cannot_be_trusted_is_refused() {
    let world = world().await;
    for (base_url, problem) in [
        ("http://orders.example.com", "allow_origin"),
        ("orders.example.com", "https://api.example.com"),
        ("https://user:hunter2@orders.example.com", "user info"),
        ("https://orders.example.com?hunter2", "query"),
    ] {
        let error = OrdersClient::with_base_url(base_url, world.token_client()).unwrap_err();
        let text = super::all_texts_of(&error);
        assert!(
            text.contains("base_url") && text.contains(problem),
            "{text}"
        );
        assert!(!text.contains("hunter2"), "{text}");
        let http = reqwest::Client::new().into();
        OrdersClient::from_http_client(base_url, http).unwrap_err();
    }
    let error = OrdersClient::builder(world.token_client())
        .build()
        .unwrap_err();
    assert_eq!(error.setting(), "base_url");
}

#[tokio::test]
async fn plain_http_elsewhere_is_allowed_by_name() {
    let world = world().await;
    let builder =
        || OrdersClient::builder(world.token_client()).base_url("http://orders.internal:8080/api");
    builder()
        .allow_origin("http://orders.internal:8080")
        .build()
        .unwrap();
    builder()
        .allow_origin("http://orders.internal")
        .build()
        .unwrap_err();
    let error = builder()
        .allow_origin("orders.internal")
        .build()
        .unwrap_err();
    assert_eq!(error.setting(), "allow_origin");
}

#[tokio::test]
async fn invalid_settings_are_refused_by_name() {
    let world = world().await;
    let builder = || OrdersClient::builder(world.token_client()).base_url("https://h");
    let error = builder().timeout(Duration::ZERO).build().unwrap_err();
    assert_eq!(error.setting(), "timeout");
    for (name, value) in [
        ("Authorization", "hunter2"),
        ("host", "hunter2"),
        ("content-length", "1"),
        ("a b", "hunter2"),
        ("x-key", "hunter2\n"),
        ("x-key", " hunter2"),
    ] {
        let error = builder().header(name, value).build().unwrap_err();
        assert_eq!(error.setting(), "header");
        let text = super::all_texts_of(&error);
        assert!(
            text.contains(&name.to_lowercase()) && !text.contains("hunter2"),
            "{text}"
        );
    }
    let shown = format!("{:?}", builder().header("x-key", "hunter2"));
    assert!(!shown.contains("hunter2"), "{shown}");
}

#[tokio::test]
async fn headers_of_the_client_are_defaults() {
    let world = world().await;
    let client = OrdersClient::builder(world.token_client())
        .base_url(world.api.url(""))
        .header("X-Source", "client")
        .header("X-Tenant", "acme")
        .build()
        .unwrap();
    client.create(None).await.unwrap();
    client.create(Some("call")).await.unwrap();
    let requests = world.api.requests();
    let sources: Vec<_> = requests.iter().map(|it| it.header("x-source")).collect();
    // An argument that is `None` is not sent, not even with the value of the client.
    assert_eq!(sources, [None, Some("call")]);
    assert!(
        requests
            .iter()
            .all(|it| it.header("x-tenant") == Some("acme"))
    );
}

#[tokio::test]
async fn the_timeout_of_the_client_replaces_that_of_the_trait() {
    let world = World::new(|_| Reply::status(200).after(std::future::pending())).await;
    let client = OrdersClient::builder(world.token_client())
        .base_url(world.api.url(""))
        .timeout(Duration::from_millis(30))
        .build()
        .unwrap();
    let error = client.find(7).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "Orders::find GET /v1/orders/{id} timed out after 30ms"
    );
}

#[tokio::test]
async fn one_http_client_serves_several_typed_clients() {
    let world = world().await;
    let http = reqwest::Client::builder()
        .redirect(same_origin_redirects())
        .build()
        .unwrap();
    for _ in 0..3 {
        let client = OrdersClient::builder(world.token_client())
            .base_url(world.api.url(""))
            .http_client(http.clone())
            .build()
            .unwrap();
        client.find(7).await.unwrap();
    }
    assert_eq!(world.api.connections(), 1);
}

#[tokio::test]
async fn a_401_is_retried_unless_client_or_method_disable_it() {
    let world = World::new(|_| Reply::text(401, "")).await;
    let builder = || OrdersClient::builder(world.token_client()).base_url(world.api.url(""));
    let client = builder().build().unwrap();
    assert!(client.find(7).await.unwrap_err().is_unauthorized());
    assert_eq!(world.api.requests().len(), 2);
    assert!(client.once().await.unwrap_err().is_unauthorized());
    assert_eq!(world.api.requests().len(), 3);
    let client = builder().retry_on_unauthorized(false).build().unwrap();
    assert!(client.find(7).await.unwrap_err().is_unauthorized());
    assert_eq!(world.api.requests().len(), 4);
}

#[tokio::test]
async fn a_method_may_require_a_minimum_token_life() {
    /// Checks what the authentication receives.
    struct ExpectLife;

    #[async_trait]
    impl reqwest_middleware::Middleware for ExpectLife {
        async fn handle(
            &self,
            request: reqwest::Request,
            extensions: &mut Extensions,
            next: reqwest_middleware::Next<'_>,
        ) -> reqwest_middleware::Result<reqwest::Response> {
            let life = extensions.get::<MinTokenLife>();
            assert_eq!(life, Some(&MinTokenLife(Duration::from_secs(2 * 60 * 60))));
            next.run(request, extensions).await
        }
    }

    let world = world().await;
    let client = OrdersClient::builder(world.token_client())
        .base_url(world.api.url(""))
        .with(ExpectLife)
        .build()
        .unwrap();
    client.long().await.unwrap();
    client.long().await.unwrap();
    assert_eq!(world.wristband.token_requests(), 1);
}
