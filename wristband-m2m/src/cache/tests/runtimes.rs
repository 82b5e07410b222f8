//! Runtimes that end, stand still or are missing.

use super::*;

#[test]
fn a_runtime_that_ends_leaves_the_cache_to_the_next_one() {
    let cache = cache([Hang, token("a", HOUR)]);
    let first = runtime();
    first.block_on(async { assert!(timeout(Duration::from_secs(1), get(&cache)).await.is_err()) });
    drop(first);
    assert_eq!(runtime().block_on(get(&cache)), ok("a"));
}

#[test]
fn a_refresh_without_waiters_is_not_lost_with_its_runtime() {
    let cache = cache([Hang, token("b", HOUR)]);
    keep_token_aged(&cache, "a", HOUR - 100);
    let first = runtime();
    first.block_on(async {
        assert_eq!(get(&cache).await, ok("a"));
        until(|| cache.status().token_requests() == 1).await;
    });
    drop(first);
    assert_eq!(state(&cache), TokenState::Fresh);
    runtime().block_on(async {
        assert_eq!(get(&cache).await, ok("a"));
        until(|| cache.status().token_requests() == 2).await;
        assert_eq!(get(&cache).await, ok("b"));
    });
}

#[test]
fn waiters_on_another_runtime_survive_the_end_of_the_one_that_fetches() {
    let cache = cache([Hang, token("a", HOUR)]);
    let first = runtime();
    first.block_on(async { assert!(timeout(Duration::from_secs(1), get(&cache)).await.is_err()) });
    let end = async {
        yield_now().await;
        tokio::task::spawn_blocking(move || drop(first))
            .await
            .unwrap();
    };
    let (token, ()) = runtime().block_on(async { tokio::join!(get(&cache), end) });
    assert_eq!(token, ok("a"));
}

#[test]
fn a_runtime_that_stands_still_is_given_up() {
    let cache = cache([Hang, token("a", HOUR)]);
    let idle = runtime();
    idle.block_on(async { assert!(timeout(Duration::from_secs(1), get(&cache)).await.is_err()) });
    assert_eq!(runtime().block_on(get(&cache)), ok("a"));
    drop(idle);
    assert_eq!(runtime().block_on(get(&cache)), ok("a"));
}

#[test]
fn a_call_outside_of_a_runtime_is_an_error() {
    let cache = cache([]);
    let mut call = std::pin::pin!(get(&cache));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let std::task::Poll::Ready(outcome) = call.as_mut().poll(&mut context) else {
        panic!("there is nothing to wait for");
    };
    assert_eq!(outcome, Err(TokenErrorKind::Interrupted));
}

/// Polls once outside of any runtime.
fn poll_outside<T>(future: impl Future<Output = T>) -> T {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::pin::pin!(future).poll(&mut context) {
        std::task::Poll::Ready(output) => output,
        std::task::Poll::Pending => panic!("there is nothing to wait for"),
    }
}

#[test]
fn a_call_outside_of_a_runtime_is_an_error_while_a_flight_is_under_way_too() {
    let cache = cache([Hang]);
    let busy = runtime();
    busy.block_on(async { assert!(timeout(Duration::from_secs(1), get(&cache)).await.is_err()) });
    assert_eq!(state(&cache), TokenState::Refreshing);
    let error = poll_outside(cache.token(Duration::ZERO)).unwrap_err();
    assert_eq!(error.kind(), TokenErrorKind::Interrupted);
    assert!(error.to_string().contains("no Tokio runtime"), "{error}");
    // A valid token needs no runtime.
    keep_token_aged(&cache, "a", HOUR - 30);
    cache.shut_down();
}

#[test]
fn a_runtime_without_timers_is_an_error_that_says_so() {
    let cache = cache([token("a", HOUR)]);
    let bare = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let error = bare.block_on(cache.token(Duration::ZERO)).unwrap_err();
    assert_eq!(error.kind(), TokenErrorKind::Interrupted);
    assert!(error.to_string().contains("enable_all"), "{error}");
    assert_eq!(runtime().block_on(get(&cache)), ok("a"));
}

#[test]
fn a_caller_with_a_token_waits_by_its_own_clock_for_a_flight_on_a_runtime_that_stands_still() {
    let cache = cache([Hang]);
    keep_token_aged(&cache, "a", HOUR - 57);
    let idle = runtime();
    idle.block_on(async {
        assert!(timeout(Duration::from_secs(1), get(&cache)).await.is_err());
    });
    let waited = runtime().block_on(async {
        let start = Instant::now();
        assert_eq!(get(&cache).await, ok("a"));
        start.elapsed()
    });
    assert!(waited <= Duration::from_secs(5), "waited {waited:?}");
    cache.shut_down();
}

#[test]
fn callers_on_many_runtimes_wait_for_one_rate_limited_flight() {
    let script = (0..31).map(|_| token("a", HOUR));
    let backend = Backend::Custom(FakeSource::new(script));
    let fetcher = Fetcher::new(backend, TokenRetry::none(), Duration::from_millis(400));
    let policy = ExpiryPolicy {
        buffer: Duration::from_secs(60),
        refresh_ahead: Duration::from_secs(60),
    };
    let cache = Arc::new(TokenCache::new(fetcher, policy, None));
    let real_time = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
    };
    real_time().block_on(async {
        for _ in 0..30 {
            assert_eq!(get(&cache).await, ok("a"));
            cache.clear();
        }
    });
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| assert_eq!(real_time().block_on(get(&cache)), ok("a")));
        }
    });
    assert_eq!(cache.status().token_requests(), 31);
}
