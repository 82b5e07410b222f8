//! How long failing refreshes leave the endpoint alone.

use std::time::Duration;

use crate::clock::Moment;
use crate::error::TokenError;

#[derive(Debug)]
pub(super) struct Backoff {
    pub(super) error: TokenError,
    pub(super) failures: u32,
    /// When the next refresh that nobody waits for may start.
    pub(super) retry_at: Moment,
}

impl Backoff {
    /// Whether the pause after the failure is over, by the clock that says so first.
    pub(super) fn has_elapsed(&self, now: &Moment) -> bool {
        now.monotonic >= self.retry_at.monotonic || now.wall >= self.retry_at.wall
    }
}

/// The pause before the next detached refresh, after `failures` of them in a row (1 or more).
///
/// Doubles from 1 s to 30 s, plus up to a quarter by `jitter` (0 to 1); never more than a sixth of `life_left`, so that
/// a token has several tries before its end; never less than what the endpoint asked for.
pub(super) fn backoff_delay(
    failures: u32,
    jitter: f64,
    life_left: Duration,
    retry_after: Option<Duration>,
) -> Duration {
    const SHORTEST: Duration = Duration::from_secs(1);
    const LONGEST: Duration = Duration::from_secs(30);
    // Without a floor, sixths of what is left would come ever faster towards the end.
    const FLOOR: Duration = Duration::from_millis(100);

    let doubled = SHORTEST * 2u32.pow(failures.saturating_sub(1).min(5));
    doubled
        .mul_f64(1.0 + jitter.clamp(0.0, 1.0) / 4.0)
        .min(LONGEST)
        .min(life_left / 6)
        .max(FLOOR)
        .max(retry_after.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_within_their_bounds() {
        let hour = Duration::from_secs(3600);
        let pause = |failures, jitter| backoff_delay(failures, jitter, hour, None).as_millis();
        assert_eq!(
            [1, 2, 3, 4, 5, 6, 60].map(|n| pause(n, 0.0)),
            [1000, 2000, 4000, 8000, 16000, 30000, 30000]
        );
        assert_eq!(pause(1, 1.0), 1250);
        assert_eq!(pause(9, 1.0), 30000);
        let short = Duration::from_secs(3);
        assert_eq!(backoff_delay(9, 0.0, short, None), short / 6);
        assert_eq!(
            backoff_delay(1, 0.0, Duration::ZERO, None),
            Duration::from_millis(100)
        );
        assert_eq!(backoff_delay(1, 0.0, short, Some(hour)), hour);
    }
}
