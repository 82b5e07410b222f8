//! Which failures one fetch retries, and how often.

use std::time::Duration;

use crate::error::{TokenError, TokenErrorKind};

/// How many attempts one fetch makes, and how far apart.
///
/// The default is 3 attempts, 100 ms apart, on 5xx responses (and on transient errors of a custom
/// [`TokenSource`](crate::TokenSource)). 4xx and invalid responses are never retried; network failures and timeouts
/// only with [`on_network_errors`](Self::on_network_errors).
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use wristband_m2m::{TokenRetry, WristbandM2mClient};
///
/// let builder = WristbandM2mClient::builder()
///     .retry(TokenRetry::new(5, Duration::from_millis(200)).on_network_errors(true));
/// # let _ = builder;
/// ```
#[derive(Clone, Debug)]
pub struct TokenRetry {
    pub(crate) attempts: u32,
    pub(crate) delay: Duration,
    on_network_errors: bool,
}

impl TokenRetry {
    /// Makes `attempts` attempts in all, `delay` apart. Zero attempts is an error when the client is built.
    #[must_use]
    pub fn new(attempts: u32, delay: Duration) -> Self {
        Self {
            attempts,
            delay,
            on_network_errors: false,
        }
    }

    /// Makes one attempt only.
    #[must_use]
    pub fn none() -> Self {
        Self::new(1, Duration::ZERO)
    }

    /// Sets whether network failures and timeouts are retried too. Off by default.
    #[must_use]
    pub fn on_network_errors(mut self, retry: bool) -> Self {
        self.on_network_errors = retry;
        self
    }

    /// How long to wait before another attempt, if one follows after `attempts` attempts, the last of which failed with
    /// `error`. A `Retry-After` replaces the delay, and one longer than a second ends the fetch.
    pub(crate) fn next_delay(&self, attempts: u32, error: &TokenError) -> Option<Duration> {
        const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(1);
        let is_retried = match error.kind() {
            TokenErrorKind::Unavailable => true,
            TokenErrorKind::Network | TokenErrorKind::Timeout => self.on_network_errors,
            TokenErrorKind::Source => error.is_transient(),
            _ => false,
        };
        let delay = match error.retry_after() {
            Some(asked) if !asked.is_zero() => asked,
            _ => self.delay,
        };
        let is_short = error
            .retry_after()
            .is_none_or(|asked| asked <= LONGEST_RETRY_AFTER);
        (is_retried && is_short && attempts < self.attempts).then_some(delay)
    }
}

impl Default for TokenRetry {
    fn default() -> Self {
        Self::new(3, Duration::from_millis(100))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorDocument;
    use http::StatusCode;

    fn with_status(status: u16) -> TokenError {
        TokenError::from_status(
            StatusCode::from_u16(status).unwrap(),
            ErrorDocument::default(),
            None,
        )
    }

    fn failed(kind: TokenErrorKind) -> TokenError {
        TokenError::new(kind, "failed")
    }

    #[test]
    fn what_is_retried() {
        let retry = TokenRetry::default();
        let table = [
            (with_status(500), true),
            (with_status(503), true),
            (with_status(400), false),
            (with_status(401), false),
            (with_status(408), false),
            (with_status(429), false),
            (with_status(307), false),
            (failed(TokenErrorKind::Network), false),
            (failed(TokenErrorKind::Timeout), false),
            (failed(TokenErrorKind::InvalidResponse), false),
            (failed(TokenErrorKind::Interrupted), false),
            (TokenError::transient("busy"), true),
            (TokenError::permanent("gone"), false),
        ];
        for (error, expected) in table {
            assert_eq!(retry.next_delay(1, &error).is_some(), expected, "{error}");
            assert!(retry.next_delay(3, &error).is_none(), "{error}");
        }
        let retry = retry.on_network_errors(true);
        assert!(
            retry
                .next_delay(2, &failed(TokenErrorKind::Network))
                .is_some()
        );
        assert!(
            retry
                .next_delay(2, &failed(TokenErrorKind::Timeout))
                .is_some()
        );
        assert!(
            TokenRetry::none()
                .next_delay(1, &with_status(500))
                .is_none()
        );
    }

    #[test]
    fn a_retry_after_of_up_to_a_second_replaces_the_delay_and_a_longer_one_ends_the_fetch() {
        let delay = |asked| {
            let asked = Some(Duration::from_millis(asked));
            let error = TokenError::from_status(
                StatusCode::SERVICE_UNAVAILABLE,
                ErrorDocument::default(),
                asked,
            );
            TokenRetry::default().next_delay(1, &error)
        };
        assert_eq!(delay(0), Some(Duration::from_millis(100)));
        assert_eq!(delay(1000), Some(Duration::from_secs(1)));
        assert_eq!(delay(1001), None);
    }
}
