//! The public handle. It holds no logic.

mod builder;
mod endpoint_url;
mod env;
mod http_client;

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use crate::cache::{BackgroundRefresh, TokenCache};
use crate::config_error::ConfigError;
use crate::error::TokenError;
use crate::fetch::endpoint::TokenEndpoint;
use crate::status::TokenStatus;
use crate::token::AccessToken;

pub use self::builder::WristbandM2mClientBuilder;
#[cfg(feature = "testing")]
pub(crate) use self::endpoint_url::TOKEN_PATH;
pub use self::endpoint_url::is_loopback;

/// Gets machine-to-machine access tokens from Wristband, and caches them.
///
/// A cheap handle: clones share one cache, one token request at a time, and one background task. Create one for the
/// whole process and pass clones around, or an `Arc` if you prefer.
///
/// # Examples
///
/// ```
/// use wristband_m2m::{TokenError, WristbandM2mClient};
///
/// async fn bearer(client: &WristbandM2mClient) -> Result<String, TokenError> {
///     let token = client.get_token().await?;
///     Ok(format!("Bearer {}", token.as_str()))
/// }
/// ```
#[derive(Clone)]
pub struct WristbandM2mClient(Arc<Handle>);

type BoxedFetch<'a> = Pin<Box<dyn Future<Output = Result<AccessToken, TokenError>> + Send + 'a>>;

/// What all clones share. The cache is behind a pointer of its own, because running work holds the cache and must not
/// keep the handle alive.
struct Handle {
    cache: Arc<TokenCache>,
    background: Option<BackgroundRefresh>,
    application_vanity_domain: Option<Box<str>>,
}

impl WristbandM2mClient {
    /// Returns a builder; see [`WristbandM2mClientBuilder`] for the settings and their defaults.
    ///
    /// # Examples
    ///
    /// ```
    /// use wristband_m2m::WristbandM2mClient;
    ///
    /// let client = WristbandM2mClient::builder()
    ///     .client_id("billing-service")
    ///     .client_secret("s3cr3t")
    ///     .application_vanity_domain("acme.us.wristband.dev")
    ///     .build()?;
    /// # Ok::<(), wristband_m2m::ConfigError>(())
    /// ```
    pub fn builder() -> WristbandM2mClientBuilder {
        WristbandM2mClientBuilder::new()
    }

