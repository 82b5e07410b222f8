//! CircuitBreaker: no more new tokens for an origin that refuses new tokens.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use ::wristband_m2m::AccessToken;
use ::wristband_m2m::private::jitter;
use reqwest::Url;

use crate::middleware::origin::Origin;

/// This many renewals in a row may be in vain before an origin cools down.
const FAILURE_THRESHOLD: u32 = 3;
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// With the jitter on top, no cool-down is longer than 60 s.
const LONGEST_PAUSE: Duration = Duration::from_secs(48);
/// Origins tracked at once. Past it the one refused longest ago is forgotten, which costs it three renewals at most.
const MAX_ORIGINS: usize = 64;
/// Tokens remembered for each origin: enough to know a late 401 of an old token when it comes.
const MAX_TOKENS: usize = 4;

/// The origins that refuse tokens, and how often in a row.
///
/// What counts is the token, not the request: a thousand 401s that one token drew are one refusal. The first refused
/// token may have been revoked; each further one was new, so the renewal that fetched it did not help. A success ends
/// the row. Neither the clock nor chance is read here.
#[derive(Debug)]
pub(crate) struct CircuitBreaker<T> {
    circuits: Vec<Circuit<T>>,
}

#[derive(Debug)]
struct Circuit<T> {
    origin: Origin,
    rejected_tokens: Vec<T>,
    consecutive_failures: u32,
    open_until: Option<Instant>,
    last_failure: Instant,
}

/// What a 401 is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Permit {
    /// A new token.
    Allowed,
    /// Nothing: with this refusal a cool-down of that length begins.
    Opened(Duration),
    /// Nothing: the origin cools down.
    Open,
}

impl<T: PartialEq> CircuitBreaker<T> {
    pub(crate) const fn new() -> Self {
        Self {
            circuits: Vec::new(),
        }
    }

    /// The origin answered 401 to this token. `jitter`, from 0 to 1, lengthens a cool-down by up to a quarter.
    pub(crate) fn record_failure(
        &mut self,
        origin: &Origin,
        token: T,
        now: Instant,
        jitter: f64,
    ) -> Permit {
        let circuit = self.circuit(origin, now);
        circuit.last_failure = now;
        match circuit.open_until {
            Some(end) if now < end => return Permit::Open,
            Some(_) => {
                // One renewal is tried, whichever token is current by now.
                circuit.open_until = None;
                circuit.remember(token);
                return Permit::Allowed;
            }
            None => {}
        }
        if circuit.rejected_tokens.contains(&token) {
            return Permit::Allowed;
        }
        let renewed = !circuit.rejected_tokens.is_empty();
        circuit.remember(token);
        if renewed {
            circuit.consecutive_failures += 1;
        }
        if circuit.consecutive_failures < FAILURE_THRESHOLD {
            return Permit::Allowed;
        }
        let length = pause(circuit.consecutive_failures - FAILURE_THRESHOLD, jitter);
        circuit.open_until = Some(now + length);
        Permit::Opened(length)
    }

    /// The origin of `url` took our token. Says whether that ends a row of renewals in vain long enough for a
    /// cool-down.
    pub(crate) fn record_success(&mut self, url: &Url) -> bool {
        let Some(at) = self
            .circuits
            .iter()
            .position(|circuit| circuit.origin.contains(url))
        else {
            return false;
        };
        self.circuits.swap_remove(at).consecutive_failures >= FAILURE_THRESHOLD
    }

    /// How many origins are tracked.
    pub(crate) fn len(&self) -> usize {
        self.circuits.len()
    }

    fn circuit(&mut self, origin: &Origin, now: Instant) -> &mut Circuit<T> {
        let known = self
            .circuits
            .iter()
            .position(|circuit| circuit.origin == *origin);
        let at = known.unwrap_or_else(|| {
            if self.circuits.len() == MAX_ORIGINS {
                self.forget_the_oldest();
            }
            self.circuits.push(Circuit {
                origin: origin.clone(),
                rejected_tokens: Vec::new(),
                consecutive_failures: 0,
                open_until: None,
                last_failure: now,
            });
            self.circuits.len() - 1
        });
        &mut self.circuits[at]
    }

    fn forget_the_oldest(&mut self) {
        let oldest = self
            .circuits
            .iter()
            .enumerate()
            .min_by_key(|(_, circuit)| circuit.last_failure);
        if let Some((at, _)) = oldest {
            self.circuits.swap_remove(at);
        }
    }
}

impl<T: PartialEq> Circuit<T> {
    fn remember(&mut self, token: T) {
        if self.rejected_tokens.contains(&token) {
            return;
        }
        if self.rejected_tokens.len() == MAX_TOKENS {
            self.rejected_tokens.remove(0);
        }
        self.rejected_tokens.push(token);
    }
}

/// 1 s, doubling with each cool-down before it in the row.
fn pause(before: u32, jitter: f64) -> Duration {
    FIRST_PAUSE
        .saturating_mul(2u32.saturating_pow(before))
        .min(LONGEST_PAUSE)
        .mul_f64(1.0 + jitter.clamp(0.0, 1.0) / 4.0)
}

pub(super) struct SharedCircuitBreaker {
    breaker: Mutex<CircuitBreaker<ByFetch>>,
    /// How many origins the breaker watches: none in good times, and then a success costs one load.
    tracked: AtomicUsize,
}

/// A token, equal to itself and not to what was issued later with the same text.
struct ByFetch(AccessToken);

impl PartialEq for ByFetch {
    fn eq(&self, other: &Self) -> bool {
        self.0.is_same_token(&other.0)
    }
}

impl SharedCircuitBreaker {
    pub(super) const fn new() -> Self {
        Self {
            breaker: Mutex::new(CircuitBreaker::new()),
            tracked: AtomicUsize::new(0),
        }
    }

    /// The origin of `url` answered 401 to `token`. Says whether a new token may be worth it.
    pub(super) fn record_failure(&self, url: &Url, token: &AccessToken) -> bool {
        let Some(origin) = Origin::of(url) else {
            return true;
        };
        let permit = self.with_breaker(|breaker| {
            breaker.record_failure(&origin, ByFetch(token.clone()), Instant::now(), jitter())
        });
        match permit {
            Permit::Allowed => true,
            Permit::Opened(length) => {
                tracing::warn!(
                    %origin,
                    cool_down_ms = length.as_millis(),
                    "the API refuses new tokens, for a while its 401s are returned as they are"
                );
                false
            }
            Permit::Open => {
                tracing::debug!(%origin, "a 401 is returned as it is, the API cools down");
                false
            }
        }
    }

    /// Whether no origin is under suspicion, and successes are no news.
    pub(super) fn is_empty(&self) -> bool {
        // Relaxed: nothing is published by the count, and a success that just misses it is followed by another.
        self.tracked.load(Ordering::Relaxed) == 0
    }

    /// The origin of `url` took our token.
    pub(super) fn record_success(&self, url: &Url) {
        if self.with_breaker(|breaker| breaker.record_success(url)) {
            let origin = Origin::of(url).map(tracing::field::display);
            tracing::info!(origin, "the API accepts tokens again");
        }
    }

    fn with_breaker<R>(&self, work: impl FnOnce(&mut CircuitBreaker<ByFetch>) -> R) -> R {
        let mut breaker = self.breaker.lock().unwrap_or_else(PoisonError::into_inner);
        let result = work(&mut breaker);
        self.tracked.store(breaker.len(), Ordering::Relaxed);
        result
    }
}

#[cfg(test)]
mod tests;
