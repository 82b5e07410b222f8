//! What a readiness endpoint wants to know.

use std::time::Duration;

use crate::error::TokenError;

/// A snapshot of a client's token, taken without I/O by [`WristbandM2mClient::status`](crate::WristbandM2mClient::status).
///
/// # Examples
///
/// ```
/// use wristband_m2m::{TokenState, WristbandM2mClient};
///
/// fn is_ready(client: &WristbandM2mClient) -> bool {
///     client.status().state() != TokenState::Failed
/// }
/// ```
#[derive(Clone, Debug)]
pub struct TokenStatus {
    pub(crate) state: TokenState,
    pub(crate) expires_in: Option<Duration>,
    pub(crate) last_error: Option<TokenError>,
    pub(crate) token_requests: u64,
}

/// Where a client's token stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TokenState {
    /// No token yet, or it was cleared, and nobody has asked since.
    Empty,
    /// A token is cached and has not reached its expiration buffer.
    Fresh,
    /// The token is in its expiration buffer, or past its end, and no refresh was tried yet.
    Stale,
    /// A token request is under way.
    Refreshing,
    /// Tokens are served, and the last refresh failed; refreshes go on.
    Degraded,
    /// The last token request failed, and there is no token to serve. The next call tries again.
    Failed,
}

impl TokenStatus {
    /// Where the token stands.
    #[must_use]
    pub fn state(&self) -> TokenState {
        self.state
    }

    /// The life left in the cached token, buffer included; `None` when there is none, or it has ended.
    #[must_use]
    pub fn expires_in(&self) -> Option<Duration> {
        self.expires_in
    }

    /// Why the last token request failed; `None` once one has succeeded or the token was cleared.
    #[must_use]
    pub fn last_error(&self) -> Option<TokenError> {
        self.last_error.clone()
    }

    /// How many token requests this client and its clones have sent, retries included.
    #[must_use]
    pub fn token_requests(&self) -> u64 {
        self.token_requests
    }
}
