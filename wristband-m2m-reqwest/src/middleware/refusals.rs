//! Refusals: the brake as all requests of one middleware share it.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use ::wristband_m2m::AccessToken;
use reqwest::Url;

use crate::brake::{Brake, Verdict};
use crate::origin::Origin;

pub(super) struct Refusals {
    brake: Mutex<Brake<Issue>>,
    /// How many origins the brake watches: none in good times, and then a success costs one load.
    watched: AtomicUsize,
}

/// A token, equal to itself and not to what was issued later with the same text.
struct Issue(AccessToken);

impl PartialEq for Issue {
    fn eq(&self, other: &Self) -> bool {
        self.0.is_same_token(&other.0)
    }
}

impl Refusals {
    pub(super) const fn new() -> Self {
        Self {
            brake: Mutex::new(Brake::new()),
            watched: AtomicUsize::new(0),
        }
    }

    /// The origin of `url` answered 401 to `token`. Says whether a new token may be worth it.
    pub(super) fn refused(&self, url: &Url, token: &AccessToken) -> bool {
        let Some(origin) = Origin::of(url) else {
            return true;
        };
        let verdict = self.with_brake(|brake| {
            brake.refused(&origin, Issue(token.clone()), Instant::now(), jitter())
        });
        match verdict {
            Verdict::Renew => true,
            Verdict::CoolDownBegins(length) => {
                tracing::warn!(
                    %origin,
                    cool_down_ms = length.as_millis(),
                    "the API refuses new tokens, for a while its 401s are returned as they are"
                );
                false
            }
            Verdict::CoolingDown => {
                tracing::debug!(%origin, "a 401 is returned as it is, the API cools down");
                false
            }
        }
    }

    /// Whether no origin is under suspicion, and successes are no news.
    pub(super) fn is_empty(&self) -> bool {
        // Relaxed: nothing is published by the count, and a success that just misses it is followed by another.
        self.watched.load(Ordering::Relaxed) == 0
    }

    /// The origin of `url` took our token.
    pub(super) fn accepted(&self, url: &Url) {
        if self.with_brake(|brake| brake.accepted(url)) {
            let origin = Origin::of(url).map(tracing::field::display);
            tracing::info!(origin, "the API accepts tokens again");
        }
    }

    fn with_brake<R>(&self, work: impl FnOnce(&mut Brake<Issue>) -> R) -> R {
        let mut brake = self.brake.lock().unwrap_or_else(PoisonError::into_inner);
        let result = work(&mut brake);
        self.watched.store(brake.len(), Ordering::Relaxed);
        result
    }
}

/// From 0 to 1.
fn jitter() -> f64 {
    let random = RandomState::new().build_hasher().finish();
    random as f64 / u64::MAX as f64
}
