//! Callers that share one request, over a real socket.

use std::time::Duration;

use wristband_m2m::testing::MockWristband;

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

#[tokio::test]
async fn clones_of_a_client_share_one_cache() {
    let wristband = MockWristband::start().await;
    let client = wristband.client();
    let shared = std::sync::Arc::new(client.clone());
    let first = client.get_token().await.unwrap();
    assert!(shared.get_token().await.unwrap().is_same_token(&first));
    shared.clear_token();
    assert!(!client.get_token().await.unwrap().is_same_token(&first));
    assert_eq!(wristband.token_requests(), 2);
}
