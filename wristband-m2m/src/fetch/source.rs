//! The one seam: where tokens come from.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::error::TokenError;

/// Fetches one token.
///
/// The client's own source is Wristband's token endpoint. Put another in its place with
/// [`token_source`](crate::WristbandM2mClientBuilder::token_source), to read a token from a sidecar or a file, or to
/// script one in a test. The cache in front of it stays as it is: one fetch at a time, expiry, retries and pacing
/// hold for every source.
///
/// A fetch is given the client's [`request_timeout`](crate::WristbandM2mClientBuilder::request_timeout); past it the
/// future is dropped and the attempt counts as a [`Timeout`](crate::TokenErrorKind::Timeout). A fetch that panics is
/// an [`Interrupted`](crate::TokenErrorKind::Interrupted) one.
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
    /// One attempt to get a token. Do not retry in here: the client does.
    ///
    /// # Errors
    ///
    /// [`TokenError::transient`] for what may pass, which is retried; [`TokenError::permanent`] for what will not.
    async fn fetch_token(&self) -> Result<IssuedToken, TokenError>;
}

#[async_trait]
impl<S: TokenSource + ?Sized> TokenSource for Arc<S> {
    async fn fetch_token(&self) -> Result<IssuedToken, TokenError> {
        (**self).fetch_token().await
    }
}

/// What a [`TokenSource`] hands over: a token and how long it lives from now.
///
/// The life is counted from before the fetch began. A token that cannot stand in a header (empty, or with spaces,
/// control or non-ASCII characters), or whose life is over when it arrives, is refused as
/// [`InvalidResponse`](crate::TokenErrorKind::InvalidResponse). Lives above a year are cut to one.
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
    /// A token as it was issued, with its life (`expires_in`).
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
