//! Redirects: followed within the origin, and never with a token beyond it.

use wristband_m2m_reqwest::same_origin_redirects;

use super::*;

fn at_home(client: &WristbandM2mClient) -> ClientWithMiddleware {
    let http = reqwest::Client::builder()
        .redirect(same_origin_redirects())
        .build();
    ClientBuilder::new(http.unwrap())
        .with(WristbandAuth::new(client.clone()))
        .build()
}

/// Redirects `/to?url` to that URL, and responds to the rest as a protected API does.
async fn redirecting(wristband: &MockWristband) -> ApiServer {
    let wristband = wristband.clone();
    ApiServer::start(move |request| match request.target.split_once("/to?") {
        Some((_, url)) => Reply::text(307, "over there").header("location", url),
        None => guard(&wristband, request),
    })
    .await
}

#[tokio::test]
async fn a_redirect_within_the_origin_is_followed_with_the_token() {
    let wristband = MockWristband::start().await;
    let api = redirecting(&wristband).await;
    let http = at_home(&wristband.client());
    for url in [
        "/to?/a",
        "/to?/to?/to?/a",
        &format!("/to?{}", api.url("/a")),
    ] {
        let response = http.post(api.url(url)).body("hello").send().await.unwrap();
        assert_eq!(response.status(), 200, "{url}");
        assert_eq!(response.url().path(), "/a");
    }
    assert!(
        api.requests()
            .iter()
            .all(|request| wristband.accepts(&request.headers))
    );
    assert!(api.requests().iter().all(|request| request.body == "hello"));
}

#[tokio::test]
async fn a_401_behind_a_redirect_within_the_origin_is_recovered() {
    let wristband = MockWristband::start().await;
    let api = redirecting(&wristband).await;
    let client = wristband.client();
    client.get_token().await.unwrap();
    wristband.revoke_all();
    let response = at_home(&client)
        .get(api.url("/to?/a"))
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
    assert!(outcome(&response).retried());
    let targets: Vec<_> = api
        .requests()
        .into_iter()
        .map(|request| request.target)
        .collect();
    assert_eq!(
        targets,
        ["/to?/a", "/a", "/to?/a", "/a"],
        "the replay begins at the original URL"
    );
}

#[tokio::test]
async fn a_redirect_that_leaves_the_origin_is_returned_on_any_hop() {
    let wristband = MockWristband::start().await;
    let api = redirecting(&wristband).await;
    let stranger = ApiServer::start(|_| Reply::status(200)).await;
    let http = at_home(&wristband.client());
    for (path, location) in [
        (format!("/to?{}", stranger.url("/")), stranger.url("/")),
        (format!("/to?/to?{}", stranger.url("/")), stranger.url("/")),
        // Another port, host or scheme is another origin, and so is a way back over one.
        (
            format!("/to?http://localhost:{}/", api.port()),
            format!("http://localhost:{}/", api.port()),
        ),
        (
            format!("/to?https://127.0.0.1:{}/", api.port()),
            format!("https://127.0.0.1:{}/", api.port()),
        ),
        (
            format!("/to?//127.0.0.1:{}/", stranger.port()),
            format!("//127.0.0.1:{}/", stranger.port()),
        ),
    ] {
        let response = http.get(api.url(&path)).send().await.unwrap();
        assert_eq!(response.status(), 307, "{path}");
        assert_eq!(response.headers()["location"], location);
        assert_eq!(response.text().await.unwrap(), "over there");
    }
    assert_eq!(stranger.connections(), 0);
}

#[tokio::test]
async fn the_eleventh_redirect_is_an_error() {
    let wristband = MockWristband::start().await;
    let api = redirecting(&wristband).await;
    let http = at_home(&wristband.client());
    let response = http
        .get(api.url(&("/to?".repeat(10) + "/a")))
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
    let error = http
        .get(api.url(&("/to?".repeat(11) + "/a")))
        .send()
        .await
        .unwrap_err();
    assert!(error.is_redirect());
}

#[tokio::test]
async fn a_401_from_another_origin_renews_nothing() {
    let wristband = MockWristband::start().await;
    let api = redirecting(&wristband).await;
    let stranger = hostile_api().await;
    let client = wristband.client();
    let token = client.get_token().await.unwrap();
    // A client that follows redirects to any origin, as reqwest does by default.
    let http = authenticated(&client);

    let url = api.url(&format!("/to?{}", stranger.url("/")));
    let response = http.get(url).send().await.unwrap();

    assert_eq!(not_retried(&response), NotRetried::OtherOrigin);
    assert_eq!(response.text().await.unwrap(), "go away");
    assert!(client.get_token().await.unwrap().is_same_token(&token));
    assert_eq!(stranger.requests().len(), 1);
    assert_eq!(stranger.requests()[0].authorization(), None);
}
