//! A snapshot of the client for readiness endpoints.

use std::time::Duration;

use crate::error::TokenError;

/// A snapshot of a client's token, taken without I/O by [`WristbandM2mClient::status`](crate::WristbandM2mClient::status).
///
/// # Examples
///
/// ```
/// use wristband_m2m::WristbandM2mClient;
///
/// fn report(client: &WristbandM2mClient) -> String {
///     let status = client.status();
///     match status.last_error() {
///         Some(error) => format!("{:?}: {error}", status.state()),
///         None => format!("{:?}, expires in {:?}", status.state(), status.expires_in()),
///     }
/// }
/// ```
#[derive(Clone, Debug)]
pub struct TokenStatus {
    pub(crate) state: TokenState,
    pub(crate) expires_in: Option<Duration>,
    pub(crate) last_error: Option<TokenError>,
    pub(crate) token_requests: u64,
    #[cfg(feature = "token-store")]
    pub(crate) store: crate::store::StoreState,
    #[cfg(feature = "token-store")]
    pub(crate) store_error: Option<crate::store::StoreError>,
}

/// The state of a client's token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TokenState {
    /// There is no token: none was requested yet, or it was cleared.
    Empty,
    /// A token is cached and has not reached its expiration buffer.
    Fresh,
    /// The token is in its expiration buffer or expired, and no refresh was tried yet.
    Stale,
    /// A token request is under way.
    Refreshing,
    /// Tokens are served although the last refresh failed; refreshes continue.
    Degraded,
    /// The last token request failed and there is no token to serve. The next call tries again.
    Failed,
}

impl TokenStatus {
    /// Returns the state of the token.
    #[must_use]
    pub fn state(&self) -> TokenState {
        self.state
    }

    /// Returns the remaining lifetime of the cached token, buffer included; `None` if there is none or it has expired.
    #[must_use]
    pub fn expires_in(&self) -> Option<Duration> {
        self.expires_in
    }

    /// Returns why the last token request failed; `None` once one has succeeded or the token was cleared.
    ///
    /// Also returns what is wrong with a [`SecretSource`](crate::SecretSource), or with the secret that it gives, while
    /// tokens are fetched with the last secret that worked. Then [`state()`](Self::state) looks healthy, and this
    /// error that it will not be after the next rotation.
    #[must_use]
    pub fn last_error(&self) -> Option<TokenError> {
        self.last_error.clone()
    }

    /// Returns how many token requests this client and its clones have sent, retries included.
    #[must_use]
    pub fn token_requests(&self) -> u64 {
        self.token_requests
    }

    /// Returns whether tokens are shared through a [`token_store`](crate::WristbandM2mClientBuilder::token_store).
    #[cfg(feature = "token-store")]
    #[must_use]
    pub fn store(&self) -> crate::store::StoreState {
        self.store
    }

    /// Returns why the token store is [`Degraded`](crate::StoreState::Degraded).
    #[cfg(feature = "token-store")]
    #[must_use]
    pub fn store_error(&self) -> Option<crate::store::StoreError> {
        self.store_error.clone()
    }
}
