//! Settings of a single request, and of the builder.

use std::time::Duration;

use wristband_m2m_reqwest::{MinTokenLife, SkipWristbandAuth};

use super::*;

#[tokio::test]
async fn a_request_that_skips_auth_carries_no_token_and_its_401_is_returned() {
    let wristband = MockWristband::start().await;
    let api = protected_api(&wristband).await;
    let client = wristband.client();
    let token = client.get_token().await.unwrap();
    let response = authenticated(&client)
        .get(api.url("/"))
        .with_extension(SkipWristbandAuth)
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 401);
    assert!(!outcome(&response).token_attached());
    assert_eq!(outcome(&response).not_retried(), None);
    assert_eq!(api.requests().len(), 1);
    assert_eq!(api.requests()[0].authorization(), None);
    assert!(client.get_token().await.unwrap().is_same_token(&token));
}

#[tokio::test]
async fn a_skipped_request_needs_no_token_endpoint() {
    let wristband = MockWristband::start().await;
    let api = protected_api(&wristband).await;
    wristband.fail_next(usize::MAX, 500);
    let request = authenticated(&wristband.client()).get(api.url("/"));
    let response = request.with_extension(SkipWristbandAuth).send().await;
    assert_eq!(response.unwrap().status(), 401);
    assert_eq!(wristband.token_requests(), 0);
}

#[tokio::test]
async fn an_authorization_set_by_the_caller_is_kept_and_its_401_is_returned() {
    let wristband = MockWristband::start().await;
    let api = protected_api(&wristband).await;
    let client = wristband.client();
    let token = client.get_token().await.unwrap();
    let http = authenticated(&client);
    let with_user_info = api.url("/").replace("http://", "http://me:word@");
    for request in [
        http.get(api.url("/")).bearer_auth("mine"),
        http.get(api.url("/")).header("AUTHORIZATION", ""),
        http.get(with_user_info),
    ] {
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 401);
        assert!(!outcome(&response).token_attached());
        assert_eq!(outcome(&response).not_retried(), None);
    }
    let sent = api.requests();
    let sent: Vec<_> = sent
        .iter()
        .map(|request| request.authorization().unwrap())
        .collect();
    assert_eq!(sent, ["Bearer mine", "", "Basic bWU6d29yZA=="]);
    assert!(client.get_token().await.unwrap().is_same_token(&token));
}

#[tokio::test]
async fn without_retries_a_401_is_returned_and_the_next_call_succeeds() {
    let wristband = MockWristband::start().await;
    let api = protected_api(&wristband).await;
    let client = wristband.client();
    let auth = WristbandAuth::builder(client.clone())
        .retry_on_unauthorized(false)
        .build();
    let http = with_auth(auth.unwrap());
    client.get_token().await.unwrap();
    wristband.revoke_all();

    let response = http.get(api.url("/")).send().await.unwrap();
    assert_eq!(not_retried(&response), NotRetried::Disabled);
    assert_eq!(response.text().await.unwrap(), "who are you?");
    assert_eq!(api.requests().len(), 1);
    assert_eq!(wristband.token_requests(), 2, "the token was replaced");
    assert_eq!(http.get(api.url("/")).send().await.unwrap().status(), 200);
    assert_eq!(wristband.token_requests(), 2);
}

#[tokio::test]
async fn a_token_with_too_little_life_is_renewed_before_the_request() {
    let wristband = MockWristband::start().await;
    let api = protected_api(&wristband).await;
    let client = wristband.client();
    wristband.set_expires_in(Duration::from_secs(5));
    let token = client.get_token().await.unwrap();
    // A new token is not replaced at once, or each call would fetch one.
    while token.remaining() > Duration::from_millis(4_400) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    wristband.set_expires_in(Duration::from_secs(7200));
    let http = authenticated(&client);
    let least_life = MinTokenLife(Duration::from_secs(3600));
    for _ in 0..5 {
        let request = http.get(api.url("/")).with_extension(least_life);
        assert_eq!(request.send().await.unwrap().status(), 200);
    }
    assert!(client.get_token().await.unwrap().remaining() > Duration::from_secs(3600));
    assert_eq!(wristband.token_requests(), 2);
}

#[tokio::test]
async fn a_minimum_life_that_no_token_reaches_does_not_fetch_per_call() {
    let wristband = MockWristband::start().await;
    let api = protected_api(&wristband).await;
    wristband.set_expires_in(Duration::from_secs(600));
    let http = authenticated(&wristband.client());
    for _ in 0..20 {
        let request = http
            .get(api.url("/"))
            .with_extension(MinTokenLife(Duration::MAX));
        assert_eq!(request.send().await.unwrap().status(), 200);
    }
    assert_eq!(wristband.token_requests(), 1);
}
