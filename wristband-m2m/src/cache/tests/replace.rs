//! Rejected and cleared tokens.

use super::*;

/// Waits until `requests` requests in all have been sent.
async fn sent(cache: &TokenCache, requests: u64) {
    until(|| cache.status().token_requests() == requests).await;
}

#[tokio::test(start_paused = true)]
async fn a_rejected_token_is_replaced_once_and_served_to_all_others_meanwhile() {
    let gate = Arc::new(Notify::new());
    let cache = cache([token("a", HOUR), gated(&gate, "b", HOUR)]);
    let rejected = cache.token(Duration::ZERO).await.unwrap();
    let others = async {
        sent(&cache, 2).await;
        assert_eq!(get(&cache).await, ok("a"));
        assert_eq!(state(&cache), TokenState::Degraded);
        gate.notify_one();
    };
    let (first, second, ()) = tokio::join!(
        replace(&cache, &rejected),
        replace(&cache, &rejected),
        others
    );
    assert_eq!((first, second), (ok("b"), ok("b")));
    assert_eq!(state(&cache), TokenState::Fresh);
    // A late caller gets the replacement without a request.
    assert_eq!(replace(&cache, &rejected).await, ok("b"));
    assert_eq!(get(&cache).await, ok("b"));
}

#[tokio::test(start_paused = true)]
async fn a_replacement_that_fails_leaves_the_token_to_all_others() {
    let cache = cache([token("a", HOUR), outage(), refusal(), token("b", HOUR)]);
    let rejected = cache.token(Duration::ZERO).await.unwrap();
    let failed = Err(TokenErrorKind::Unavailable);
    assert_eq!(replace(&cache, &rejected).await, failed);
    assert_eq!(get(&cache).await, ok("a"));
    assert_eq!(state(&cache), TokenState::Degraded);
    // Until the back-off has passed, no request is made.
    assert_eq!(replace(&cache, &rejected).await, failed);
    assert_eq!(cache.status().token_requests(), 2);
    // Without traffic: the refusal is of the detached retry, and after it only traffic tries again.
    sent(&cache, 3).await;
    until(|| cache.status().last_error().unwrap().kind() == TokenErrorKind::Rejected).await;
    pass(600).await;
    yield_now().await;
    assert_eq!(cache.status().token_requests(), 3);
    assert_eq!(get(&cache).await, ok("a"));
    assert_eq!(replace(&cache, &rejected).await, ok("b"));
}

#[tokio::test(start_paused = true)]
async fn a_flight_sent_before_the_rejection_is_not_the_replacement() {
    let gate = Arc::new(Notify::new());
    let cache = cache([
        token("a", HOUR),
        gated(&gate, "old", HOUR),
        token("new", HOUR),
    ]);
    let rejected = cache.token(Duration::ZERO).await.unwrap();
    pass(HOUR - 30).await;
    let waiting = get(&cache);
    let recovering = async {
        sent(&cache, 2).await;
        assert_eq!(replace(&cache, &rejected).await, ok("new"));
        gate.notify_one();
    };
    let (waiting, ()) = tokio::join!(waiting, recovering);
    assert_eq!(waiting, ok("old"), "its own waiters get its result");
    assert_eq!(get(&cache).await, ok("new"));
}

#[tokio::test(start_paused = true)]
async fn a_cleared_cache_detaches_the_flight_that_was_sent() {
    for clear_if in [false, true] {
        let gate = Arc::new(Notify::new());
        let cache = cache([
            token("a", HOUR),
            gated(&gate, "old", HOUR),
            token("new", HOUR),
        ]);
        let first = cache.token(Duration::ZERO).await.unwrap();
        pass(HOUR - 30).await;
        let early = get(&cache);
        let later = async {
            sent(&cache, 2).await;
            if clear_if {
                assert!(cache.clear_if(&first));
            } else {
                cache.clear();
            }
            assert_eq!(state(&cache), TokenState::Empty);
            assert_eq!(get(&cache).await, ok("new"));
            gate.notify_one();
        };
        let (early, ()) = tokio::join!(early, later);
        assert_eq!(early, ok("old"));
        assert_eq!(get(&cache).await, ok("new"));
    }
}

#[tokio::test(start_paused = true)]
async fn only_the_cached_token_itself_is_cleared() {
    let cache = cache([token("same", HOUR), token("same", HOUR)]);
    let first = cache.token(Duration::ZERO).await.unwrap();
    assert!(cache.clear_if(&first));
    assert!(!cache.clear_if(&first));
    let second = cache.token(Duration::ZERO).await.unwrap();
    assert!(!cache.clear_if(&first));
    assert_eq!(get(&cache).await, ok("same"));
    // The token of a caller may come from any stripe of the slot.
    assert!(cache.clear_if(&cache.fresh_token(Duration::ZERO).unwrap()));
    assert_eq!(second.as_str(), "same");
}

#[tokio::test(start_paused = true)]
async fn a_token_of_the_same_text_is_a_replacement() {
    let cache = cache([token("same", HOUR), token("same", HOUR)]);
    let rejected = cache.token(Duration::ZERO).await.unwrap();
    assert_eq!(replace(&cache, &rejected).await, ok("same"));
    assert_eq!(replace(&cache, &rejected).await, ok("same"));
    assert_eq!(state(&cache), TokenState::Fresh);
}

