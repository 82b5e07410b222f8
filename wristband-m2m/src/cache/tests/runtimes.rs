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
fn a_refresh_that_nobody_waits_for_is_not_lost_with_its_runtime() {
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
