//! The cache's behaviour, with a scripted source and paused time.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use http::StatusCode;
use tokio::sync::Notify;
use tokio::task::yield_now;
use tokio::time::{Instant, advance, timeout};

use super::*;
use crate::cache::BackgroundRefresh;
use crate::client::WristbandM2mClient;
use crate::error::TokenErrorKind;
use crate::fetch::Backend;
use crate::fetch::TokenRetry;
use crate::fetch::{IssuedToken, TokenSource};
use crate::status::TokenState;

const HOUR: u64 = 3600;

enum Step {
    Answer(Result<IssuedToken, TokenError>),
    /// Answers once the gate is opened.
    Gated(Arc<Notify>, IssuedToken),
    Hang,
    Panic,
}

use Step::{Answer, Gated, Hang, Panic};

/// Follows its script. A fetch that the script does not have, and a step that nobody asked for, fail the test.
struct FakeSource {
    script: Mutex<VecDeque<Step>>,
    overdrawn: AtomicBool,
}

impl FakeSource {
    fn new(script: impl IntoIterator<Item = Step>) -> Arc<Self> {
        Arc::new(Self {
            script: Mutex::new(script.into_iter().collect()),
            overdrawn: AtomicBool::new(false),
        })
    }
}

#[async_trait]
impl TokenSource for FakeSource {
    async fn fetch_token(&self) -> Result<IssuedToken, TokenError> {
        let step = lock(&self.script).pop_front();
        match step {
            Some(Answer(answer)) => answer,
            Some(Gated(gate, token)) => {
                gate.notified().await;
                Ok(token)
            }
            Some(Hang) => std::future::pending().await,
            Some(Panic) => panic!("as scripted"),
            None => {
                self.overdrawn.store(true, Ordering::Relaxed);
                panic!("a fetch that the script does not have");
            }
        }
    }
}

impl Drop for FakeSource {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert!(
                !self.overdrawn.load(Ordering::Relaxed),
                "fetched more than scripted"
            );
            let left = lock(&self.script).len();
            assert_eq!(left, 0, "steps of the script that nobody asked for");
        }
    }
}

fn issued(value: &str, life: u64) -> IssuedToken {
    IssuedToken::new(value, Duration::from_secs(life))
}

fn token(value: &str, life: u64) -> Step {
    Answer(Ok(issued(value, life)))
}

fn outage() -> Step {
    Answer(Err(TokenError::from_status(
        StatusCode::SERVICE_UNAVAILABLE,
        None,
        None,
    )))
}

fn refusal() -> Step {
    Answer(Err(TokenError::from_status(
        StatusCode::UNAUTHORIZED,
        None,
        None,
    )))
}

fn unreachable() -> Step {
    Answer(Err(TokenError::new(TokenErrorKind::Network, "no route")))
}

/// The default settings without jitter in the tests' way: a refresh begins 105 to 120 s before the end.
fn cache(script: impl IntoIterator<Item = Step>) -> Arc<TokenCache> {
    cache_with(script, TokenRetry::none())
}

fn cache_with(script: impl IntoIterator<Item = Step>, retry: TokenRetry) -> Arc<TokenCache> {
    let backend = Backend::Custom(FakeSource::new(script));
    let policy = ExpiryPolicy {
        buffer: Duration::from_secs(60),
        refresh_ahead: Duration::from_secs(60),
    };
    let fetcher = Fetcher::new(backend, retry, Duration::from_secs(30));
    Arc::new(TokenCache::new(fetcher, policy))
}

async fn get(cache: &Arc<TokenCache>) -> Result<String, TokenErrorKind> {
    get_for(cache, 0).await
}

async fn get_for(cache: &Arc<TokenCache>, min_lifetime: u64) -> Result<String, TokenErrorKind> {
    let min_lifetime = Duration::from_secs(min_lifetime);
    let token = match cache.fresh_token(min_lifetime) {
        Some(token) => Ok(token),
        None => cache.token(min_lifetime).await,
    };
    token
        .map(|token| token.as_str().to_owned())
        .map_err(|error| error.kind())
}

fn ok(value: &str) -> Result<String, TokenErrorKind> {
    Ok(value.to_owned())
}

async fn pass(seconds: u64) {
    advance(Duration::from_secs(seconds)).await;
}

fn state(cache: &TokenCache) -> TokenState {
    cache.status().state()
}

/// Lets tasks run, and the paused clock too, until `done`; an event that does not come within hours fails the test.
async fn until(done: impl Fn() -> bool) {
    let start = Instant::now();
    while !done() {
        advance(Duration::from_millis(5)).await;
        assert!(
            start.elapsed() < Duration::from_secs(3 * HOUR),
            "it never came to that"
        );
    }
}

