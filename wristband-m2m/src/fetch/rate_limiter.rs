//! How fast token requests may follow one another.

use std::time::Duration;

use tokio::time::Instant;

/// Requests that may be sent at once, after a quiet while.
const BURST: u32 = 30;
/// One more request is allowed each time this has passed.
pub(super) const INTERVAL: Duration = Duration::from_secs(1);

/// Allows a burst of 30 requests, then one a second.
///
/// Kept as the one moment at which the bucket would be empty again (the generic cell rate algorithm), so there is
/// nothing to refill. A permit is taken or not, never reserved, so no caller can leave a debt behind.
#[derive(Debug)]
pub(super) struct RateLimiter {
    drained_at: Option<Instant>,
}

impl RateLimiter {
    pub(super) fn new() -> Self {
        Self { drained_at: None }
    }

    /// Takes a permit, or returns how long it is until the next one.
    pub(super) fn try_acquire(&mut self, now: Instant) -> Result<(), Duration> {
        let drained_at = self.drained_at.unwrap_or(now).max(now) + INTERVAL;
        let wait = (drained_at - now).saturating_sub(INTERVAL * BURST);
        if !wait.is_zero() {
            return Err(wait);
        }
        self.drained_at = Some(drained_at);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_burst_of_thirty_is_free_then_one_a_second() {
        let now = Instant::now();
        let mut limiter = RateLimiter::new();
        assert!((0..30).all(|_| limiter.try_acquire(now).is_ok()));
        // Asking reserves nothing.
        assert_eq!(limiter.try_acquire(now), Err(SECOND));
        assert_eq!(limiter.try_acquire(now), Err(SECOND));
        assert_eq!(limiter.try_acquire(now + SECOND / 4), Err(SECOND * 3 / 4));
        assert_eq!(limiter.try_acquire(now + SECOND), Ok(()));
        assert_eq!(limiter.try_acquire(now + SECOND), Err(SECOND));
    }

    #[test]
    fn quiet_time_earns_the_burst_back_but_no_more() {
        let now = Instant::now();
        let mut limiter = RateLimiter::new();
        assert!((0..30).all(|_| limiter.try_acquire(now).is_ok()));
        let later = now + SECOND * 10;
        assert!((0..10).all(|_| limiter.try_acquire(later).is_ok()));
        assert_eq!(limiter.try_acquire(later), Err(SECOND));
        let much_later = now + SECOND * 3600;
        assert!((0..30).all(|_| limiter.try_acquire(much_later).is_ok()));
        assert!(limiter.try_acquire(much_later).is_err());
    }
}
