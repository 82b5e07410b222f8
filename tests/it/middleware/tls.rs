//! Real TLS, with a private root, over HTTP/2 and HTTP/1.1.

use http::Version;
use tokio::task::JoinSet;
use wristband_m2m_tests::PrivateRoot;

use super::*;

async fn protected_tls_api(root: &PrivateRoot, wristband: &MockWristband) -> ApiServer {
    let wristband = wristband.clone();
    ApiServer::start_tls(root, move |request| guard(&wristband, request)).await
}

fn through(http: reqwest::ClientBuilder, client: &WristbandM2mClient) -> ClientWithMiddleware {
    let http = http.build().expect("an HTTP client");
    ClientBuilder::new(http)
        .with(WristbandAuth::new(client.clone()))
        .build()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_requests_on_one_http2_connection_recover_with_one_token_request() {
    let (root, wristband) = (PrivateRoot::new(), MockWristband::start().await);
    let api = protected_tls_api(&root, &wristband).await;
    let client = wristband.client();
    let http = through(root.client(), &client);
    assert_eq!(
        http.get(api.url("/")).send().await.unwrap().version(),
        Version::HTTP_2
    );
    wristband.revoke_all();

    let mut requests = JoinSet::new();
    for number in 0..300 {
        let request = http.post(api.url("/")).body(format!("{number}"));
        requests.spawn(async move { request.send().await.unwrap() });
    }
    for response in requests.join_all().await {
        assert_eq!(response.status(), 200);
        assert_eq!(response.version(), Version::HTTP_2);
    }
    assert_eq!(wristband.token_requests(), 2);
    assert_eq!(api.connections(), 1);
}

#[tokio::test]
async fn a_401_over_tls_and_http1_is_recovered_on_the_same_connection() {
    let (root, wristband) = (PrivateRoot::new(), MockWristband::start().await);
    let api = protected_tls_api(&root, &wristband).await;
    let client = wristband.client();
    let http = through(root.client().http1_only(), &client);
    for _ in 0..10 {
        client.get_token().await.unwrap();
        wristband.revoke_all();
        let response = http.post(api.url("/")).body("x").send().await.unwrap();
        assert!(outcome(&response).retried());
        assert_eq!(
            (response.status().as_u16(), response.version()),
            (200, Version::HTTP_11)
        );
        response.bytes().await.unwrap();
    }
    assert_eq!(api.connections(), 1);
}

#[tokio::test]
async fn a_server_with_an_untrusted_certificate_gets_no_token() {
    let wristband = MockWristband::start().await;
    let api = protected_tls_api(&PrivateRoot::new(), &wristband).await;
    let http = through(PrivateRoot::new().client(), &wristband.client());
    let error = http.get(api.url("/")).send().await.unwrap_err();
    assert!(error.is_connect(), "{error:?}");
    assert!(api.requests().is_empty());
}

#[tokio::test]
async fn a_listed_https_origin_gets_the_token_in_any_spelling() {
    let (root, wristband) = (PrivateRoot::new(), MockWristband::start().await);
    let api = protected_tls_api(&root, &wristband).await;
    let auth = WristbandAuth::builder(wristband.client())
        .allow_origin(api.origin().replace("local", "LOCAL"));
    let http = ClientBuilder::new(root.client().build().unwrap())
        .with(auth.build().unwrap())
        .build();
    for url in [
        api.url("/a"),
        api.url("/a")
            .replace("https://localhost", "HTTPS://LocalHost"),
    ] {
        let response = http.get(url).send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert!(outcome(&response).token_attached());
    }
    let other_name = api.url("/a").replace("localhost", "127.0.0.1");
    let response = http.get(other_name).send().await.unwrap();
    assert_eq!(response.status(), 401);
    assert!(!outcome(&response).token_attached());
}
