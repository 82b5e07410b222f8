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

    /// Whether another attempt follows after `attempts` attempts, the last of which failed with `error`.
    pub(crate) fn goes_on(&self, attempts: u32, error: &TokenError) -> bool {
        let retried = match error.kind() {
            TokenErrorKind::Unavailable => true,
            TokenErrorKind::Network | TokenErrorKind::Timeout => self.on_network_errors,
            TokenErrorKind::Source => error.is_transient(),
            _ => false,
        };
        retried && attempts < self.attempts
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
    use http::StatusCode;

    fn answered(status: u16) -> TokenError {
        TokenError::from_status(StatusCode::from_u16(status).unwrap(), None, None)
    }

    fn failed(kind: TokenErrorKind) -> TokenError {
        TokenError::new(kind, "failed")
    }

    #[test]
    fn what_is_retried() {
        let retry = TokenRetry::default();
        let table = [
            (answered(500), true),
            (answered(503), true),
            (answered(400), false),
            (answered(401), false),
            (answered(408), false),
            (answered(429), false),
            (answered(307), false),
            (failed(TokenErrorKind::Network), false),
            (failed(TokenErrorKind::Timeout), false),
            (failed(TokenErrorKind::InvalidResponse), false),
            (failed(TokenErrorKind::Interrupted), false),
            (TokenError::transient("busy"), true),
            (TokenError::permanent("gone"), false),
        ];
        for (error, expected) in table {
            assert_eq!(retry.goes_on(1, &error), expected, "{error}");
            assert!(!retry.goes_on(3, &error), "{error}");
        }
        let retry = retry.on_network_errors(true);
        assert!(retry.goes_on(2, &failed(TokenErrorKind::Network)));
        assert!(retry.goes_on(2, &failed(TokenErrorKind::Timeout)));
        assert!(!TokenRetry::none().goes_on(1, &answered(500)));
    }
}