    /// Builds a client from the environment variables `CLIENT_ID`, `CLIENT_SECRET` and `APPLICATION_VANITY_DOMAIN`, with
    /// all other settings at their defaults. [`WristbandM2mClientBuilder::from_env`] lists the optional variables and
    /// takes further settings.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] names the variable that is missing or wrong.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// let client = wristband_m2m::WristbandM2mClient::from_env()?;
    /// # Ok::<(), wristband_m2m::ConfigError>(())
    /// ```
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::from_env_prefixed("")
    }

    /// Works like [`from_env`](Self::from_env), with a prefix before each name, for several clients in one process.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] names the variable that is missing or wrong.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// // Reads BILLING_CLIENT_ID, BILLING_CLIENT_SECRET and BILLING_APPLICATION_VANITY_DOMAIN.
    /// let client = wristband_m2m::WristbandM2mClient::from_env_prefixed("BILLING_")?;
    /// # Ok::<(), wristband_m2m::ConfigError>(())
    /// ```
    pub fn from_env_prefixed(prefix: &str) -> Result<Self, ConfigError> {
        WristbandM2mClientBuilder::from_env_prefixed(prefix).build()
    }

    /// Returns the cached token, or fetches one.
    ///
    /// At most one token request is under way, however many callers there are. In steady traffic no call waits: a refresh
    /// starts ahead of the expiration buffer while the old token is still served. Without a valid token the wait is bounded
    /// by the attempts of one fetch, each limited by
    /// [`request_timeout`](WristbandM2mClientBuilder::request_timeout), plus any rate-limit delay. If the runtime that
    /// drives the fetch stands still, waiting callers start another after 3 s.
    ///
    /// # Errors
    ///
    /// Returns a [`TokenError`] if there is no valid token and none could be fetched;
    /// [`is_transient`](TokenError::is_transient) says whether a later call may succeed. The next call tries again.
    ///
    /// # Cancellation
    ///
    /// Cancel-safe. The request continues for the other callers and for the cache.
    ///
    /// # Examples
    ///
    /// ```
    /// # use wristband_m2m::{TokenError, testing::MockWristband};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), TokenError> {
    /// # let mock = MockWristband::start().await;
    /// # let client = mock.client();
    /// let first = client.get_token().await?;
    /// let second = client.get_token().await?;
    /// assert!(first.is_same_token(&second));
    /// assert_eq!(client.status().token_requests(), 1);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn get_token(&self) -> Result<AccessToken, TokenError> {
        match self.0.cache.fresh_token(Duration::ZERO) {
            Some(token) => Ok(token),
            None => self.fetch_token(Duration::ZERO).await,
        }
    }

    /// Returns a token that is valid for at least `min_lifetime`, refreshing early if necessary.
    ///
    /// For a long job that cannot replace its token midway. If the endpoint issues tokens with a shorter lifetime, such a
    /// token is returned, and it is not fetched again for that reason until it has lost a sixtieth of its life. While the
    /// endpoint is unavailable, a valid but shorter-lived token is returned.
    ///
    /// # Errors
    ///
    /// Same as [`get_token`](Self::get_token).
    ///
    /// # Cancellation
    ///
    /// Same as [`get_token`](Self::get_token).
    ///
    /// # Examples
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use wristband_m2m::{TokenError, testing::MockWristband};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), TokenError> {
    /// # let mock = MockWristband::start().await;
    /// # let client = mock.client();
    /// let token = client.get_token_valid_for(Duration::from_secs(30 * 60)).await?;
    /// assert!(token.remaining() >= Duration::from_secs(30 * 60));
    /// # Ok(())
    /// # }
    /// ```
    pub async fn get_token_valid_for(
        &self,
        min_lifetime: Duration,
    ) -> Result<AccessToken, TokenError> {
        match self.0.cache.fresh_token(min_lifetime) {
            Some(token) => Ok(token),
            None => self.fetch_token(min_lifetime).await,
        }
    }

    /// Clears the cache; the next call fetches a token.
    ///
    /// A request under way continues for the callers that wait for it, but its token is not cached.
    /// To handle a 401, use [`replace_token`](Self::replace_token).
    ///
    /// # Examples
    ///
    /// ```
    /// # use wristband_m2m::{TokenError, testing::MockWristband};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), TokenError> {
    /// # let mock = MockWristband::start().await;
    /// # let client = mock.client();
    /// let before = client.get_token().await?;
    /// client.clear_token();
    /// assert!(!client.get_token().await?.is_same_token(&before));
    /// # Ok(())
    /// # }
    /// ```
    pub fn clear_token(&self) {
        self.0.cache.clear();
    }

    /// Clears the cache if `rejected` is still the cached token, and returns whether it was.
    ///
    /// If many requests fail with the same revoked token, only the first clears it; later calls do not evict its
    /// replacement. A 401 handler that wants the other callers to keep the token until then uses
    /// [`replace_token`](Self::replace_token).
    ///
    /// # Examples
    ///
    /// ```
    /// # use wristband_m2m::{TokenError, testing::MockWristband};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), TokenError> {
    /// # let mock = MockWristband::start().await;
    /// # let client = mock.client();
    /// let rejected = client.get_token().await?;
    /// assert!(client.clear_token_if(&rejected));
    ///
    /// let replacement = client.get_token().await?;
    /// assert!(!client.clear_token_if(&rejected));
    /// assert!(client.get_token().await?.is_same_token(&replacement));
    /// # Ok(())
    /// # }
    /// ```
    pub fn clear_token_if(&self, rejected: &AccessToken) -> bool {
        self.0.cache.clear_if(rejected)
    }

    /// Returns a snapshot for readiness endpoints and metrics. Does no I/O, and starts no refresh: a readiness endpoint also
    /// calls [`cached_token`](Self::cached_token), since an instance that is not ready gets no other traffic.
    ///
    /// # Examples
    ///
    /// ```
    /// # use wristband_m2m::{TokenError, TokenState, testing::MockWristband};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), TokenError> {
    /// # let mock = MockWristband::start().await;
    /// # let client = mock.client();
    /// assert_eq!(client.status().state(), TokenState::Empty);
    /// client.get_token().await?;
    /// assert_eq!(client.status().state(), TokenState::Fresh);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn status(&self) -> TokenStatus {
        self.0.cache.status()
    }

    /// Replaces a token that an API has rejected, and returns its replacement.
    ///
    /// Call this from a 401 handler. If many requests fail with the same token, they share one token request; if it has
    /// been replaced already, the cached token is returned. One API's 401 may be a revocation or that API's own trouble,
    /// so all other callers are served the rejected token until its replacement arrives, and the state is
    /// [`Degraded`](crate::TokenState::Degraded) meanwhile. To stop serving a token at once, use
    /// [`clear_token`](Self::clear_token).
    ///
    /// # Errors
    ///
    /// Returns a [`TokenError`] if no other token could be fetched. Until the back-off after such a failure has passed,
    /// further calls with the same token fail at once, with the same error.
    ///
    /// # Cancellation
    ///
    /// Same as [`get_token`](Self::get_token).
    ///
    /// # Examples
    ///
    /// ```
    /// # use wristband_m2m::{TokenError, testing::MockWristband};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), TokenError> {
    /// # let mock = MockWristband::start().await;
    /// # let client = mock.client();
    /// let rejected = client.get_token().await?;
    /// let token = client.replace_token(&rejected).await?;
    /// assert!(!token.is_same_token(&rejected));
    /// assert!(client.replace_token(&rejected).await?.is_same_token(&token));
    /// # Ok(())
    /// # }
    /// ```
    pub async fn replace_token(&self, rejected: &AccessToken) -> Result<AccessToken, TokenError> {
        self.ensure_background();
        self.0.cache.replace(rejected).await
    }

    /// Returns the cached token if it is valid, without waiting.
    ///
    /// For synchronous code such as gRPC interceptors. Inside a Tokio runtime it also starts the refresh that is due, or
    /// the first fetch, whose token the next call finds. An expired token is never returned.
    ///
    /// # Examples
    ///
    /// ```
    /// # use wristband_m2m::{TokenError, testing::MockWristband};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), TokenError> {
    /// # let mock = MockWristband::start().await;
    /// # let client = mock.client();
    /// assert!(client.cached_token().is_none());
    /// let token = client.get_token().await?;
    /// assert!(client.cached_token().unwrap().is_same_token(&token));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn cached_token(&self) -> Option<AccessToken> {
        let cache = &self.0.cache;
        cache.fresh_token(Duration::ZERO).or_else(|| {
            self.ensure_background();
            cache.valid_token()
        })
    }

    /// Returns the application's vanity domain, for calls of Wristband's own API at `https://{domain}/api/v1`; `None` if
    /// none was set.
    ///
    /// # Examples
    ///
    /// ```
    /// use wristband_m2m::WristbandM2mClient;
    ///
    /// let client = WristbandM2mClient::builder()
    ///     .client_id("billing-service")
    ///     .client_secret("s3cr3t")
    ///     .application_vanity_domain("acme.us.wristband.dev")
    ///     .build()?;
    /// assert_eq!(client.application_vanity_domain(), Some("acme.us.wristband.dev"));
    /// # Ok::<(), wristband_m2m::ConfigError>(())
    /// ```
    #[must_use]
    pub fn application_vanity_domain(&self) -> Option<&str> {
        self.0.application_vanity_domain.as_deref()
    }

    /// Returns whether another process fetched `token`: it may be older than a rejection that this process has seen.
    #[doc(hidden)]
    #[must_use]
    pub fn is_adopted(&self, token: &AccessToken) -> bool {
        self.0.cache.is_adopted(token)
    }

    pub(crate) fn new(
        cache: TokenCache,
        background: Option<BackgroundRefresh>,
        application_vanity_domain: Option<String>,
    ) -> Self {
        Self(Arc::new(Handle {
            cache: Arc::new(cache),
            background,
            application_vanity_domain: application_vanity_domain.map(String::into_boxed_str),
        }))
    }

    /// Returns the token endpoint; `None` with a custom source.
    pub(crate) fn endpoint(&self) -> Option<&TokenEndpoint> {
        self.0.cache.endpoint()
    }

    #[cfg(feature = "blocking")]
    pub(crate) fn fresh_token(&self, min_lifetime: Duration) -> Option<AccessToken> {
        self.0.cache.fresh_token(min_lifetime)
    }

    /// Boxed, so that the future of a call that hits the cache, which is nearly every one, is a few words.
    fn fetch_token(&self, min_lifetime: Duration) -> BoxedFetch<'_> {
        self.ensure_background();
        Box::pin(self.0.cache.token(min_lifetime))
    }

    fn ensure_background(&self) {
        if let Some(background) = &self.0.background {
            background.ensure_running(&self.0.cache);
        }
    }
}

impl fmt::Debug for WristbandM2mClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WristbandM2mClient")
            .field("state", &self.status().state())
            .finish_non_exhaustive()
    }
}

/// Lets all that takes an `impl Into<Arc<WristbandM2mClient>>` take `&client` too.
impl From<&WristbandM2mClient> for Arc<WristbandM2mClient> {
    fn from(client: &WristbandM2mClient) -> Self {
        Arc::new(client.clone())
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        // First what starts flights, then the flight.
        self.background = None;
        self.cache.shut_down();
    }
}
