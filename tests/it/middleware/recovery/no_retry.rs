//! Requests that are not sent again, or not sent at all.

use super::*;

#[tokio::test]
async fn a_stream_is_sent_once_and_the_next_call_succeeds() {
    let wristband = MockWristband::start().await;
    let api = protected_api(&wristband).await;
    let client = wristband.client();
    let http = authenticated(&client);
    client.get_token().await.unwrap();
    wristband.revoke_all();

    let stream = || reqwest::Body::wrap(String::from("hello"));
    let response = http.post(api.url("/")).body(stream()).send().await.unwrap();
    assert_eq!(not_retried(&response), NotRetried::BodyNotReplayable);
    assert!(outcome(&response).token_attached());
    assert_eq!(response.text().await.unwrap(), "who are you?");
    assert_eq!(api.requests().len(), 1);
    assert_eq!(wristband.token_requests(), 2, "the token was replaced");

    let response = http.post(api.url("/")).body(stream()).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(wristband.token_requests(), 2);
}

#[tokio::test]
async fn a_multipart_form_is_sent_once_and_the_next_call_succeeds() {
    let wristband = MockWristband::start().await;
    let api = protected_api(&wristband).await;
    let client = wristband.client();
    let http = authenticated(&client);
    client.get_token().await.unwrap();
    wristband.revoke_all();

    let form = || reqwest::multipart::Form::new().text("name", "value");
    let response = http
        .post(api.url("/"))
        .multipart(form())
        .send()
        .await
        .unwrap();
    assert_eq!(not_retried(&response), NotRetried::BodyNotReplayable);
    let response = http
        .post(api.url("/"))
        .multipart(form())
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(api.requests().len(), 2);
    assert_eq!(wristband.token_requests(), 2);
}

#[tokio::test]
async fn without_a_token_the_request_is_not_sent() {
    let wristband = MockWristband::start().await;
    let api = protected_api(&wristband).await;
    let http = authenticated(&wristband.client());
    wristband.fail_next(1, 401);

    let error = http.get(api.url("/")).send().await.unwrap_err();

    assert!(error.is_middleware());
    let error = token_error(&error).expect("ours");
    assert_eq!(error.kind(), TokenErrorKind::Rejected);
    assert_eq!(error.status().map(|status| status.as_u16()), Some(401));
    assert!(api.requests().is_empty());
    let response = http.get(api.url("/")).send().await.unwrap();
    assert_eq!(response.status(), 200, "the next call tries again");
}

#[tokio::test]
async fn without_a_new_token_the_401_is_returned_with_its_body() {
    let wristband = MockWristband::start().await;
    let api = protected_api(&wristband).await;
    let client = wristband.client();
    let http = authenticated(&client);
    for status in [400, 503] {
        client.get_token().await.unwrap();
        wristband.revoke_all();
        wristband.fail_next(3, status);

        let response = http.get(api.url("/")).send().await.unwrap();

        assert_eq!(not_retried(&response), NotRetried::NoToken);
        assert_eq!(response.text().await.unwrap(), "who are you?");
        wristband.fail_next(0, 500);
        while client.get_token().await.is_err() {}
    }
    assert_eq!(api.requests().len(), 2);
}

#[tokio::test]
async fn a_second_401_is_returned_as_it_is() {
    let wristband = MockWristband::start().await;
    let responded = AtomicUsize::new(0);
    let api = ApiServer::start(move |_| {
        let response = responded.fetch_add(1, Ordering::Relaxed) + 1;
        Reply::text(401, format!("no {response}")).header("www-authenticate", "Bearer")
    })
    .await;
    let http = authenticated(&wristband.client());

    let response = http.get(api.url("/")).send().await.unwrap();

    assert_eq!(response.status(), 401);
    assert!(outcome(&response).retried());
    assert_eq!(outcome(&response).not_retried(), None);
    assert_eq!(response.headers()["www-authenticate"], "Bearer");
    assert_eq!(response.text().await.unwrap(), "no 2");
    assert_eq!(wristband.token_requests(), 2);
    assert_eq!(api.requests().len(), 2);
}
