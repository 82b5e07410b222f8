//! What traits and methods set for all calls: fixed query parameters, and defaults.

use std::time::Duration;

use wristband_m2m_reqwest::{ApiError, wristband_m2m};
use wristband_m2m_tests::Reply;

use super::World;

#[wristband_m2m(accept = "application/vnd.api+json", auth = false)]
#[query("api-version", "2024-01-01")]
#[query("k&=", "a b")]
trait Api {
    #[get("/plain")]
    async fn plain(&self) -> Result<(), ApiError>;

    #[get("/own", accept = "text/csv", auth = true)]
    #[query("api-version", "preview")]
    #[query("sort", "desc")]
    async fn own(&self, #[query] page: u8) -> Result<(), ApiError>;

    #[get("/argument")]
    async fn argument(
        &self,
        #[query("api-version")] version: Option<&str>,
        #[header("Accept")] accept: &str,
    ) -> Result<(), ApiError>;

    #[get]
    async fn whole(&self, #[url] url: &str) -> Result<(), ApiError>;
}

#[wristband_m2m]
#[header("Content-Type", "application/vnd.api+json")]
#[header("X-Source", "trait")]
trait Typed {
    #[post("/json")]
    async fn json(&self, #[json] value: u8) -> Result<(), ApiError>;

    #[post("/form")]
    async fn form(&self, #[form] value: &[(&str, &str)]) -> Result<(), ApiError>;

    #[post("/body")]
    #[header("x-source", "method")]
    async fn body(&self, #[body("text/csv")] value: &str) -> Result<(), ApiError>;

    #[post("/raw")]
    async fn raw(
        &self,
        #[body] value: &str,
        #[header("Content-Type")] of: &str,
        #[header("X-Source")] source: Option<&str>,
    ) -> Result<(), ApiError>;
}

#[wristband_m2m(timeout = "1ms")]
trait Slow {
    #[get("/slow")]
    async fn fails(&self) -> Result<(), ApiError>;

    #[get("/slow")]
    async fn waits(&self, #[timeout] limit: Option<Duration>) -> Result<(), ApiError>;
}

async fn world() -> (World, ApiClient) {
    let world = World::new(|_| Reply::status(204)).await;
    let client = ApiClient::with_base_url(world.api.url(""), world.token_client()).unwrap();
    (world, client)
}

#[tokio::test]
async fn parameters_of_the_trait_are_sent_by_each_method() {
    let (world, api) = world().await;
    api.plain().await.unwrap();
    let request = world.request();
    assert_eq!(
        request.target,
        "/plain?api-version=2024-01-01&k%26%3D=a%20b"
    );
    assert_eq!(request.header("accept"), Some("application/vnd.api+json"));
    assert_eq!(request.header("authorization"), None);
    assert_eq!(world.wristband.token_requests(), 0);
}

#[tokio::test]
async fn parameters_of_a_method_replace_those_of_the_trait() {
    let (world, api) = world().await;
    api.own(7).await.unwrap();
    let request = world.request();
    assert_eq!(
        request.target,
        "/own?page=7&k%26%3D=a%20b&api-version=preview&sort=desc"
    );
    assert_eq!(request.header("accept"), Some("text/csv"));
    assert!(request.header("authorization").is_some());
}

#[tokio::test]
async fn an_argument_replaces_a_fixed_value_even_with_none() {
    let (world, api) = world().await;
    api.argument(Some("v2"), "text/plain").await.unwrap();
    api.argument(None, "*/*").await.unwrap();
    let requests = world.api.requests();
    assert_eq!(requests[0].target, "/argument?api-version=v2&k%26%3D=a%20b");
    assert_eq!(requests[0].header("accept"), Some("text/plain"));
    assert_eq!(requests[1].target, "/argument?k%26%3D=a%20b");
    assert_eq!(requests[1].header("accept"), Some("*/*"));
}

#[tokio::test]
async fn the_type_of_a_body_replaces_the_content_type_of_the_trait() {
    let world = World::new(|_| Reply::status(204)).await;
    let api = TypedClient::with_base_url(world.api.url(""), world.token_client()).unwrap();
    api.json(1).await.unwrap();
    api.form(&[("a", "b")]).await.unwrap();
    api.body("1,2").await.unwrap();
    api.raw("<a/>", "application/xml", None).await.unwrap();
    let requests = world.api.requests();
    let header = |name: &str| -> Vec<Option<&str>> {
        requests
            .iter()
            .map(|request| request.header(name))
            .collect()
    };
    assert_eq!(
        header("content-type"),
        [
            Some("application/vnd.api+json"),
            Some("application/x-www-form-urlencoded"),
            Some("text/csv"),
            Some("application/xml"),
        ]
    );
    assert_eq!(
        header("x-source"),
        [Some("trait"), Some("trait"), Some("method"), None]
    );
}

#[tokio::test]
async fn a_url_keeps_its_own_parameters_and_takes_none_elsewhere() {
    let (world, api) = world().await;
    let elsewhere = World::new(|_| Reply::status(204)).await;
    api.whole("/next?api-version=2020").await.unwrap();
    api.whole(&elsewhere.api.url("/next")).await.unwrap();
    assert_eq!(
        world.request().target,
        "/next?api-version=2020&k%26%3D=a%20b"
    );
    assert_eq!(elsewhere.request().target, "/next");
}

#[tokio::test]
async fn without_a_timeout_of_the_method_that_of_the_trait_applies() {
    let world = World::new(|_| Reply::status(204).delayed(Duration::from_millis(200))).await;
    let api = SlowClient::with_base_url(world.api.url(""), world.token_client()).unwrap();
    assert!(api.fails().await.unwrap_err().is_timeout());
    assert!(api.waits(None).await.unwrap_err().is_timeout());
    api.waits(Some(Duration::from_secs(60))).await.unwrap();
}
