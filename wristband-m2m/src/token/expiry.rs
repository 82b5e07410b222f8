//! Expiry arithmetic: pure functions of a token's age.

use std::time::{Duration, SystemTime};

use crate::clock::{LONGEST_LIFE, Moment};
use crate::jitter::jittered;

/// How long a token lives, counted from just before it was asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lifetime {
    pub(crate) asked_at: Moment,
    pub(crate) life: Duration,
}

impl Lifetime {
    pub(crate) fn new(asked_at: Moment, life: Duration) -> Self {
        Self {
            asked_at,
            life: life.min(LONGEST_LIFE),
        }
    }

    /// Of a token that was fetched elsewhere, of whose whole life at most `left` was left at `now`.
    #[cfg(feature = "token-store")]
    pub(crate) fn begun(now: Moment, life: Duration, left: Duration) -> Self {
        let life = life.min(LONGEST_LIFE);
        let left = left.min(life);
        match now.before(life - left) {
            Some(asked_at) => Self::new(asked_at, life),
            // A machine that has just started cannot express the age.
            None => Self::new(now, left),
        }
    }

    pub(crate) fn age(&self, now: &Moment) -> Duration {
        now.since(&self.asked_at)
    }

    pub(crate) fn remaining(&self, now: &Moment) -> Duration {
        self.life.saturating_sub(self.age(now))
    }

    pub(crate) fn is_expired(&self, now: &Moment) -> bool {
        self.remaining(now).is_zero()
    }

    pub(crate) fn expires_at(&self) -> SystemTime {
        self.asked_at.later(self.life).wall
    }
}

/// When a token wants to be renewed, as settings of the client.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ExpiryPolicy {
    pub(crate) buffer: Duration,
    pub(crate) refresh_ahead: Duration,
}

/// Where in its life a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    /// Serve it; nothing else is due.
    Fresh,
    /// Serve it, and see that a refresh nobody waits for is under way.
    RefreshAhead,
    /// Callers wait for a refresh, for a while.
    Buffer,
    /// Not to be served.
    Expired,
}

/// The ages at which one token changes its phase.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Schedule {
    pub(crate) ahead_from: Duration,
    buffer_from: Duration,
    expired_from: Duration,
}

impl ExpiryPolicy {
    /// The phases of a token that lives for `life`. `jitter`, from 0 to 1, shortens the window before the buffer by
    /// up to a quarter, so that processes started together do not refresh together.
    pub(crate) fn schedule(&self, life: Duration, jitter: f64) -> Schedule {
        let buffer = if self.buffer < life {
            self.buffer
        } else {
            life / 2
        };
        let buffer_from = life - buffer;
        let window = self.refresh_ahead.min(buffer_from / 2);
        let window = jittered(window, 1.0, 0.75, jitter).min(buffer_from);
        Schedule {
            ahead_from: buffer_from - window,
            buffer_from,
            expired_from: life,
        }
    }
}

impl Schedule {
    pub(crate) fn phase(&self, age: Duration) -> Phase {
        if age < self.ahead_from {
            Phase::Fresh
        } else if age < self.buffer_from {
            Phase::RefreshAhead
        } else if age < self.expired_from {
            Phase::Buffer
        } else {
            Phase::Expired
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn seconds(n: u64) -> Duration {
        Duration::from_secs(n)
    }

    fn policy(buffer: u64, refresh_ahead: u64) -> ExpiryPolicy {
        ExpiryPolicy {
            buffer: seconds(buffer),
            refresh_ahead: seconds(refresh_ahead),
        }
    }

    #[test]
    fn phases_follow_the_buffer_and_the_window_before_it() {
        // (life, buffer, ahead), age, phase without jitter
        let table = [
            ((3600, 60, 60), 0, Phase::Fresh),
            ((3600, 60, 60), 3479, Phase::Fresh),
            ((3600, 60, 60), 3480, Phase::RefreshAhead),
            ((3600, 60, 60), 3539, Phase::RefreshAhead),
            ((3600, 60, 60), 3540, Phase::Buffer),
            ((3600, 60, 60), 3599, Phase::Buffer),
            ((3600, 60, 60), 3600, Phase::Expired),
            // No window: from calm straight into the buffer.
            ((3600, 60, 0), 3539, Phase::Fresh),
            ((3600, 60, 0), 3540, Phase::Buffer),
            // No buffer: usable to the end.
            ((3600, 0, 60), 3599, Phase::RefreshAhead),
            // The buffer is not smaller than the life: half of the life is used.
            ((60, 60, 0), 29, Phase::Fresh),
            ((60, 60, 0), 30, Phase::Buffer),
            ((10, 60, 60), 2, Phase::Fresh),
            ((10, 60, 60), 3, Phase::RefreshAhead),
            ((10, 60, 60), 5, Phase::Buffer),
            ((10, 60, 60), 10, Phase::Expired),
        ];
        for ((life, buffer, ahead), age, expected) in table {
            let schedule = policy(buffer, ahead).schedule(seconds(life), 0.0);
            assert_eq!(
                schedule.phase(seconds(age)),
                expected,
                "life {life}, buffer {buffer}, ahead {ahead}, age {age}"
            );
        }
    }

    #[test]
    fn jitter_shortens_the_window_by_a_quarter_at_most() {
        let policy = policy(60, 60);
        let starts = |jitter| policy.schedule(seconds(3600), jitter).ahead_from;
        assert_eq!(starts(0.0), seconds(3480));
        assert_eq!(starts(1.0), seconds(3495));
    }

    #[test]
    fn a_life_of_ages_is_cut() {
        let lifetime = Lifetime::new(Moment::now(), Duration::MAX);
        assert_eq!(lifetime.life, LONGEST_LIFE);
        assert!(lifetime.expires_at() > SystemTime::now());
    }

    proptest! {
        #[test]
        fn phases_come_in_order_and_end_with_the_life(
            life in 1u64..=u64::MAX, buffer: u64, ahead: u64, jitter in 0.0f64..=1.0, ages: [u64; 8],
        ) {
            let life = Duration::from_nanos(life);
            let policy = ExpiryPolicy {
                buffer: Duration::from_nanos(buffer),
                refresh_ahead: Duration::from_nanos(ahead),
            };
            let schedule = policy.schedule(life, jitter);
            // Never fetched per call: some of the life is always usable.
            prop_assert!(schedule.phase(Duration::ZERO) < Phase::Buffer || life <= Duration::from_nanos(1));
            prop_assert_eq!(schedule.phase(life), Phase::Expired);
            let mut ages = ages.map(Duration::from_nanos);
            ages.sort();
            let phases: Vec<_> = ages.iter().map(|age| schedule.phase(*age)).collect();
            prop_assert!(phases.is_sorted());
            for (age, phase) in ages.iter().zip(phases) {
                prop_assert_eq!(phase == Phase::Expired, *age >= life);
            }
        }

        #[test]
        fn remaining_and_age_add_up_to_the_life(life: u64, later in 0u64..=40_000_000) {
            let start = Moment::now();
            let lifetime = Lifetime::new(start, Duration::from_secs(life));
            let now = start.later(Duration::from_secs(later));
            let sum = lifetime.age(&now) + lifetime.remaining(&now);
            prop_assert_eq!(sum, lifetime.life.max(lifetime.age(&now)));
            prop_assert_eq!(lifetime.is_expired(&now), lifetime.remaining(&now).is_zero());
        }
    }
}
