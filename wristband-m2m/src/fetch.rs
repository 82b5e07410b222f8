//! How one token is fetched: rate limited, bounded in time, counted, retried.

mod cycle;
mod demand;
pub(crate) mod endpoint;
mod rate_limiter;
mod retry;
mod retry_after;
pub(crate) mod secret;
mod secret_file;
mod secret_request;
mod secret_source;
pub(crate) mod secrets;
mod sharing;
mod source;
mod token_response;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use self::cycle::Cycle;
use self::endpoint::TokenEndpoint;
use self::rate_limiter::{INTERVAL, RateLimiter};
use self::sharing::Store;
use crate::error::TokenError;
use crate::runtime::{Mutex, lock, race, sleep};
#[cfg(feature = "token-store")]
use crate::store::SharedTokens;
use crate::telemetry::{self, RateLimiterWait};
use crate::token::AccessToken;

pub(crate) use self::demand::{Demand, FetchObserver, Need};
pub use self::retry::TokenRetry;
pub use self::secret_file::SecretFile;
pub use self::secret_source::{BoxError, SecretSource};
pub use self::source::{IssuedToken, TokenSource};

/// Where tokens come from.
pub(crate) enum Backend {
    Endpoint(TokenEndpoint),
    Custom(Arc<dyn TokenSource>),
}

/// Fetches tokens within the limits that all fetches share.
pub(crate) struct Fetcher {
    backend: Backend,
    retry: TokenRetry,
    request_timeout: Duration,
    rate_limiter: Mutex<RateLimiter>,
    is_limited: AtomicBool,
    requests: AtomicU64,
    store: Store,
}

impl Fetcher {
    pub(crate) fn new(backend: Backend, retry: TokenRetry, request_timeout: Duration) -> Self {
        Self {
            backend,
            retry,
            request_timeout,
            rate_limiter: Mutex::new(RateLimiter::new()),
            is_limited: AtomicBool::new(false),
            requests: AtomicU64::new(0),
            store: Store::default(),
        }
    }

    /// Shares tokens with other processes.
    #[cfg(feature = "token-store")]
    pub(crate) fn with_store(self, store: Option<Arc<SharedTokens>>) -> Self {
        Self { store, ..self }
    }

    #[cfg(feature = "token-store")]
    pub(crate) fn store(&self) -> Option<&SharedTokens> {
        self.store.as_deref()
    }

    /// Returns the client id; `None` for a custom source.
    pub(crate) fn client_id(&self) -> Option<&str> {
        match &self.backend {
            Backend::Endpoint(endpoint) => Some(endpoint.client_id()),
            Backend::Custom(_) => None,
        }
    }

    /// Returns how many requests were sent so far, retries included.
    pub(crate) fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    pub(crate) fn endpoint(&self) -> Option<&TokenEndpoint> {
        match &self.backend {
            Backend::Endpoint(endpoint) => Some(endpoint),
            Backend::Custom(_) => None,
        }
    }

    /// Returns why an earlier secret is used.
    pub(crate) fn secret_error(&self) -> Option<TokenError> {
        self.endpoint()?.secrets.error()
    }

    /// Called when `token` is cleared: the store's copy of it must not be used either.
    pub(crate) fn clear(&self, token: Option<&AccessToken>) {
        sharing::clear(&self.store, token);
    }

    /// Called when an API has rejected `token`.
    pub(crate) fn reject(&self, token: &AccessToken) {
        sharing::reject(&self.store, token);
    }

    /// Returns whether another process fetched `token`.
    pub(crate) fn is_adopted(&self, token: &AccessToken) -> bool {
        sharing::is_adopted(&self.store, token)
    }

    /// Makes attempts until one succeeds or no other follows. For a `single_attempt` that is one attempt, as long as there
    /// is a token to serve. Records in the current span why, and the number of requests.
    ///
    /// With a token store, it looks there before any request is sent, and puts there what it fetched.
    pub(crate) async fn token(
        &self,
        observer: &impl FetchObserver,
        single_attempt: bool,
    ) -> Result<AccessToken, TokenError> {
        tracing::Span::current().record("reason", observer.demand().reason());
        let mut cycle = Cycle::begin(self, observer);
        let result = cycle.run(single_attempt).await;
        let sent = cycle.finish(&result).await;
        tracing::Span::current().record("attempts", sent);
        result.map_err(|error| error.with_attempts(sent))
    }

    /// Waits until the rate limiter permits the next request.
    ///
    /// A permit is taken when it is used and not before, so a caller that gives up leaves no debt.
    async fn acquire(&self, observer: &impl FetchObserver) -> Result<(), TokenError> {
        // There is one permit per interval, whatever the timeout.
        let longest = self.request_timeout.max(INTERVAL);
        let start = Instant::now();
        let mut waiting = None;
        loop {
            if observer.is_unwanted() {
                return Err(unwanted());
            }
            let Err(wait) = lock(&self.rate_limiter).try_acquire(Instant::now()) else {
                self.is_limited.store(waiting.is_some(), Ordering::Relaxed);
                return Ok(());
            };
            if !self.is_limited.swap(true, Ordering::Relaxed) {
                telemetry::rate_limited();
            }
            let Some(left) = longest
                .checked_sub(start.elapsed())
                .filter(|left| !left.is_zero())
            else {
                return Err(TokenError::timeout(
                    "the rate limit of token requests permitted none within the request timeout",
                ));
            };
            waiting.get_or_insert_with(RateLimiterWait::begin);
            race(sleep(wait.min(left)), observer.unwanted()).await;
        }
    }
}

fn unwanted() -> TokenError {
    TokenError::interrupted("the token is not needed any more")
}
