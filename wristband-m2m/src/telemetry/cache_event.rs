//! Events of the cache.

use std::time::Duration;

use super::meter;
use crate::error::TokenError;

/// Made while the cache's state is locked, and traced once it is not: a subscriber may be slow, or look at the client's
/// status itself.
pub(crate) enum CacheEvent {
    Fetched {
        expires_in: Duration,
        /// How many fetches in a row had failed before.
        failures: u32,
        /// The life left in the token that it replaces, unless there was none or an API had rejected it.
        replaced: Option<Duration>,
    },
    Failed {
        error: TokenError,
        failures: u32,
        /// The life left in the token at hand.
        left: Duration,
    },
    NotKept,
    Abandoned,
}

impl CacheEvent {
    /// Warns when refreshes begin to fail, and not at each failure after it.
    pub(crate) fn trace(self) {
        if let Self::Fetched {
            replaced: Some(remaining),
            ..
        } = self
        {
            meter::observe("wristband_m2m_token_remaining_seconds", &[], remaining);
        }
        match self {
            Self::Fetched {
                expires_in,
                failures: 0,
                ..
            } => {
                tracing::debug!(expires_in = expires_in.as_secs(), "fetched a token");
            }
            Self::Fetched {
                expires_in,
                failures,
                ..
            } => tracing::info!(
                expires_in = expires_in.as_secs(),
                failures,
                "fetched a token after failures"
            ),
            Self::Failed {
                error,
                failures: 1,
                left,
            } if left.is_zero() => {
                tracing::warn!(%error, "token request failed; no token to serve");
            }
            Self::Failed {
                error,
                failures: 1,
                left,
            } => tracing::warn!(
                %error,
                expires_in = left.as_secs(),
                "token refresh failed; serving the cached token"
            ),
            Self::Failed {
                error, failures, ..
            } => {
                tracing::debug!(%error, failures, "token request failed again");
            }
            Self::NotKept => {
                tracing::debug!(
                    "dropped the result of a token request: the cache was cleared, or the token rejected, after it was sent"
                );
            }
            Self::Abandoned => tracing::warn!(
                "a token request was abandoned: its Tokio runtime shut down or is not driven"
            ),
        }
    }
}
