//! One cycle of attempts: paced, bounded in time, counted, retried.

pub(crate) mod endpoint;
mod rate_limiter;
mod retry;
mod retry_after;
pub(crate) mod secret;
mod source;
mod token_response;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use self::endpoint::{SecretKind, TokenEndpoint};
use self::rate_limiter::RateLimiter;
use crate::clock::Moment;
use crate::error::{TokenError, TokenErrorKind};
use crate::runtime::{Mutex, lock, sleep, within};
use crate::token::AccessToken;
use crate::token::expiry::Lifetime;

pub use self::retry::TokenRetry;
pub use self::source::{IssuedToken, TokenSource};

/// Where tokens come from.
pub(crate) enum Backend {
    Endpoint(TokenEndpoint),
    Custom(Arc<dyn TokenSource>),
}

/// The secret that was preferred has been refused in this cycle.
struct RejectedSecret {
    error: TokenError,
    other: SecretKind,
}

/// Turns one wish for a token into as many requests as it takes, and no more.
pub(crate) struct Fetcher {
    backend: Backend,
    retry: TokenRetry,
    request_timeout: Duration,
    rate_limiter: Mutex<RateLimiter>,
    is_limited: AtomicBool,
    requests: AtomicU64,
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
        }
    }

    /// How many requests were sent so far, retries included.
    pub(crate) fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// The longest that a cycle can take while its runtime runs, apart from waiting its turn.
    pub(crate) fn longest_cycle(&self) -> Duration {
        let attempt = self.request_timeout.saturating_mul(2);
        attempt
            .saturating_add(self.retry.delay)
            .saturating_mul(self.retry.attempts)
    }

    /// Attempts until one succeeds or retrying is over. Says in the current span how many requests that took.
    pub(crate) async fn token(&self) -> Result<AccessToken, TokenError> {
        let mut sent = 0;
        let result = self.cycle(&mut sent).await;
        tracing::Span::current().record("attempts", sent);
        result.map_err(|error| error.with_attempts(sent))
    }

    async fn cycle(&self, sent: &mut u32) -> Result<AccessToken, TokenError> {
        let mut attempts = 0;
        let mut rejected = None;
        loop {
            attempts += 1;
            let error = match self.attempt(&mut rejected, sent).await {
                Ok(token) => return Ok(token),
                Err(error) => error,
            };
            if !self.retry.goes_on(attempts, &error) {
                return Err(error);
            }
            tracing::debug!(attempts, %error, "the token request failed and is tried again");
            sleep(self.retry.delay).await;
        }
    }

    async fn attempt(
        &self,
        rejected: &mut Option<RejectedSecret>,
        sent: &mut u32,
    ) -> Result<AccessToken, TokenError> {
        match &self.backend {
            Backend::Custom(source) => self.ask_source(&**source, sent).await,
            Backend::Endpoint(endpoint) => self.ask_endpoint(endpoint, rejected, sent).await,
        }
    }

    async fn ask_source(
        &self,
        source: &dyn TokenSource,
        sent: &mut u32,
    ) -> Result<AccessToken, TokenError> {
        let asked_at = self.turn(sent).await;
        let issued = within(self.request_timeout, source.fetch_token()).await;
        let issued = issued.unwrap_or_else(|| {
            Err(TokenError::new(
                TokenErrorKind::Timeout,
                "the token source did not answer within the request timeout",
            ))
        });
        accept(issued?, asked_at)
    }

    /// One request, or two when the secret turns out to have been rotated away. The rest of the cycle is made with the
    /// other secret then: a refused one is not sent again.
    async fn ask_endpoint(
        &self,
        endpoint: &TokenEndpoint,
        rejected: &mut Option<RejectedSecret>,
        sent: &mut u32,
    ) -> Result<AccessToken, TokenError> {
        let RejectedSecret { error, other } = match rejected {
            Some(rejected) => rejected,
            None => {
                let kind = endpoint.preferred();
                let error = match self.request(endpoint, kind, sent).await {
                    Ok(token) => return Ok(token),
                    Err(error) => error,
                };
                let Some(other) = endpoint.alternative(kind, &error) else {
                    return Err(error);
                };
                rejected.insert(RejectedSecret { error, other })
            }
        };
        match self.request(endpoint, *other, sent).await {
            Ok(token) => {
                endpoint.prefer(*other);
                Ok(token)
            }
            // Both secrets are wrong: what was said of the preferred one is what the user should hear.
            Err(second) if second.oauth_error() == error.oauth_error() => Err(error.clone()),
            Err(second) => Err(second),
        }
    }

    async fn request(
        &self,
        endpoint: &TokenEndpoint,
        kind: SecretKind,
        sent: &mut u32,
    ) -> Result<AccessToken, TokenError> {
        let asked_at = self.turn(sent).await;
        let issued = endpoint.fetch(kind, self.request_timeout).await?;
        accept(issued, asked_at)
    }

    /// Waits until the next request may be sent, and counts it.
    async fn turn(&self, sent: &mut u32) -> Moment {
        let wait = lock(&self.rate_limiter).reserve(Instant::now());
        let was_limited = self.is_limited.swap(!wait.is_zero(), Ordering::Relaxed);
        if !wait.is_zero() {
            if !was_limited {
                tracing::warn!(
                    "token requests come too fast and are paced at one a second from now on"
                );
            }
            sleep(wait).await;
        }
        *sent += 1;
        self.requests.fetch_add(1, Ordering::Relaxed);
        Moment::now()
    }
}

fn accept(issued: IssuedToken, asked_at: Moment) -> Result<AccessToken, TokenError> {
    let lifetime = Lifetime::new(asked_at, issued.life);
    if lifetime.is_expired(&Moment::now()) {
        return Err(TokenError::invalid_response(
            "the token had expired before its response arrived",
        ));
    }
    AccessToken::new(&issued.value, lifetime)
}
