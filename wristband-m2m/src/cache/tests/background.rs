//! The background refresh, and the end of everything.

use super::*;

fn background_client(
    script: impl IntoIterator<Item = Step>,
) -> (WristbandM2mClient, Arc<FakeSource>) {
    let source = FakeSource::new(script);
    let client = WristbandM2mClient::builder()
        .token_source(Arc::clone(&source))
        .retry(TokenRetry::none())
        .background_token_refresh_interval(Duration::from_secs(600))
        .build();
    (client.unwrap(), source)
}

#[tokio::test(start_paused = true)]
async fn the_background_renews_at_its_interval_and_survives_failures() {
    let (client, _source) = background_client([
        token("a", HOUR),
        token("b", HOUR),
        refusal(),
        Panic,
        token("c", HOUR),
    ]);
    assert_eq!(client.get_token().await.unwrap().as_str(), "a");
    let start = Instant::now();
    until(|| client.status().token_requests() == 2).await;
    assert!((540..=660).contains(&start.elapsed().as_secs()));
    assert_eq!(client.get_token().await.unwrap().as_str(), "b");
    until(|| client.status().state() == TokenState::Degraded).await;
    assert!((1080..=1320).contains(&start.elapsed().as_secs()));
    assert_eq!(client.get_token().await.unwrap().as_str(), "b");
    until(|| client.status().state() == TokenState::Fresh).await;
    assert_eq!(client.get_token().await.unwrap().as_str(), "c");
}

#[tokio::test(start_paused = true)]
async fn everything_stops_when_the_last_handle_is_dropped() {
    let tasks = || {
        tokio::runtime::Handle::current()
            .metrics()
            .num_alive_tasks()
    };
    let idle = tasks();
    let (client, source) = background_client([token("a", HOUR), outage(), Hang]);
    assert_eq!(tasks(), idle, "nothing is spawned in the constructor");
    let clone = client.clone();
    clone.get_token().await.unwrap();
    assert_eq!(tasks(), idle + 1);
    // The background's refresh fails, and the detached retry that follows hangs.
    until(|| client.status().token_requests() == 3).await;
    drop(client);
    yield_now().await;
    assert!(tasks() > idle);
    drop(clone);
    until(|| tasks() == idle).await;
    assert_eq!(Arc::strong_count(&source), 1);
}

#[test]
fn the_background_moves_to_the_next_runtime_though_the_token_is_cached() {
    let (client, _source) =
        background_client([token("a", HOUR), token("b", HOUR), token("c", HOUR)]);
    for (requests, value) in [(2, "a"), (3, "b")] {
        runtime().block_on(async {
            assert_eq!(client.get_token().await.unwrap().as_str(), value);
            until(|| client.status().token_requests() == requests).await;
            let renewed = client.get_token().await.unwrap();
            assert_ne!(renewed.as_str(), value);
        });
    }
}

#[test]
fn a_background_without_a_runtime_does_not_panic() {
    let background = BackgroundRefresh::new(Duration::from_secs(60));
    background.ensure_running(&cache([]));
}

#[test]
fn the_background_leaves_a_runtime_that_stands_still() {
    let (client, _source) = background_client((0..4).map(|_| token("a", 7 * 24 * HOUR)));
    let idle = runtime();
    idle.block_on(client.get_token()).unwrap();
    runtime().block_on(async {
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(2000) {
            client.get_token().await.unwrap();
            pass(1).await;
        }
    });
    let requests = client.status().token_requests();
    assert_eq!(
        requests, 4,
        "{requests} requests in 2000 s, one each 600 s expected"
    );
}

#[tokio::test(start_paused = true)]
async fn a_retry_after_does_not_end_the_background_refresh() {
    let year = Some(Duration::from_secs(365 * 24 * HOUR));
    let busy = TokenError::from_status(
        StatusCode::SERVICE_UNAVAILABLE,
        ErrorDocument::default(),
        year,
    );
    let (client, _source) = background_client([
        token("a", 7 * 24 * HOUR),
        Response(Err(busy)),
        token("b", 7 * 24 * HOUR),
    ]);
    client.get_token().await.unwrap();
    until(|| client.status().token_requests() == 2).await;
    let start = Instant::now();
    until(|| client.status().token_requests() == 3).await;
    let waited = start.elapsed().as_secs();
    assert!(
        (300..=331).contains(&waited),
        "tried again after {waited} s"
    );
}

#[tokio::test(start_paused = true)]
async fn the_background_respects_a_retry_after_that_a_detached_retry_received() {
    let busy = || Response(Err(unavailable().with_retry_after(Duration::from_secs(200))));
    let (client, _source) = background_client([
        token("a", HOUR),
        busy(),
        busy(),
        busy(),
        busy(),
        token("b", HOUR),
    ]);
    client.get_token().await.unwrap();
    let mut sent = Vec::new();
    for requests in 2..=6 {
        until(|| client.status().token_requests() == requests).await;
        sent.push(Instant::now());
    }
    let pauses: Vec<_> = sent.windows(2).map(|two| two[1] - two[0]).collect();
    let shortest = Duration::from_secs(199);
    assert!(
        pauses.iter().all(|pause| *pause > shortest),
        "asked again after {pauses:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn nothing_is_started_after_the_last_handle_was_dropped() {
    let cache = cache([token("a", HOUR)]);
    cache.token(Duration::ZERO).await.unwrap();
    cache.shut_down();
    cache.clear();
    assert_eq!(get(&cache).await, Err(TokenErrorKind::Interrupted));
    assert!(cache.valid_token().is_none());
}

#[tokio::test(start_paused = true)]
async fn flights_stop_at_once_with_the_last_handle_detached_ones_too() {
    let tasks = || {
        tokio::runtime::Handle::current()
            .metrics()
            .num_alive_tasks()
    };
    let idle = tasks();
    let (client, source) = background_client([Hang, Hang]);
    for _ in 0..2 {
        let call = timeout(Duration::from_millis(1), client.get_token());
        assert!(call.await.is_err());
        client.clear_token();
    }
    assert_eq!(client.status().token_requests(), 2);
    assert_eq!(tasks(), idle + 3, "two flights and the background");
    let start = Instant::now();
    drop(client);
    for _ in 0..100 {
        yield_now().await;
    }
    assert_eq!(tasks(), idle, "no task is left");
    assert_eq!(start.elapsed(), Duration::ZERO);
    assert_eq!(Arc::strong_count(&source), 1);
}
