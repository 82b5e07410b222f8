//! A token request under way.

use tokio::time::Instant;

use super::meter;
use crate::error::{TokenError, TokenErrorKind};
use crate::token::AccessToken;

/// Counts one request when it has an outcome, or when it is dropped without one.
pub(crate) struct TokenRequest {
    since: Instant,
    has_ended: bool,
}

impl TokenRequest {
    pub(crate) fn begin() -> Self {
        Self {
            since: Instant::now(),
            has_ended: false,
        }
    }

    pub(crate) fn end(mut self, result: &Result<AccessToken, TokenError>) {
        self.has_ended = true;
        self.count(match result {
            Ok(_) => "success",
            Err(error) => error.kind().name(),
        });
    }

    fn count(&self, outcome: &'static str) {
        let labels = [("outcome", outcome)];
        meter::count("wristband_m2m_token_requests_total", &labels);
        meter::observe(
            "wristband_m2m_token_request_duration_seconds",
            &labels,
            self.since.elapsed(),
        );
    }
}

impl Drop for TokenRequest {
    fn drop(&mut self) {
        if !self.has_ended {
            self.count(TokenErrorKind::Interrupted.name());
        }
    }
}
