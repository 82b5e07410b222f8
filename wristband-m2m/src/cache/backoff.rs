//! How long failing refreshes leave the endpoint alone.

use std::time::Duration;

use crate::clock::Moment;
use crate::error::TokenError;
use crate::jitter::jittered;

/// The failure of the last refresh, and how long it keeps the next one waiting.
#[derive(Debug)]
pub(super) struct Backoff {
    pub(super) error: TokenError,
    /// Failed fetches in a row; none while the first one still has attempts left.
    pub(super) failures: u32,
    /// When the next detached refresh may start.
    pub(super) retry_at: Moment,
}

impl Backoff {
    /// The first attempt of a fetch has failed, and others follow.
    pub(super) fn begin(error: TokenError, now: Moment) -> Self {
        Self {
            error,
            failures: 0,
            retry_at: now,
        }
    }

    /// A fetch has failed, after `previous` failures. `life_left` is the remaining life of the cached token.
    pub(super) fn after(
        previous: Option<Self>,
        error: TokenError,
        now: Moment,
        life_left: Duration,
        jitter: f64,
    ) -> Self {
        let failures = previous
            .map_or(0, |previous| previous.failures)
            .saturating_add(1);
        let delay = backoff_delay(failures, jitter, life_left, error.retry_after());
        Self {
            error,
            failures,
            retry_at: now.later(delay),
        }
    }

    /// Whether the delay is over.
    pub(super) fn has_elapsed(&self, now: &Moment) -> bool {
        self.retry_at.has_come(now)
    }
}

/// The delay before the next detached refresh, after `failures` failed ones in a row (1 or more).
///
/// Doubles from 1 s to 30 s, but takes at most a sixth of `life_left`, so that a token has several retries before its
/// end; `jitter` (0 to 1) shortens it by up to a quarter. A `Retry-After` of up to 5 minutes is respected, and
/// lengthened by up to a tenth.
fn backoff_delay(
    failures: u32,
    jitter: f64,
    life_left: Duration,
    retry_after: Option<Duration>,
) -> Duration {
    const SHORTEST: Duration = Duration::from_secs(1);
    const LONGEST: Duration = Duration::from_secs(30);
    // Without a floor, the retries would come ever faster towards the token's end.
    const FLOOR: Duration = Duration::from_millis(100);
    const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(300);

    let doubled = SHORTEST * 2u32.pow(failures.saturating_sub(1).min(5));
    let delay = doubled.min(LONGEST).min(life_left / 6).max(FLOOR);
    let asked = retry_after.unwrap_or_default().min(LONGEST_RETRY_AFTER);
    jittered(delay, 1.0, 0.75, jitter).max(jittered(asked, 1.0, 1.1, jitter))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn delay(failures: u32, jitter: f64) -> u128 {
        backoff_delay(failures, jitter, HOUR, None).as_millis()
    }

    #[test]
    fn delays_double_within_their_bounds() {
        assert_eq!(
            [1, 2, 3, 4, 5, 6, 60].map(|n| delay(n, 0.0)),
            [1000, 2000, 4000, 8000, 16000, 30000, 30000]
        );
        let short = Duration::from_secs(3);
        assert_eq!(backoff_delay(9, 0.0, short, None), short / 6);
        let floor = Duration::from_millis(100);
        assert_eq!(backoff_delay(1, 0.0, Duration::ZERO, None), floor);
    }

    #[test]
    fn every_delay_has_jitter() {
        assert_eq!([1, 60].map(|n| delay(n, 1.0)), [750, 22_500]);
        let short = backoff_delay(9, 1.0, Duration::from_secs(6), None);
        assert_eq!(short, Duration::from_millis(750));
        let asked = backoff_delay(1, 1.0, HOUR, Some(Duration::from_secs(30)));
        assert_eq!(asked, Duration::from_secs(33));
    }

    #[test]
    fn a_retry_after_is_respected_up_to_five_minutes() {
        for (asked, seconds) in [(0, 1), (40, 40), (300, 300), (31_536_000, 300)] {
            let asked = Some(Duration::from_secs(asked));
            assert_eq!(backoff_delay(1, 0.0, HOUR, asked).as_secs(), seconds);
        }
        // Longer than the token lives: the next caller after its end fetches.
        let left = Duration::from_secs(10);
        let asked = Some(Duration::from_secs(60));
        assert_eq!(backoff_delay(1, 0.0, left, asked).as_secs(), 60);
    }
}
