//! A token request's wait for its turn.

use tokio::time::Instant;

use super::meter;

/// Records how long a request has waited for its turn when this is dropped, whether or not it got one.
pub(crate) struct RateLimiterWait(Instant);

impl RateLimiterWait {
    pub(crate) fn begin() -> Self {
        Self(Instant::now())
    }
}

impl Drop for RateLimiterWait {
    fn drop(&mut self) {
        let wait = self.0.elapsed();
        tracing::debug!(wait_ms = wait.as_millis(), "waited for the rate limiter");
        meter::observe("wristband_m2m_rate_limiter_wait_seconds", &[], wait);
    }
}
