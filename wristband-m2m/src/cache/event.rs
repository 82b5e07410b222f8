//! What is traced when the cache changes.

use std::time::Duration;

use crate::error::TokenError;

/// Made while the cache's state is locked, and told once it is not: a subscriber may be slow, or look at the client's
/// status itself.
pub(super) enum CacheEvent {
    Fetched {
        expires_in: Duration,
        /// How many requests in a row had failed before.
        failures: u32,
    },
    Failed {
        error: TokenError,
        failures: u32,
        /// The life left in the token at hand.
        left: Duration,
    },
    NotKept,
    Lost,
}

impl CacheEvent {
    /// A warning when backoff begins, and none for each failure after it.
    pub(super) fn trace(self) {
        match self {
            Self::Fetched {
                expires_in,
                failures: 0,
            } => {
                tracing::debug!(expires_in = expires_in.as_secs(), "a token was fetched");
            }
            Self::Fetched {
                expires_in,
                failures,
            } => tracing::info!(
                expires_in = expires_in.as_secs(),
                failures,
                "a token was fetched again after failures"
            ),
            Self::Failed {
                error,
                failures: 1,
                left,
            } if left.is_zero() => {
                tracing::warn!(%error, "a token request failed, and there is no token to go on with");
            }
            Self::Failed {
                error,
                failures: 1,
                left,
            } => tracing::warn!(
                %error,
                expires_in = left.as_secs(),
                "a token refresh failed, and the token at hand goes on being used"
            ),
            Self::Failed {
                error, failures, ..
            } => {
                tracing::debug!(%error, failures, "a token request failed again");
            }
            Self::NotKept => {
                tracing::debug!("the cache was cleared meanwhile, and the outcome is not kept");
            }
            Self::Lost => tracing::warn!(
                "a token request was lost: the runtime that it ran on ended or stands still"
            ),
        }
    }
}