#[tokio::test(start_paused = true)]
async fn a_storm_of_clears_leaves_no_debt() {
    let cache = cache((0..60).map(|_| token("a", HOUR)));
    let start = Instant::now();
    let storm: Vec<_> = (0..150)
        .map(|_| {
            let cache = Arc::clone(&cache);
            tokio::spawn(async move {
                cache.clear();
                let _ = timeout(Duration::from_millis(500), get(&cache)).await;
            })
        })
        .collect();
    for caller in storm {
        caller.await.unwrap();
    }
    for _ in 0..29 {
        cache.clear();
        let _ = timeout(Duration::from_millis(500), get(&cache)).await;
    }
    cache.clear();
    let before = Instant::now();
    assert_eq!(get(&cache).await, ok("a"));
    let waited = before.elapsed();
    assert!(waited <= Duration::from_secs(1), "waited {waited:?}");
    let requests = cache.status().token_requests();
    let most = 31 + start.elapsed().as_secs();
    assert!(requests <= most, "{requests} requests, {most} allowed");
    // The rest of the script.
    for _ in requests..60 {
        cache.clear();
        assert_eq!(get(&cache).await, ok("a"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_clear_keeps_the_flight_that_waits_for_the_rate_limiter() {
    let cache = cache((0..31).map(|_| token("a", HOUR)));
    for _ in 0..30 {
        assert_eq!(get(&cache).await, ok("a"));
        cache.clear();
    }
    let start = Instant::now();
    let mut callers = Vec::new();
    for _ in 0..10 {
        cache.clear();
        let cache = Arc::clone(&cache);
        callers.push(tokio::spawn(async move { get(&cache).await }));
        yield_now().await;
    }
    for caller in callers {
        assert_eq!(caller.await.unwrap(), ok("a"));
    }
    assert_eq!(cache.status().token_requests(), 31);
    assert_eq!(start.elapsed().as_secs(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_detached_flight_does_not_end_the_one_after_it() {
    let [old, new] = [(); 2].map(|()| Arc::new(Notify::new()));
    let cache = cache([gated(&old, "old", HOUR), gated(&new, "new", HOUR)]);
    let early = get(&cache);
    let late = async {
        sent(&cache, 1).await;
        cache.clear();
        get(&cache).await
    };
    let gates = async {
        sent(&cache, 2).await;
        old.notify_one();
        advance(Duration::from_millis(5)).await;
        assert_eq!(state(&cache), TokenState::Refreshing);
        new.notify_one();
    };
    let (early, late, ()) = tokio::join!(early, late, gates);
    assert_eq!((early, late), (ok("old"), ok("new")));
    assert_eq!(get(&cache).await, ok("new"));
}

#[tokio::test(start_paused = true)]
async fn a_failed_attempt_of_a_detached_flight_is_not_the_caches_failure() {
    let outages = std::iter::repeat_with(outage).take(3);
    let cache = cache_with(outages, TokenRetry::new(3, Duration::from_secs(9)));
    let early = get(&cache);
    let clearing = async {
        sent(&cache, 1).await;
        cache.clear();
        sent(&cache, 2).await;
        advance(Duration::from_millis(5)).await;
        assert!(cache.status().last_error().is_none());
        assert_eq!(state(&cache), TokenState::Empty);
    };
    let (early, ()) = tokio::join!(early, clearing);
    assert_eq!(early, Err(TokenErrorKind::Unavailable));
}

#[tokio::test(start_paused = true)]
async fn a_detached_flight_without_waiters_sends_nothing_more() {
    let cache = cache_with(
        [outage(), token("new", HOUR)],
        TokenRetry::new(3, Duration::from_secs(9)),
    );
    assert!(timeout(Duration::from_secs(1), get(&cache)).await.is_err());
    assert_eq!(cache.status().token_requests(), 1);
    cache.clear();
    assert_eq!(get(&cache).await, ok("new"));
    pass(60).await;
    yield_now().await;
    assert_eq!(cache.status().token_requests(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_replacement_that_is_rejected_too_is_not_served_in_place_of_the_first_token() {
    let gate = Arc::new(Notify::new());
    let cache = cache([token("a", HOUR), token("b", HOUR), gated(&gate, "c", HOUR)]);
    let first = cache.token(Duration::ZERO).await.unwrap();
    let second = cache.replace(&first).await.unwrap();
    let late = async {
        sent(&cache, 3).await;
        replace(&cache, &first).await
    };
    let opening = async {
        sent(&cache, 3).await;
        sleep(Duration::from_millis(100)).await;
        gate.notify_one();
    };
    let (replaced, late, ()) = tokio::join!(replace(&cache, &second), late, opening);
    assert_eq!((replaced, late), (ok("c"), ok("c")));
}

#[tokio::test(start_paused = true)]
async fn a_rejected_token_replaces_another_one_when_no_new_token_can_be_obtained() {
    let cache = cache([token("a", HOUR), token("b", HOUR), refusal()]);
    let first = cache.token(Duration::ZERO).await.unwrap();
    let second = cache.replace(&first).await.unwrap();
    let (replaced, late) = tokio::join!(replace(&cache, &second), replace(&cache, &first));
    assert_eq!((replaced, late), (Err(TokenErrorKind::Rejected), ok("b")));
    // Another API may accept it, so during the back-off it is served at once.
    assert_eq!(replace(&cache, &first).await, ok("b"));
}
