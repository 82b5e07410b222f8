//! Crowds and dropouts over real sockets.

use std::time::Duration;

use wristband_m2m::TokenErrorKind;
use wristband_m2m::testing::MockWristband;
use wristband_m2m_tests::{ApiServer, Reply};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_callers_make_one_request() {
    let wristband = MockWristband::start().await;
    wristband.set_delay(Duration::from_millis(50));
    let client = wristband.client();
    let callers: Vec<_> = (0..1000)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.get_token().await })
        })
        .collect();
    let mut tokens = Vec::new();
    for caller in callers {
        tokens.push(caller.await.unwrap().unwrap());
    }
    assert!(tokens.iter().all(|token| token.is_same_token(&tokens[0])));
    assert_eq!(wristband.token_requests(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_callers_on_a_failing_endpoint_make_one_cycle_of_attempts() {
    let wristband = MockWristband::start().await;
    wristband.set_delay(Duration::from_millis(50));
    wristband.fail_next(3, 503);
    let client = wristband.client();
    let callers: Vec<_> = (0..50)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.get_token().await })
        })
        .collect();
    for caller in callers {
        let error = caller.await.unwrap().unwrap_err();
        assert_eq!(error.kind(), TokenErrorKind::Unavailable);
    }
    assert_eq!(wristband.token_requests(), 3);
    client.get_token().await.unwrap();
}

#[tokio::test]
async fn callers_that_give_up_do_not_stop_the_request() {
    let (gate, opened) = tokio::sync::watch::channel(false);
    let endpoint = ApiServer::start(move |_| {
        let mut opened = opened.clone();
        Reply::json(200, r#"{"access_token":"abc","expires_in":3600}"#).after(async move {
            let _ = opened.wait_for(|opened| *opened).await;
        })
    })
    .await;
    let client = wristband_m2m::WristbandM2mClient::builder()
        .client_id("billing")
        .client_secret("s3cr3t")
        .token_endpoint(&endpoint.url("/token"))
        .build()
        .unwrap();
    let impatient: Vec<_> = (0..10)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.get_token().await })
        })
        .collect();
    endpoint.arrived(1).await;
    for caller in impatient {
        caller.abort();
    }
    gate.send_replace(true);
    assert_eq!(client.get_token().await.unwrap().as_str(), "abc");
    assert_eq!(endpoint.requests().len(), 1);
}

#[tokio::test]
async fn a_shared_client_is_one_cache_by_clone_and_by_arc() {
    let wristband = MockWristband::start().await;
    let client = wristband.client();
    let shared = std::sync::Arc::new(client.clone());
    let first = client.get_token().await.unwrap();
    assert!(shared.get_token().await.unwrap().is_same_token(&first));
    shared.clear_token();
    assert!(!client.get_token().await.unwrap().is_same_token(&first));
    assert_eq!(wristband.token_requests(), 2);
}
