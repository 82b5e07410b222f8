//! Beside other middleware: reqwest-retry around it, reqwest-tracing in any place.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use reqwest_retry::RetryTransientMiddleware;
use reqwest_retry::policies::ExponentialBackoff;
use reqwest_tracing::TracingMiddleware;
use wristband_m2m_reqwest::token_error;

use super::*;

fn retrying(client: &WristbandM2mClient) -> ClientWithMiddleware {
    let policy = ExponentialBackoff::builder()
        .retry_bounds(Duration::from_millis(1), Duration::from_millis(2))
        .build_with_max_retries(3);
    ClientBuilder::new(reqwest::Client::builder().build().expect("an HTTP client"))
        .with(TracingMiddleware::default())
        .with(RetryTransientMiddleware::new_with_policy(policy))
        .with(WristbandAuth::new(client))
        .with(TracingMiddleware::default())
        .build()
}

#[tokio::test]
async fn each_retry_has_the_token_that_is_valid_by_then() {
    let wristband = MockWristband::start().await;
    let (guarding, responded) = (wristband.clone(), AtomicUsize::new(0));
    let api = ApiServer::start(
        move |request| match responded.fetch_add(1, Ordering::Relaxed) {
            0 => {
                guarding.revoke_all();
                Reply::status(503)
            }
            _ => guard(&guarding, request),
        },
    )
    .await;

    let request = retrying(&wristband.client())
        .post(api.url("/"))
        .body("hello");
    let response = request.send().await.unwrap();

    assert_eq!(response.status(), 200);
    assert!(outcome(&response).retried());
    // A 503 with the first token, a 401 with it, and a 200 with the second.
    assert_eq!(api.requests().len(), 3);
    assert!(
        api.requests()
            .iter()
            .all(|request| request.authorization().is_some())
    );
    assert!(api.requests().iter().all(|request| request.body == "hello"));
    assert_eq!(wristband.token_requests(), 2);
}

#[tokio::test]
async fn a_401_is_not_retried_by_the_retry_middleware() {
    let wristband = MockWristband::start().await;
    let api = hostile_api().await;
    let response = retrying(&wristband.client())
        .get(api.url("/"))
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 401);
    assert_eq!(api.requests().len(), 2);
}

#[tokio::test]
async fn the_token_error_is_found_below_the_retries() {
    let wristband = MockWristband::start().await;
    let api = protected_api(&wristband).await;
    wristband.fail_next(1, 400);
    let error = retrying(&wristband.client())
        .get(api.url("/"))
        .send()
        .await
        .unwrap_err();
    let status = token_error(&error).expect("ours").status();
    assert_eq!(status.map(|status| status.as_u16()), Some(400));
    assert!(api.requests().is_empty());
}

#[tokio::test]
async fn the_token_error_is_found_after_a_retry() {
    let wristband = MockWristband::start().await;
    let (revoking, api_wristband) = (wristband.clone(), wristband.client());
    // The API fails the first attempt, and by the second there is no token left.
    let clearing = api_wristband.clone();
    let api = ApiServer::start(move |_| {
        clearing.clear_token();
        revoking.fail_next(3, 503);
        Reply::status(503)
    })
    .await;
    let error = retrying(&api_wristband)
        .get(api.url("/"))
        .send()
        .await
        .unwrap_err();
    assert!(error.to_string().contains("after 1 retries"), "{error}");
    assert!(token_error(&error).expect("ours").is_transient());
}

#[tokio::test]
async fn a_timeout_passes_through_the_auth_middleware() {
    let wristband = MockWristband::start().await;
    let api = ApiServer::start(|_| Reply::status(200).after(std::future::pending())).await;
    let http = reqwest::Client::builder()
        .timeout(Duration::from_millis(50))
        .build();
    let http = ClientBuilder::new(http.unwrap())
        .with(TracingMiddleware::default())
        .with(WristbandAuth::new(wristband.client()))
        .with(TracingMiddleware::default())
        .build();
    let error = http.get(api.url("/")).send().await.unwrap_err();
    assert!(error.is_timeout());
    assert!(token_error(&error).is_none());
}
