//! How fast token requests may follow one another.

use std::time::Duration;

use tokio::time::Instant;

/// Requests that may be sent at once, after a quiet while.
const BURST: u32 = 30;
/// One more request is allowed each time this has passed.
const INTERVAL: Duration = Duration::from_secs(1);

/// A burst of 30 requests, then one a second; whoever comes too early is given a turn, and nobody is refused.
///
/// Kept as the one moment at which the bucket would be empty again (the generic cell rate algorithm), so there is
/// nothing to refill.
#[derive(Debug)]
pub(crate) struct RateLimiter {
    drained_at: Option<Instant>,
}

impl RateLimiter {
    pub(crate) fn new() -> Self {
        Self { drained_at: None }
    }

    /// Takes the next turn and says how long to wait for it.
    pub(crate) fn reserve(&mut self, now: Instant) -> Duration {
        let drained_at = self.drained_at.unwrap_or(now).max(now) + INTERVAL;
        self.drained_at = Some(drained_at);
        (drained_at - now).saturating_sub(INTERVAL * BURST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_of_thirty_is_free_then_one_a_second() {
        let now = Instant::now();
        let mut rate_limiter = RateLimiter::new();
        assert!((0..30).all(|_| rate_limiter.reserve(now).is_zero()));
        assert_eq!(rate_limiter.reserve(now), Duration::from_secs(1));
        assert_eq!(rate_limiter.reserve(now), Duration::from_secs(2));
        assert_eq!(
            rate_limiter.reserve(now + Duration::from_secs(2)),
            Duration::from_secs(1)
        );
    }

    #[test]
    fn quiet_time_earns_the_burst_back_but_no_more() {
        let now = Instant::now();
        let mut rate_limiter = RateLimiter::new();
        assert!((0..30).all(|_| rate_limiter.reserve(now).is_zero()));
        let later = now + Duration::from_secs(10);
        assert!((0..10).all(|_| rate_limiter.reserve(later).is_zero()));
        assert_eq!(rate_limiter.reserve(later), Duration::from_secs(1));
        let much_later = now + Duration::from_secs(3600);
        assert!((0..30).all(|_| rate_limiter.reserve(much_later).is_zero()));
        assert!(!rate_limiter.reserve(much_later).is_zero());
    }
}
