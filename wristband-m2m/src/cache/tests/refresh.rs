//! Refresh-ahead, the buffer, and outages.

use super::*;

#[tokio::test(start_paused = true)]
async fn no_caller_waits_for_a_refresh_ahead_of_the_buffer() {
    let gate = Arc::new(Notify::new());
    let cache = cache([token("a", HOUR), gated(&gate, "b", HOUR)]);
    assert_eq!(get(&cache).await, ok("a"));
    pass(HOUR - 100).await;
    for _ in 0..10 {
        assert_eq!(get(&cache).await, ok("a"));
    }
    assert_eq!(state(&cache), TokenState::Refreshing);
    gate.notify_one();
    reaches(&cache, TokenState::Fresh).await;
    assert_eq!(get(&cache).await, ok("b"));
}

#[tokio::test(start_paused = true)]
async fn a_refresh_ahead_that_fails_is_retried_after_a_delay_and_not_by_each_call() {
    let cache = cache([token("a", HOUR), outage(), unreachable(), token("b", HOUR)]);
    assert_eq!(get(&cache).await, ok("a"));
    pass(HOUR - 100).await;
    assert_eq!(get(&cache).await, ok("a"));
    reaches(&cache, TokenState::Degraded).await;
    for _ in 0..10 {
        assert_eq!(get(&cache).await, ok("a"));
    }
    assert_eq!(cache.status().token_requests(), 2);
    // The retries go on without callers.
    reaches(&cache, TokenState::Fresh).await;
    assert_eq!(get(&cache).await, ok("b"));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_retried_by_traffic_alone() {
    let cache = cache([token("a", HOUR), refusal(), token("b", HOUR)]);
    assert_eq!(get(&cache).await, ok("a"));
    pass(HOUR - 100).await;
    assert_eq!(get(&cache).await, ok("a"));
    reaches(&cache, TokenState::Degraded).await;
    let idle = Instant::now();
    while idle.elapsed() < Duration::from_secs(20) {
        advance(Duration::from_millis(100)).await;
    }
    assert_eq!(cache.status().token_requests(), 2);
    assert_eq!(get(&cache).await, ok("a"));
    reaches(&cache, TokenState::Fresh).await;
    assert_eq!(get(&cache).await, ok("b"));
}

#[tokio::test(start_paused = true)]
async fn callers_in_the_buffer_wait_for_one_refresh() {
    let gate = Arc::new(Notify::new());
    let cache = cache([token("a", HOUR), gated(&gate, "b", HOUR)]);
    assert_eq!(get(&cache).await, ok("a"));
    pass(HOUR - 30).await;
    assert_eq!(state(&cache), TokenState::Stale);
    let (first, second, ()) = tokio::join!(get(&cache), get(&cache), async {
        reaches(&cache, TokenState::Refreshing).await;
        gate.notify_one();
    });
    assert_eq!((first, second), (ok("b"), ok("b")));
}

#[tokio::test(start_paused = true)]
async fn an_outage_in_the_buffer_serves_the_old_token_at_once_and_recovers_by_itself() {
    let cache = cache([token("a", HOUR), outage(), unreachable(), token("b", HOUR)]);
    assert_eq!(get(&cache).await, ok("a"));
    pass(HOUR - 50).await;
    assert_eq!(get(&cache).await, ok("a"));
    assert_eq!(state(&cache), TokenState::Degraded);
    assert_eq!(
        cache.status().last_error().unwrap().kind(),
        TokenErrorKind::Unavailable
    );
    let before = Instant::now();
    for _ in 0..10 {
        assert_eq!(get(&cache).await, ok("a"));
    }
    assert_eq!(before.elapsed(), Duration::ZERO);
    // The retries go on without callers.
    reaches(&cache, TokenState::Fresh).await;
    let waited = before.elapsed();
    assert!(
        waited >= Duration::from_millis(2250),
        "retried after {waited:?}"
    );
    assert_eq!(get(&cache).await, ok("b"));
}

#[tokio::test(start_paused = true)]
async fn a_slow_refresh_in_the_buffer_costs_five_seconds_once() {
    let gate = Arc::new(Notify::new());
    let cache = cache([token("a", HOUR), gated(&gate, "b", HOUR)]);
    assert_eq!(get(&cache).await, ok("a"));
    pass(HOUR - 50).await;
    let before = Instant::now();
    assert_eq!(get(&cache).await, ok("a"));
    assert_eq!(before.elapsed().as_secs(), 5);
    assert_eq!(state(&cache), TokenState::Degraded);
    assert_eq!(get(&cache).await, ok("a"));
    assert_eq!(before.elapsed().as_secs(), 5);
    gate.notify_one();
    reaches(&cache, TokenState::Fresh).await;
    assert_eq!(get(&cache).await, ok("b"));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_in_the_buffer_serves_the_token_too() {
    for failure in [refusal(), not_json(), Panic] {
        let cache = cache([token("a", HOUR), failure]);
        assert_eq!(get(&cache).await, ok("a"));
        pass(HOUR - 50).await;
        for _ in 0..10 {
            assert_eq!(get(&cache).await, ok("a"));
        }
        assert_eq!(state(&cache), TokenState::Degraded);
        cache.shut_down();
    }
}

#[tokio::test(start_paused = true)]
async fn the_first_failed_attempt_is_enough_to_serve_the_token() {
    let retry = TokenRetry::new(3, Duration::from_secs(2));
    let cache = cache_with(
        [token("a", HOUR), outage(), outage(), token("b", HOUR)],
        retry,
    );
    assert_eq!(get(&cache).await, ok("a"));
    pass(HOUR - 50).await;
    let before = Instant::now();
    for _ in 0..10 {
        assert_eq!(get(&cache).await, ok("a"));
    }
    let waited = before.elapsed();
    assert!(waited < Duration::from_secs(1), "waited {waited:?}");
    assert_eq!(state(&cache), TokenState::Degraded);
    reaches(&cache, TokenState::Fresh).await;
    assert_eq!(get(&cache).await, ok("b"));
}

#[tokio::test(start_paused = true)]
async fn the_status_is_degraded_from_the_first_failed_attempt_on() {
    let retry = TokenRetry::new(3, Duration::from_secs(9));
    let cache = cache_with([token("a", HOUR), outage(), token("b", HOUR)], retry);
    assert_eq!(get(&cache).await, ok("a"));
    pass(HOUR - 100).await;
    // Nobody waits for this refresh.
    assert_eq!(get(&cache).await, ok("a"));
    until(|| cache.status().last_error().is_some()).await;
    assert_eq!(cache.status().token_requests(), 2);
    assert_eq!(state(&cache), TokenState::Degraded);
    reaches(&cache, TokenState::Fresh).await;
}

#[tokio::test(start_paused = true)]
async fn retries_behind_a_failed_refresh_are_single_attempts() {
    let outages = std::iter::repeat_with(outage).take(5);
    let script = [token("a", HOUR)].into_iter().chain(outages);
    let cache = cache_with(script.chain([token("b", HOUR)]), TokenRetry::default());
    assert_eq!(get(&cache).await, ok("a"));
    pass(HOUR - 50).await;
    let start = Instant::now();
    assert_eq!(get(&cache).await, ok("a"));
    let mut sent = Vec::new();
    for requests in 4..=7 {
        until(|| cache.status().token_requests() == requests).await;
        sent.push(Instant::now());
    }
    let first = sent[0] - start;
    assert!(
        first < Duration::from_millis(300),
        "the refresh itself makes three attempts, and took {first:?}"
    );
    let pauses: Vec<_> = sent.windows(2).map(|two| two[1] - two[0]).collect();
    let shortest = Duration::from_millis(700);
    assert!(
        pauses.iter().all(|pause| *pause > shortest),
        "retried after {pauses:?}"
    );
    reaches(&cache, TokenState::Fresh).await;
}

#[tokio::test(start_paused = true)]
async fn a_retry_that_outlives_the_token_makes_all_attempts_for_those_who_join() {
    let gate = Arc::new(Notify::new());
    let retry = Gated(Arc::clone(&gate), Err(unavailable()));
    let script = [token("a", HOUR), outage(), outage(), outage(), retry];
    let cache = cache_with(
        script.into_iter().chain([token("b", HOUR)]),
        TokenRetry::default(),
    );
    assert_eq!(get(&cache).await, ok("a"));
    pass(HOUR - 20).await;
    assert_eq!(get(&cache).await, ok("a"));
    until(|| cache.status().token_requests() == 5).await;
    // The token expires, and the request does not time out.
    pass(20).await;
    let joined = get(&cache);
    let failing = async {
        yield_now().await;
        gate.notify_one();
    };
    let (joined, ()) = tokio::join!(joined, failing);
    assert_eq!(joined, ok("b"));
}

#[tokio::test(start_paused = true)]
async fn a_caller_waits_for_a_quarter_of_the_life_left_by_its_own_clock() {
    let cache = cache([token("a", HOUR), Hang]);
    assert_eq!(get(&cache).await, ok("a"));
    pass(HOUR - 8).await;
    let waited = |start: Instant| start.elapsed().as_secs_f64();
    let (first, later) = tokio::join!(
        async {
            let start = Instant::now();
            assert_eq!(get(&cache).await, ok("a"));
            waited(start)
        },
        async {
            sleep(Duration::from_secs(1)).await;
            let start = Instant::now();
            assert_eq!(get(&cache).await, ok("a"));
            waited(start)
        }
    );
    assert!((2.0..2.1).contains(&first), "waited {first} s of 8 s");
    // 7 s are left, but the first one has found the flight to be slow after 1 s more.
    assert!((1.7..1.8).contains(&later), "waited {later} s of 7 s");
    assert_eq!(state(&cache), TokenState::Degraded);
    let start = Instant::now();
    assert_eq!(get(&cache).await, ok("a"));
    assert_eq!(start.elapsed(), Duration::ZERO);
    cache.shut_down();
}

#[tokio::test(start_paused = true)]
async fn a_degraded_token_is_served_up_to_its_end_and_not_beyond() {
    let script = [token("a", HOUR)]
        .into_iter()
        .chain((0..60).map(|_| outage()));
    let cache = cache(script);
    assert_eq!(get(&cache).await, ok("a"));
    pass(HOUR - 10).await;
    let last = loop {
        match get(&cache).await {
            Ok(value) => assert_eq!(value, "a"),
            Err(error) => break error,
        }
        pass(1).await;
    };
    assert_eq!(last, TokenErrorKind::Unavailable);
    assert!(cache.status().expires_in().is_none());
    let requests = cache.status().token_requests();
    assert!(requests < 30, "{requests} requests in ten seconds");
    while get(&cache).await.is_err() && cache.status().token_requests() < 61 {}
}

#[tokio::test(start_paused = true)]
async fn the_endpoint_is_left_alone_for_as_long_as_it_asks() {
    let wait = Some(Duration::from_secs(40));
    let busy = TokenError::from_status(
        StatusCode::TOO_MANY_REQUESTS,
        ErrorDocument::default(),
        wait,
    );
    let cache = cache([token("a", HOUR), Response(Err(busy)), token("b", HOUR)]);
    assert_eq!(get(&cache).await, ok("a"));
    pass(HOUR - 60).await;
    let before = Instant::now();
    assert_eq!(get(&cache).await, ok("a"));
    assert_eq!(cache.status().last_error().unwrap().retry_after(), wait);
    reaches(&cache, TokenState::Fresh).await;
    assert!((40..=44).contains(&before.elapsed().as_secs()));
}

#[tokio::test(start_paused = true)]
async fn a_token_for_synchronous_code_is_there_at_once_and_starts_the_refresh_that_is_due() {
    let gate = Arc::new(Notify::new());
    let cache = cache([token("a", HOUR), gated(&gate, "b", HOUR)]);
    let now = |cache: &Arc<TokenCache>| Some(cache.valid_token()?.as_str().to_owned());
    assert_eq!(now(&cache), None);
    reaches(&cache, TokenState::Fresh).await;
    assert_eq!(now(&cache).as_deref(), Some("a"));
    pass(HOUR - 30).await;
    assert_eq!(now(&cache).as_deref(), Some("a"));
    assert_eq!(state(&cache), TokenState::Refreshing);
    pass(30).await;
    assert_eq!(now(&cache), None, "an expired token is never served");
    gate.notify_one();
    reaches(&cache, TokenState::Fresh).await;
    assert_eq!(now(&cache).as_deref(), Some("b"));
}
