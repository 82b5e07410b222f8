//! Which servers receive the token.

use super::*;

fn allowing(client: &WristbandM2mClient, origins: &[&str]) -> ClientWithMiddleware {
    let builder = WristbandAuth::builder(client.clone());
    let builder = origins
        .iter()
        .fold(builder, |builder, origin| builder.allow_origin(*origin));
    with_auth(builder.build().unwrap())
}

/// A client that reaches `api` under every host name.
fn reaching(api: &ApiServer, auth: WristbandAuth) -> ClientWithMiddleware {
    let http = reqwest::Client::builder()
        .proxy(reqwest::Proxy::http(api.origin()).unwrap())
        .build();
    ClientBuilder::new(http.unwrap()).with(auth).build()
}

#[tokio::test]
async fn loopback_gets_the_token_under_each_of_its_names() {
    let wristband = MockWristband::start().await;
    let api = protected_api(&wristband).await;
    let http = authenticated(&wristband.client());
    for host in ["127.0.0.1", "localhost", "LocalHost", "127.1", "2130706433"] {
        let url = format!("http://{host}:{}/", api.port());
        let response = http.get(url).send().await.unwrap();
        assert_eq!(response.status(), 200, "{host}");
        assert!(outcome(&response).token_attached());
    }
}

#[tokio::test]
async fn plain_http_to_another_machine_is_refused_before_anything_is_sent() {
    let wristband = MockWristband::start().await;
    let api = protected_api(&wristband).await;
    let http = reaching(&api, WristbandAuth::new(wristband.client()));

    let url = "http://user:hunter2@Orders.Internal:8080/v1/secret-path?secret=query";
    let url = reqwest::Url::parse(url).unwrap();
    let error = http
        .execute(reqwest::Request::new(http::Method::GET, url))
        .await
        .unwrap_err();

    let message = format!("{error} {error:?}");
    assert!(
        message.contains(r#"allow_origin("http://orders.internal:8080")"#),
        "{message}"
    );
    for secret in ["hunter2", "secret"] {
        assert!(!message.contains(secret), "{message}");
    }
    assert!(api.requests().is_empty());
    assert_eq!(wristband.token_requests(), 0);
}

#[tokio::test]
async fn plain_http_is_allowed_by_name() {
    let wristband = MockWristband::start().await;
    let api = protected_api(&wristband).await;
    let auth =
        WristbandAuth::builder(wristband.client()).allow_origin("http://orders.internal:8080");
    let http = reaching(&api, auth.build().unwrap());
    for (url, attached) in [
        ("http://ORDERS.internal.:8080/a", true),
        ("http://orders.internal:8081/", false),
    ] {
        let response = http.get(url).send().await.unwrap();
        assert_eq!(outcome(&response).token_attached(), attached, "{url}");
        let last = api.requests().pop().unwrap();
        assert_eq!(last.authorization().is_some(), attached, "{url}");
    }
}

#[tokio::test]
async fn origins_off_the_list_get_no_token_not_even_on_loopback() {
    let wristband = MockWristband::start().await;
    let [listed, other] = [
        protected_api(&wristband).await,
        protected_api(&wristband).await,
    ];
    let http = allowing(
        &wristband.client(),
        &["https://api.example.com", &listed.origin()],
    );

    let response = http.get(listed.url("/")).send().await.unwrap();
    assert_eq!(response.status(), 200);
    let response = http.get(other.url("/")).send().await.unwrap();
    assert_eq!(response.status(), 401);
    assert!(!outcome(&response).token_attached());
    assert_eq!(outcome(&response).not_retried(), None);
    assert_eq!(other.requests().len(), 1);
    assert_eq!(other.requests()[0].authorization(), None);
    assert_eq!(wristband.token_requests(), 1);
}

#[tokio::test]
async fn what_is_not_an_origin_is_a_config_error() {
    let wristband = MockWristband::start().await;
    let error = WristbandAuth::builder(wristband.client())
        .allow_origin("https://fine.example.com")
        .allow_origin("https://api.example.com/v1")
        .build()
        .unwrap_err();
    assert_eq!(error.setting(), "allow_origin");
}
