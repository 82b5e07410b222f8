//! Which tokens are served, by their age.

use super::*;

#[tokio::test(start_paused = true)]
async fn a_calm_token_is_fetched_once() {
    let cache = cache([token("a", HOUR)]);
    assert_eq!(state(&cache), TokenState::Empty);
    assert_eq!(get(&cache).await, ok("a"));
    pass(HOUR - 125).await;
    assert_eq!(get(&cache).await, ok("a"));
    assert_eq!(state(&cache), TokenState::Fresh);
    assert_eq!(cache.status().expires_in().unwrap().as_secs(), 125);
}

#[tokio::test(start_paused = true)]
async fn a_short_lived_token_is_cached_for_half_of_its_life() {
    let cache = cache([token("a", 10), token("b", 10)]);
    assert_eq!(get(&cache).await, ok("a"));
    pass(2).await;
    assert_eq!(get(&cache).await, ok("a"));
    pass(4).await;
    assert_eq!(get(&cache).await, ok("b"));
}

#[tokio::test(start_paused = true)]
async fn a_token_that_expired_on_its_way_is_a_failure() {
    struct Slow;
    #[async_trait]
    impl TokenSource for Slow {
        async fn fetch_token(&self) -> Result<IssuedToken, TokenError> {
            advance(Duration::from_secs(2)).await;
            Ok(issued("a", 2))
        }
    }
    let client = WristbandM2mClient::builder()
        .token_source(Slow)
        .build()
        .unwrap();
    let error = client.get_token().await.unwrap_err();
    assert_eq!(error.kind(), TokenErrorKind::InvalidResponse);
}

#[tokio::test(start_paused = true)]
async fn a_token_is_renewed_early_for_who_needs_it_longer() {
    let cache = cache([token("a", HOUR), token("b", HOUR)]);
    assert_eq!(get_for(&cache, 1800).await, ok("a"));
    pass(1900).await;
    assert_eq!(get_for(&cache, 1700).await, ok("a"));
    assert_eq!(get_for(&cache, 1800).await, ok("b"));
}

#[tokio::test(start_paused = true)]
async fn every_ask_up_to_59_sixtieths_of_what_is_issued_is_met() {
    let cache = cache([token("a", HOUR), token("b", HOUR)]);
    assert_eq!(get_for(&cache, HOUR).await, ok("a"));
    for _ in 0..59 {
        assert_eq!(get_for(&cache, HOUR).await, ok("a"));
        assert_eq!(get_for(&cache, HOUR - 60).await, ok("a"));
        pass(1).await;
    }
    pass(2).await;
    assert_eq!(get_for(&cache, HOUR - 60).await, ok("b"));
}

#[tokio::test(start_paused = true)]
async fn tokens_that_live_shorter_than_asked_are_not_fetched_per_call() {
    let cache = cache([token("a", 600), token("b", 600)]);
    for _ in 0..9 {
        assert_eq!(get_for(&cache, HOUR).await, ok("a"));
        pass(1).await;
    }
    pass(1).await;
    assert_eq!(get_for(&cache, HOUR).await, ok("b"));
}

#[tokio::test(start_paused = true)]
async fn an_early_renewal_that_fails_leaves_the_good_token_and_is_not_repeated_per_call() {
    let cache = cache([token("a", HOUR), refusal()]);
    assert_eq!(get(&cache).await, ok("a"));
    pass(1800).await;
    for _ in 0..10 {
        assert_eq!(get_for(&cache, 3000).await, ok("a"));
    }
    cache.shut_down();
}

#[tokio::test(start_paused = true)]
async fn an_expired_token_is_never_served() {
    let cache = cache([token("a", HOUR), outage(), token("b", HOUR)]);
    assert_eq!(get(&cache).await, ok("a"));
    pass(HOUR).await;
    assert_eq!(state(&cache), TokenState::Stale);
    assert_eq!(get(&cache).await, Err(TokenErrorKind::Unavailable));
    assert_eq!(state(&cache), TokenState::Failed);
    assert_eq!(get(&cache).await, ok("b"));
}

#[tokio::test(start_paused = true)]
async fn a_machine_that_was_suspended_looks_at_the_wall_clock() {
    let cache = cache([token("a", HOUR), token("b", HOUR)]);
    cache.token(Duration::ZERO).await.unwrap();
    // The monotonic clock has stood still for two hours; only the wall clock knows.
    keep_token_aged(&cache, "a", 2 * HOUR);
    assert!(cache.fresh_token(Duration::ZERO).is_none());
    assert_eq!(state(&cache), TokenState::Stale);
    assert_eq!(get(&cache).await, ok("b"));
}
