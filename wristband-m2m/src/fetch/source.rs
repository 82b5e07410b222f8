//! The seam for tokens that come from elsewhere.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::error::TokenError;

/// Fetches one token.
///
/// By default tokens come from Wristband's token endpoint. Replace it with
/// [`token_source`](crate::WristbandM2mClientBuilder::token_source) to read a token from a sidecar or a file, or to
/// script one in a test. Single flight, expiry, retries and the rate limit apply to every source.
///
/// A fetch that takes longer than [`request_timeout`](crate::WristbandM2mClientBuilder::request_timeout) is dropped and
/// fails with [`Timeout`](crate::TokenErrorKind::Timeout). A fetch that panics fails with
/// [`Interrupted`](crate::TokenErrorKind::Interrupted).
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use wristband_m2m::{IssuedToken, TokenError, TokenSource, WristbandM2mClient, async_trait};
///
/// struct Sidecar;
///
/// #[async_trait]
/// impl TokenSource for Sidecar {
///     async fn fetch_token(&self) -> Result<IssuedToken, TokenError> {
///         let token = tokio::fs::read_to_string("/var/run/secrets/token")
///             .await
///             .map_err(TokenError::transient)?;
///         Ok(IssuedToken::new(token.trim(), Duration::from_secs(300)))
///     }
/// }
///
/// let client = WristbandM2mClient::builder().token_source(Sidecar).build()?;
/// # Ok::<(), wristband_m2m::ConfigError>(())
/// ```
#[async_trait]
pub trait TokenSource: Send + Sync + 'static {
    /// Makes one attempt to get a token. Do not retry here: the client does.
    ///
    /// # Errors
    ///
    /// Return [`TokenError::transient`] for failures worth a retry, [`TokenError::permanent`] for all others.
    async fn fetch_token(&self) -> Result<IssuedToken, TokenError>;
}

#[async_trait]
impl<S: TokenSource + ?Sized> TokenSource for Arc<S> {
    async fn fetch_token(&self) -> Result<IssuedToken, TokenError> {
        (**self).fetch_token().await
    }
}

/// A token and its lifetime, as returned by a [`TokenSource`].
///
/// The lifetime is counted from before the fetch began. A token that is not allowed in a header (empty, or with spaces,
/// control or non-ASCII characters), or that has expired when it arrives, is refused as
/// [`InvalidResponse`](crate::TokenErrorKind::InvalidResponse). Lifetimes above a year are cut to one.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use wristband_m2m::IssuedToken;
///
/// let issued = IssuedToken::new("eyJhbGciOi...", Duration::from_secs(3600));
/// assert!(!format!("{issued:?}").contains("eyJ"));
/// ```
#[derive(Clone)]
pub struct IssuedToken {
    pub(crate) value: String,
    pub(crate) life: Duration,
}

impl IssuedToken {
    /// Creates a token with its lifetime (`expires_in`).
    pub fn new(value: impl Into<String>, expires_in: Duration) -> Self {
        Self {
            value: value.into(),
            life: expires_in,
        }
    }
}

impl fmt::Debug for IssuedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IssuedToken")
            .field("expires_in", &self.life)
            .finish_non_exhaustive()
    }
}
