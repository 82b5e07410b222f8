//! The circuit breaker of the store.

use std::time::Duration;

use crate::clock::Moment;
use crate::jitter::{jitter, jittered};
use crate::store::contract::StoreError;

/// The time limit of an operation on a store that has responded before.
const OPERATION_LIMIT: Duration = Duration::from_millis(250);
/// The time limit of earlier ones, which may include connecting and a TLS handshake.
const FIRST_OPERATION_LIMIT: Duration = Duration::from_millis(500);
const SHORTEST_PAUSE: Duration = Duration::from_secs(1);
/// With jitter, up to 30 s.
const LONGEST_PAUSE: Duration = Duration::from_secs(24);

/// Whether a client shares its token, as [`TokenStatus::store`](crate::TokenStatus::store) shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StoreState {
    /// The client has no store.
    Off,
    /// The store works, or has not been needed yet.
    Ready,
    /// The store failed and is left alone for a while. The client works without it.
    Degraded,
}

#[derive(Debug, Default)]
pub(super) struct Health {
    trouble: Option<Trouble>,
    has_responded: bool,
}

#[derive(Debug)]
struct Trouble {
    error: StoreError,
    failures: u32,
    retry_at: Moment,
}

/// A change of state, which is reported once.
#[derive(Debug)]
pub(crate) enum Change {
    Failed(StoreError),
    Recovered { failures: u32 },
}

impl Health {
    /// Returns how long the next operation may take; `None` while the store is left alone.
    pub(super) fn limit(&self, now: &Moment) -> Option<Duration> {
        let left_alone = self.trouble.as_ref().is_some_and(|trouble| {
            now.monotonic < trouble.retry_at.monotonic && now.wall < trouble.retry_at.wall
        });
        if left_alone {
            None
        } else if self.has_responded {
            Some(OPERATION_LIMIT)
        } else {
            Some(FIRST_OPERATION_LIMIT)
        }
    }

    pub(super) fn succeeded(&mut self) -> Option<Change> {
        self.has_responded = true;
        let trouble = self.trouble.take()?;
        Some(Change::Recovered {
            failures: trouble.failures,
        })
    }

    pub(super) fn failed(&mut self, error: StoreError, now: &Moment) -> Option<Change> {
        let failures = self.trouble.as_ref().map_or(0, |trouble| trouble.failures);
        let failures = failures.saturating_add(1);
        self.trouble = Some(Trouble {
            error: error.clone(),
            failures,
            retry_at: now.later(pause(failures, jitter())),
        });
        (failures == 1).then_some(Change::Failed(error))
    }

    pub(super) fn state(&self) -> StoreState {
        match self.trouble {
            None => StoreState::Ready,
            Some(_) => StoreState::Degraded,
        }
    }

    pub(super) fn error(&self) -> Option<StoreError> {
        self.trouble.as_ref().map(|trouble| trouble.error.clone())
    }
}

/// Doubles from 1 s to 24 s; `jitter` adds up to a quarter.
fn pause(failures: u32, jitter: f64) -> Duration {
    let doubled = SHORTEST_PAUSE * 2u32.pow(failures.saturating_sub(1).min(5));
    jittered(doubled.min(LONGEST_PAUSE), 1.0, 1.25, jitter)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure() -> StoreError {
        StoreError::because("it failed")
    }

    #[test]
    fn pauses_double_from_one_second_to_thirty() {
        let seconds = |failures| pause(failures, 0.0).as_secs();
        assert_eq!(
            [1, 2, 3, 4, 5, 6, 99].map(seconds),
            [1, 2, 4, 8, 16, 24, 24]
        );
        assert_eq!(pause(1, 1.0), Duration::from_millis(1250));
        assert_eq!(pause(9, 1.0), Duration::from_secs(30));
    }

    #[test]
    fn a_store_that_failed_is_left_alone_and_then_tried_again() {
        let now = Moment::now();
        let mut health = Health::default();
        assert_eq!(health.limit(&now), Some(FIRST_OPERATION_LIMIT));
        health.succeeded();
        assert_eq!(health.limit(&now), Some(OPERATION_LIMIT));
        health.failed(failure(), &now);
        assert_eq!(health.state(), StoreState::Degraded);
        assert_eq!(health.limit(&now), None);
        let later = now.later(Duration::from_secs(2));
        assert_eq!(health.limit(&later), Some(OPERATION_LIMIT));
        health.succeeded();
        assert_eq!(health.state(), StoreState::Ready);
        assert!(health.error().is_none());
    }
}
