//! The circuit breaker behind a lock, with the clock and chance that it is judged by.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use ::wristband_m2m::AccessToken;
use ::wristband_m2m::private::jitter;
use reqwest::Url;

use super::{CircuitBreaker, Permit};
use crate::middleware::origin::Origin;
use crate::telemetry::{self, OpenCircuits};

/// The circuit breaker as all requests of one middleware share it.
pub(in crate::middleware) struct SharedCircuitBreaker {
    breaker: Mutex<CircuitBreaker<ByFetch>>,
    /// How many origins are tracked: none in good times, and then a success costs one load.
    tracked: AtomicUsize,
    open: OpenCircuits,
}

/// A token, equal to itself and not to one fetched later with the same text.
struct ByFetch(AccessToken);

impl PartialEq for ByFetch {
    fn eq(&self, other: &Self) -> bool {
        self.0.is_same_token(&other.0)
    }
}

impl SharedCircuitBreaker {
    pub(in crate::middleware) const fn new() -> Self {
        Self {
            breaker: Mutex::new(CircuitBreaker::new()),
            tracked: AtomicUsize::new(0),
            open: OpenCircuits::new(),
        }
    }

    /// The origin responded 401 to `token`. Returns whether that may cause a renewal.
    pub(in crate::middleware) fn record_rejection(
        &self,
        origin: &Origin,
        token: &AccessToken,
    ) -> bool {
        let permit = self.with_breaker(|breaker| {
            breaker.record_rejection(origin, ByFetch(token.clone()), Instant::now(), jitter())
        });
        self.count_open();
        match permit {
            Permit::Allowed => true,
            Permit::Opened(pause) => {
                telemetry::circuit_opened(origin, pause);
                false
            }
            Permit::Open => {
                telemetry::circuit_is_open(origin);
                false
            }
        }
    }

    pub(in crate::middleware) fn record_renewal(
        &self,
        origin: &Origin,
        rejected: &AccessToken,
        token: Option<&AccessToken>,
    ) {
        let rejected = ByFetch(rejected.clone());
        let token = token.cloned().map(ByFetch);
        self.with_breaker(|breaker| breaker.record_renewal(origin, &rejected, token));
    }

    pub(in crate::middleware) fn record_accepted_replay(&self, url: &Url) {
        if self.with_breaker(|breaker| breaker.record_accepted_replay(url)) {
            self.count_open();
            telemetry::circuit_closed(url);
        }
    }

    pub(in crate::middleware) fn record_success(&self, url: &Url, token: &AccessToken) {
        self.with_breaker(|breaker| breaker.record_success(url, ByFetch(token.clone())));
    }

    pub(in crate::middleware) fn is_renewing(&self, url: &Url, token: &AccessToken) -> bool {
        let token = ByFetch(token.clone());
        self.with_breaker(|breaker| breaker.is_renewing(url, &token))
    }

    /// Whether no origin is tracked, so that nothing has to be recorded of a success.
    pub(in crate::middleware) fn is_idle(&self) -> bool {
        // Relaxed: the count publishes nothing, and a success that just misses it is followed by another.
        self.tracked.load(Ordering::Relaxed) == 0
    }

    fn count_open(&self) {
        self.open
            .update(|| self.with_breaker(|breaker| breaker.open()));
    }

    fn with_breaker<R>(&self, work: impl FnOnce(&mut CircuitBreaker<ByFetch>) -> R) -> R {
        let mut breaker = self.breaker.lock().unwrap_or_else(PoisonError::into_inner);
        let result = work(&mut breaker);
        self.tracked.store(breaker.len(), Ordering::Relaxed);
        result
    }
}
