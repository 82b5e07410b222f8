//! Who holds the lease, and how long the others wait.

use super::*;

#[tokio::test(start_paused = true)]
async fn a_dead_holder_costs_the_others_the_life_of_its_lease() {
    let fleet = Fleet::new();
    let session = fleet.holder().await;
    // As if killed: it never releases the lease.
    std::mem::forget(session);
    for (result, took) in all(&fleet.processes(20)).await {
        result.unwrap();
        assert!(took <= seconds(3), "{took:?}");
    }
    assert!(fleet.endpoint.requests() <= 20);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_flight_releases_its_lease() {
    let fleet = Fleet::new();
    drop(fleet.holder().await);
    let (result, took) = timed(fleet.process().first()).await;
    result.unwrap();
    assert!(took <= millis(200), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_stalled_holder_overwrites_nothing() {
    let fleet = Fleet::new();
    let mut session = fleet.holder().await;
    let late = fleet.endpoint.fetch().await;
    sleep(seconds(3)).await;
    assert_eq!(fleet.process().first().await.unwrap().as_str(), "token-2");
    session.finish(&late).await;
    assert_eq!(fleet.process().first().await.unwrap().as_str(), "token-2");
}

#[tokio::test(start_paused = true)]
async fn the_lease_is_renewed_while_the_holder_fetches() {
    let fleet = Fleet::new();
    fleet.endpoint.set(Response::Token, seconds(4));
    let holder = fleet.process();
    let fetch = tokio::spawn(async move { holder.first().await });
    sleep(millis(3900)).await;
    // Held for longer than any process waits, and still held.
    let other = fleet.process();
    let (result, took) = timed(other.first()).await;
    assert_eq!(result.unwrap().as_str(), "token-2");
    assert!(took <= millis(4250), "{took:?}");
    assert_eq!(other.shared.state(), StoreState::Degraded);
    fetch.await.unwrap().unwrap();
    assert_eq!(fleet.process().first().await.unwrap().as_str(), "token-1");
}

/// A fetch is made of requests and pauses. Each may be shorter than the time between two renewals.
#[tokio::test(start_paused = true)]
async fn the_lease_is_renewed_across_the_parts_of_a_fetch() {
    let fleet = Fleet::new();
    let mut holder = fleet.holder().await;
    for _ in 0..4 {
        holder.while_leased(sleep(millis(600))).await;
    }
    let failure = Err(TokenError::from_status(
        http::StatusCode::INTERNAL_SERVER_ERROR,
        crate::error::ErrorDocument::default(),
        None,
    ));
    holder.finish(&failure).await;
    let error = fleet.process().first().await.unwrap_err();
    assert_eq!(error.kind(), TokenErrorKind::Unavailable);
}

#[tokio::test(start_paused = true)]
async fn no_process_waits_long_for_an_endpoint_that_hangs() {
    let fleet = Fleet::new();
    fleet.endpoint.respond_with(Response::Hangs);
    for (result, took) in all(&fleet.processes(5)).await {
        assert_eq!(result.unwrap_err().kind(), TokenErrorKind::Timeout);
        assert!(took <= seconds(10) + millis(2000 + 200), "{took:?}");
    }
}

/// A clear detaches the flight under way. The next flight does not wait for it.
#[tokio::test(start_paused = true)]
async fn a_detached_flight_neither_blocks_nor_puts() {
    let fleet = Fleet::new();
    let process = fleet.process();
    fleet.endpoint.set(Response::Token, seconds(1));
    let detached = tokio::spawn({
        let process = process.clone();
        async move { process.first().await }
    });
    sleep(millis(500)).await;
    process.shared.clear(None);
    let (result, took) = timed(process.first()).await;
    assert_eq!(result.unwrap().as_str(), "token-2");
    assert_eq!(took, seconds(1));
    assert_eq!(detached.await.unwrap().unwrap().as_str(), "token-1");
    assert_eq!(fleet.process().first().await.unwrap().as_str(), "token-2");
}

/// That saves the round trips of releasing the lease and taking it again.
#[tokio::test(start_paused = true)]
async fn a_flight_inherits_the_lease_of_the_detached_one() {
    let fleet = Fleet::new();
    let process = fleet.process();
    process.first().await.unwrap();
    fleet.store.inner().flush();
    fleet.store.inner().delay = millis(100);
    fleet.endpoint.set(Response::Token, seconds(1));
    let detached = tokio::spawn({
        let process = process.clone();
        async move { process.first().await }
    });
    sleep(millis(500)).await;
    process.shared.clear(None);
    let next = tokio::spawn(async move { timed(process.first()).await });
    // The detached flight ends first and leaves the lease to the next one.
    assert_eq!(detached.await.unwrap().unwrap().as_str(), "token-2");
    let other = fleet.process();
    assert_eq!(other.first().await.unwrap().as_str(), "token-3");
    assert_eq!(other.shared.state(), StoreState::Ready);
    let (result, took) = next.await.unwrap();
    assert_eq!(result.unwrap().as_str(), "token-3");
    assert!(took <= seconds(1) + millis(250), "{took:?}");
    assert_eq!(fleet.endpoint.requests(), 3);
}