async fn reaches(cache: &TokenCache, wanted: TokenState) {
    until(|| state(cache) == wanted).await;
}

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
async fn a_thousand_callers_share_one_fetch() {
    let gate = Arc::new(Notify::new());
    let cache = cache([Gated(Arc::clone(&gate), issued("a", HOUR))]);
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
async fn nobody_waits_for_a_refresh_ahead_of_the_buffer() {
    let gate = Arc::new(Notify::new());
    let cache = cache([
        token("a", HOUR),
        Gated(Arc::clone(&gate), issued("b", HOUR)),
    ]);
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
async fn a_refresh_ahead_that_fails_is_tried_again_after_a_pause_and_not_by_each_call() {
    let cache = cache([token("a", HOUR), refusal(), unreachable(), token("b", HOUR)]);
    assert_eq!(get(&cache).await, ok("a"));
    pass(HOUR - 100).await;
    assert_eq!(get(&cache).await, ok("a"));
    reaches(&cache, TokenState::Degraded).await;
    for _ in 0..10 {
        assert_eq!(get(&cache).await, ok("a"));
    }
    assert_eq!(cache.status().token_requests(), 2);
    reaches(&cache, TokenState::Fresh).await;
    assert_eq!(get(&cache).await, ok("b"));
}

#[tokio::test(start_paused = true)]
async fn callers_in_the_buffer_wait_for_one_refresh() {
    let gate = Arc::new(Notify::new());
    let cache = cache([
        token("a", HOUR),
        Gated(Arc::clone(&gate), issued("b", HOUR)),
    ]);
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
    // Nobody asks any more: the retries go on without callers.
    reaches(&cache, TokenState::Fresh).await;
    assert!(before.elapsed() >= Duration::from_secs(3));
    assert_eq!(get(&cache).await, ok("b"));
}

#[tokio::test(start_paused = true)]
async fn a_slow_refresh_in_the_buffer_costs_five_seconds_once() {
    let gate = Arc::new(Notify::new());
    let cache = cache([
        token("a", HOUR),
        Gated(Arc::clone(&gate), issued("b", HOUR)),
    ]);
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
async fn a_refusal_in_the_buffer_is_told() {
    let cache = cache([token("a", HOUR), refusal(), refusal()]);
    assert_eq!(get(&cache).await, ok("a"));
    pass(HOUR - 50).await;
    assert_eq!(get(&cache).await, Err(TokenErrorKind::Rejected));
    assert_eq!(state(&cache), TokenState::Failed);
    assert_eq!(get(&cache).await, Err(TokenErrorKind::Rejected));
    // Its detached retry is not due within what the test lets pass.
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
    let busy = TokenError::from_status(StatusCode::TOO_MANY_REQUESTS, None, wait);
    let cache = cache([token("a", HOUR), Answer(Err(busy)), token("b", HOUR)]);
    assert_eq!(get(&cache).await, ok("a"));
    pass(HOUR - 60).await;
    let before = Instant::now();
    assert_eq!(get(&cache).await, ok("a"));
    assert_eq!(cache.status().last_error().unwrap().retry_after(), wait);
    reaches(&cache, TokenState::Fresh).await;
    assert_eq!(before.elapsed().as_secs(), 40);
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
async fn tokens_that_live_shorter_than_asked_are_not_fetched_per_call() {
    let cache = cache([token("a", 1000), token("b", 1000)]);
    for _ in 0..10 {
        assert_eq!(get_for(&cache, HOUR).await, ok("a"));
        pass(9).await;
    }
    pass(10).await;
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
async fn a_clear_detaches_the_flight_and_its_token_is_not_kept() {
    let gate = Arc::new(Notify::new());
    let cache = cache([
        Gated(Arc::clone(&gate), issued("old", HOUR)),
        token("new", HOUR),
    ]);
    let early = get(&cache);
    let later = async {
        reaches(&cache, TokenState::Refreshing).await;
        cache.clear();
        assert_eq!(state(&cache), TokenState::Empty);
        assert_eq!(get(&cache).await, ok("new"));
        gate.notify_one();
    };
    let (early, ()) = tokio::join!(early, later);
    assert_eq!(early, ok("old"));
    assert_eq!(get(&cache).await, ok("new"));
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
    // What a caller holds may come from any stripe of the slot.
    assert!(cache.clear_if(&cache.fresh_token(Duration::ZERO).unwrap()));
    assert_eq!(second.as_str(), "same");
}

#[tokio::test(start_paused = true)]
async fn a_rejected_token_waits_for_the_flight_that_replaces_it() {
    let gate = Arc::new(Notify::new());
    let cache = cache([
        token("a", HOUR),
        Gated(Arc::clone(&gate), issued("b", HOUR)),
    ]);
    let rejected = cache.token(Duration::ZERO).await.unwrap();
    pass(HOUR - 100).await;
    assert_eq!(get(&cache).await, ok("a"));
    assert!(cache.clear_if(&rejected));
    let (renewed, ()) = tokio::join!(get(&cache), async {
        yield_now().await;
        gate.notify_one();
    });
    assert_eq!(renewed, ok("b"));
    assert_eq!(get(&cache).await, ok("b"));
}

#[tokio::test(start_paused = true)]
async fn a_dropped_caller_leaves_the_fetch_to_the_others() {
    let gate = Arc::new(Notify::new());
    let cache = cache([Gated(Arc::clone(&gate), issued("a", HOUR))]);
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

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap()
}

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

/// Caches a token of an hour that the wall clock takes to be `age` seconds old.
fn keep_token_aged(cache: &TokenCache, value: &str, age: u64) {
    let wall = Moment::now().wall - Duration::from_secs(age);
    let asked_at = Moment {
        wall,
        ..Moment::now()
    };
    let lifetime = crate::token::expiry::Lifetime::new(asked_at, Duration::from_secs(HOUR));
    let token = AccessToken::new(value, lifetime).unwrap();
    let _ = cache.store(&mut lock(&cache.state), &token);
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
    assert_eq!(start.elapsed().as_secs(), 600);
    assert_eq!(client.get_token().await.unwrap().as_str(), "b");
    until(|| client.status().state() == TokenState::Degraded).await;
    assert_eq!(start.elapsed().as_secs(), 1200);
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
