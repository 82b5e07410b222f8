//! Clients that share their connections, and nothing else.

use wristband_m2m::testing::MockWristband;
use wristband_m2m::{TokenErrorKind, WristbandM2mClient};

fn tenant(wristband: &MockWristband, shared: &WristbandM2mClient) -> WristbandM2mClient {
    wristband
        .builder()
        .share_connections_with(shared)
        .build()
        .unwrap()
}

#[tokio::test]
async fn tokens_and_failures_are_not_shared() {
    let wristband = MockWristband::start().await;
    let first = wristband.client();
    let second = tenant(&wristband, &first);
    let token = first.get_token().await.unwrap();
    assert!(second.cached_token().is_none());
    assert!(!second.get_token().await.unwrap().is_same_token(&token));
    let wrong = wristband
        .builder()
        .client_secret("wrong")
        .share_connections_with(&first)
        .build()
        .unwrap();
    let error = wrong.get_token().await.unwrap_err();
    assert_eq!(error.kind(), TokenErrorKind::Rejected);
    assert!(first.status().last_error().is_none());
}

#[tokio::test]
async fn the_client_that_opened_the_connections_may_be_dropped_first() {
    let wristband = MockWristband::start().await;
    let first = wristband.client();
    let second = tenant(&wristband, &first);
    first.get_token().await.unwrap();
    drop(first);
    second.get_token().await.unwrap();
    assert_eq!(wristband.token_requests(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_runtime_that_ends_breaks_no_connection_of_another() {
    let wristband = MockWristband::start().await;
    let first = wristband.client();
    let second = tenant(&wristband, &first);
    for client in [&first, &second, &first, &second] {
        let client = client.clone();
        let on_its_own_runtime = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            client.clear_token();
            runtime.block_on(client.get_token()).map(drop)
        });
        let joined = tokio::task::spawn_blocking(|| on_its_own_runtime.join().unwrap());
        joined.await.unwrap().unwrap();
    }
    second.clear_token();
    second.get_token().await.unwrap();
    assert_eq!(wristband.token_requests(), 5);
}
