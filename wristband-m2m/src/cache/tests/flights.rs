//! Many callers, one flight.

use super::*;

#[tokio::test(start_paused = true)]
async fn a_thousand_callers_share_one_fetch() {
    let gate = Arc::new(Notify::new());
    let cache = cache([gated(&gate, "a", HOUR)]);
    let callers: Vec<_> = (0..1000)
        .map(|_| {
            let cache = Arc::clone(&cache);
            tokio::spawn(async move { get(&cache).await })
        })
        .collect();
    reaches(&cache, TokenState::Refreshing).await;
    gate.notify_one();
    for caller in callers {
        assert_eq!(caller.await.unwrap(), ok("a"));
    }
    assert_eq!(cache.status().token_requests(), 1);
}

#[tokio::test(start_paused = true)]
async fn fifty_callers_share_one_failing_cycle_of_attempts() {
    let cache = cache_with([outage(), outage(), outage()], TokenRetry::default());
    let start = Instant::now();
    let callers: Vec<_> = (0..50)
        .map(|_| {
            let cache = Arc::clone(&cache);
            tokio::spawn(async move { cache.token(Duration::ZERO).await })
        })
        .collect();
    for caller in callers {
        let error = caller.await.unwrap().unwrap_err();
        assert_eq!(
            (error.kind(), error.attempts()),
            (TokenErrorKind::Unavailable, 3)
        );
    }
    assert_eq!(start.elapsed().as_millis(), 200);
    assert_eq!(state(&cache), TokenState::Failed);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_not_retried_and_the_next_call_tries_again() {
    let cache = cache_with(
        [refusal(), unreachable(), token("a", HOUR)],
        TokenRetry::default(),
    );
    assert_eq!(get(&cache).await, Err(TokenErrorKind::Rejected));
    assert_eq!(get(&cache).await, Err(TokenErrorKind::Network));
    assert_eq!(get(&cache).await, ok("a"));
    assert!(cache.status().last_error().is_none());
}

#[tokio::test(start_paused = true)]
async fn the_call_after_a_failed_fetch_makes_all_attempts_again() {
    let outages = std::iter::repeat_with(outage).take(5);
    let cache = cache_with(outages.chain([token("a", HOUR)]), TokenRetry::default());
    assert_eq!(get(&cache).await, Err(TokenErrorKind::Unavailable));
    assert_eq!(get(&cache).await, ok("a"));
}

#[tokio::test(start_paused = true)]
async fn a_dropped_caller_leaves_the_fetch_to_the_others() {
    let gate = Arc::new(Notify::new());
    let cache = cache([gated(&gate, "a", HOUR)]);
    for _ in 0..3 {
        assert!(
            timeout(Duration::from_millis(1), get(&cache))
                .await
                .is_err()
        );
    }
    gate.notify_one();
    assert_eq!(get(&cache).await, ok("a"));
    assert_eq!(cache.status().token_requests(), 1);
}

#[tokio::test(start_paused = true)]
async fn callers_that_time_out_before_the_fetch_ends_do_not_starve_it() {
    struct Slow;
    #[async_trait]
    impl TokenSource for Slow {
        async fn fetch_token(&self) -> Result<IssuedToken, TokenError> {
            sleep(Duration::from_millis(250)).await;
            Ok(issued("a", HOUR))
        }
    }
    let client = WristbandM2mClient::builder()
        .token_source(Slow)
        .build()
        .unwrap();
    let mut impatient = 0;
    while timeout(Duration::from_millis(100), client.get_token())
        .await
        .is_err()
    {
        impatient += 1;
    }
    assert_eq!(impatient, 2);
    assert_eq!(client.status().token_requests(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_panicking_source_fails_its_callers_and_no_others() {
    let cache = cache([Panic, token("a", HOUR)]);
    let (first, second) = tokio::join!(get(&cache), get(&cache));
    assert_eq!(
        (first, second),
        (
            Err(TokenErrorKind::Interrupted),
            Err(TokenErrorKind::Interrupted)
        )
    );
    assert_eq!(get(&cache).await, ok("a"));
}

#[tokio::test(start_paused = true)]
async fn a_hanging_source_is_timed_out() {
    let cache = cache([Hang, token("a", HOUR)]);
    let before = Instant::now();
    assert_eq!(get(&cache).await, Err(TokenErrorKind::Timeout));
    assert_eq!(before.elapsed().as_secs(), 30);
    assert_eq!(get(&cache).await, ok("a"));
}

#[tokio::test(start_paused = true)]
async fn requests_beyond_the_burst_are_paced_at_one_a_second() {
    let cache = cache((0..33).map(|_| token("a", HOUR)));
    let before = Instant::now();
    for request in 1..=33u64 {
        assert_eq!(get(&cache).await, ok("a"));
        assert_eq!(before.elapsed().as_secs(), request.saturating_sub(30));
        cache.clear();
    }
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_slept_is_made_once_more() {
    let cache = cache([Hang, token("a", HOUR), Hang, Hang]);
    let sleeping = async {
        yield_now().await;
        pass(600).await;
    };
    let (woken, ()) = tokio::join!(get(&cache), sleeping);
    assert_eq!(woken, ok("a"));
    assert_eq!(cache.status().token_requests(), 2);
    // Once, and not again.
    cache.clear();
    let sleeping = async {
        for _ in 0..2 {
            yield_now().await;
            pass(600).await;
        }
    };
    let (woken, ()) = tokio::join!(get(&cache), sleeping);
    assert_eq!(woken, Err(TokenErrorKind::Timeout));
}
