//! Which failures of the endpoint are shared, and for how long.

use super::*;

#[tokio::test(start_paused = true)]
async fn an_error_response_is_shared_for_a_second() {
    let fleet = Fleet::new();
    fleet.endpoint.respond_with(Response::Status(503, None));
    for (result, _) in all(&fleet.processes(50)).await {
        assert_eq!(result.unwrap_err().status().unwrap(), 503);
    }
    assert_eq!(fleet.endpoint.requests(), 1);
    fleet.endpoint.respond_with(Response::Token);
    sleep(millis(1000)).await;
    fleet.process().first().await.unwrap();
    assert_eq!(fleet.endpoint.requests(), 2);
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_shared_for_a_minute_at_most() {
    let fleet = Fleet::new();
    fleet
        .endpoint
        .respond_with(Response::Status(429, Some(seconds(600))));
    fleet.process().first().await.unwrap_err();
    sleep(seconds(20)).await;
    let error = fleet.process().first().await.unwrap_err();
    assert_eq!(error.retry_after(), Some(seconds(40)));
    sleep(seconds(40)).await;
    fleet.process().first().await.unwrap_err();
    assert_eq!(fleet.endpoint.requests(), 2);
}

/// A store that keeps returning a failure silences no process for longer than the failure was meant to last.
#[tokio::test(start_paused = true)]
async fn a_failure_is_believed_once() {
    let fleet = Fleet::new();
    fleet
        .endpoint
        .respond_with(Response::Status(503, Some(seconds(30))));
    fleet.process().first().await.unwrap_err();
    fleet.endpoint.respond_with(Response::Token);
    let process = fleet.process();
    for n in 0..3 {
        // The store's clock stands still, so the failure never expires.
        fleet.store.inner().clock = -10_000 * n;
        process.first().await.unwrap_err();
        sleep(seconds(10)).await;
    }
    assert_eq!(fleet.endpoint.requests(), 1);
    fleet.store.inner().clock = -30_000;
    process.first().await.unwrap();
    assert_eq!(fleet.endpoint.requests(), 2);
}

#[tokio::test(start_paused = true)]
async fn failures_that_may_be_local_are_not_shared() {
    for response in [Response::Network, Response::Status(401, None)] {
        let fleet = Fleet::new();
        fleet.endpoint.respond_with(response);
        let results = all(&fleet.processes(10)).await;
        assert_eq!(fleet.endpoint.requests(), 10, "{response:?}");
        for (result, took) in results {
            result.unwrap_err();
            // The holder's fetch, a pause, and its own fetch.
            assert!(took <= millis(150 + 200 + 150), "{took:?}");
        }
    }
}
