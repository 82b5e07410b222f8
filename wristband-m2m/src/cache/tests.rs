//! The cache's behaviour, with a scripted source and paused time.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use http::StatusCode;
use tokio::sync::Notify;
use tokio::task::yield_now;
use tokio::time::{Instant, advance, sleep, timeout};

use super::*;
use crate::client::WristbandM2mClient;
use crate::error::{ErrorDocument, TokenErrorKind};
use crate::fetch::{Backend, IssuedToken, TokenRetry, TokenSource};
use crate::status::TokenState;

mod background;
mod expiry;
mod flights;
mod jitter;
mod refresh;
mod replace;
mod runtimes;
#[cfg(feature = "token-store")]
mod store;

const HOUR: u64 = 3600;

enum Step {
    Response(Result<IssuedToken, TokenError>),
    /// Responds once the gate is opened.
    Gated(Arc<Notify>, Result<IssuedToken, TokenError>),
    Hang,
    Panic,
}

use Step::{Gated, Hang, Panic, Response};

/// Follows its script. A fetch beyond the script, or a step that was not used, fails the test.
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
            Some(Response(response)) => response,
            Some(Gated(gate, response)) => {
                gate.notified().await;
                response
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
    Response(Ok(issued(value, life)))
}

fn gated(gate: &Arc<Notify>, value: &str, life: u64) -> Step {
    Gated(Arc::clone(gate), Ok(issued(value, life)))
}

fn unavailable() -> TokenError {
    let status = StatusCode::SERVICE_UNAVAILABLE;
    TokenError::from_status(status, ErrorDocument::default(), None)
}

fn outage() -> Step {
    Response(Err(unavailable()))
}

fn refusal() -> Step {
    Response(Err(TokenError::from_status(
        StatusCode::UNAUTHORIZED,
        ErrorDocument::default(),
        None,
    )))
}

fn not_json() -> Step {
    Response(Err(TokenError::invalid_response("not JSON")))
}

fn unreachable() -> Step {
    Response(Err(TokenError::new(TokenErrorKind::Network, "no route")))
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
    Arc::new(TokenCache::new(fetcher, policy, None))
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

async fn replace(
    cache: &Arc<TokenCache>,
    rejected: &AccessToken,
) -> Result<String, TokenErrorKind> {
    let token = cache.replace(rejected).await;
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

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap()
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
