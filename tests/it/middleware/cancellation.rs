//! Dropped requests and timeouts.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::JoinSet;

use super::*;

#[tokio::test]
async fn a_request_dropped_during_its_fetch_leaves_the_token_to_the_others() {
    let wristband = MockWristband::start().await;
    let api = protected_api(&wristband).await;
    let http = authenticated(&wristband.client());
    wristband.set_delay(Duration::from_millis(100));

    let first = tokio::spawn(http.get(api.url("/")).send());
    while wristband.token_requests() == 0 {
        tokio::task::yield_now().await;
    }
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());

    assert_eq!(http.get(api.url("/")).send().await.unwrap().status(), 200);
    assert_eq!(wristband.token_requests(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_dropped_at_any_point_of_a_recovery_break_nothing() {
    let wristband = MockWristband::start().await;
    let api = protected_api(&wristband).await;
    let client = wristband.client();
    wristband.set_delay(Duration::from_millis(3));
    // Fewer rounds than the 30 token requests that are not rate limited.
    for micros in (0..8_000).step_by(320) {
        // A new one for each round: a renewed token whose replay was dropped and that is then revoked counts as a failed
        // renewal, and three of those would open the circuit.
        let http = authenticated(&client);
        client.get_token().await.unwrap();
        wristband.revoke_all();
        let mut dropped = JoinSet::new();
        for _ in 0..5 {
            let request = http.post(api.url("/")).body("x").send();
            dropped.spawn(tokio::time::timeout(Duration::from_micros(micros), request));
        }
        dropped.join_all().await;
        let before = wristband.token_requests();
        assert_eq!(http.get(api.url("/")).send().await.unwrap().status(), 200);
        assert!(wristband.token_requests() - before <= 1);
    }
}

#[tokio::test]
async fn a_dropped_recovery_has_renewed_the_token_for_the_next_call() {
    let wristband = MockWristband::start().await;
    let (guarding, stuck) = (wristband.clone(), Arc::new(Notify::new()));
    let release = stuck.clone();
    let api = ApiServer::start(move |request| {
        let reply = guard(&guarding, request);
        match guarding.accepts(&request.headers) && request.target == "/stuck" {
            true => {
                let stuck = stuck.clone();
                reply.after(async move { stuck.notified().await })
            }
            false => reply,
        }
    })
    .await;
    let client = wristband.client();
    let http = authenticated(&client);
    client.get_token().await.unwrap();
    wristband.revoke_all();
    let stuck = tokio::spawn(http.get(api.url("/stuck")).send());
    api.arrived(2).await;
    stuck.abort();
    assert!(stuck.await.unwrap_err().is_cancelled());
    release.notify_waiters();
    assert_eq!(http.get(api.url("/")).send().await.unwrap().status(), 200);
    assert_eq!(wristband.token_requests(), 2);
}

#[tokio::test]
async fn a_hanging_api_ends_in_the_callers_timeout() {
    let wristband = MockWristband::start().await;
    let api = ApiServer::start(|_| Reply::status(200).after(std::future::pending())).await;
    let http = authenticated(&wristband.client());
    let timeout = Duration::from_millis(50);
    let error = http
        .get(api.url("/"))
        .timeout(timeout)
        .send()
        .await
        .unwrap_err();
    assert!(error.is_timeout());
    assert!(!error.is_middleware());
}

#[tokio::test]
async fn a_hanging_token_endpoint_ends_in_the_request_timeout() {
    let wristband = MockWristband::start().await;
    let api = protected_api(&wristband).await;
    wristband.set_delay(Duration::from_secs(3600));
    let client = wristband
        .builder()
        .request_timeout(Duration::from_millis(50))
        .build()
        .unwrap();
    let error = authenticated(&client)
        .get(api.url("/"))
        .send()
        .await
        .unwrap_err();
    let error = wristband_m2m_reqwest::token_error(&error).expect("ours");
    assert_eq!(
        error.kind(),
        wristband_m2m_reqwest::wristband_m2m::TokenErrorKind::Timeout
    );
    assert!(api.requests().is_empty());
}
