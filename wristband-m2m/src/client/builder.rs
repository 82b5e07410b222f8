//! The settings of a client.

mod build;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::env::{self, Environment};
use crate::client::WristbandM2mClient;
use crate::fetch::secret::ClientSecret;
use crate::fetch::{SecretSource, TokenRetry, TokenSource};
#[cfg(feature = "token-store")]
use crate::store::TokenStore;

const DEFAULT_BUFFER: Duration = Duration::from_secs(60);
const DEFAULT_REFRESH_AHEAD: Duration = Duration::from_secs(60);
const DEFAULT_REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

/// Settings of a [`WristbandM2mClient`](crate::WristbandM2mClient); start with
/// [`WristbandM2mClient::builder`](crate::WristbandM2mClient::builder).
///
/// Setters cannot fail; [`build`](Self::build) validates everything and names the setting at fault.
///
/// Start with [`from_env`](Self::from_env) to take the first row from environment variables.
///
/// | setting | default |
/// |---|---|
/// | `client_id`, `client_secret`, `application_vanity_domain` | required |
/// | `client_secret_source` | none |
/// | `secondary_client_secret` | none |
/// | `token_expiration_buffer` | 60 s |
/// | `refresh_ahead` | 60 s |
/// | `background_token_refresh_interval` | off |
/// | `retry` | 3 attempts, 100 ms apart, on 5xx |
/// | `request_timeout` | 30 s per attempt |
/// | `http_client` | a new client using the enabled TLS backend |
/// | `share_connections_with` | an HTTP client of its own |
/// | `token_endpoint` | `https://{application_vanity_domain}/api/v1/oauth2/token` |
/// | `token_source` | the token endpoint |
/// | `token_store` | none |
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use wristband_m2m::WristbandM2mClient;
///
/// let client = WristbandM2mClient::builder()
///     .client_id("billing-service")
///     .client_secret("s3cr3t")
///     .application_vanity_domain("acme.us.wristband.dev")
///     .background_token_refresh_interval(Duration::from_secs(15 * 60))
///     .build()?;
/// # Ok::<(), wristband_m2m::ConfigError>(())
/// ```
#[must_use = "call build() to get a client"]
pub struct WristbandM2mClientBuilder {
    client_id: Option<String>,
    client_secret: Option<SecretSetting>,
    secondary_client_secret: Option<ClientSecret>,
    application_vanity_domain: Option<String>,
    token_expiration_buffer: Duration,
    refresh_ahead: Duration,
    background_token_refresh_interval: Option<Duration>,
    retry: TokenRetry,
    request_timeout: Duration,
    http_client: Option<reqwest::ClientBuilder>,
    default_http_client: Option<reqwest::ClientBuilder>,
    share_connections_with: Option<WristbandM2mClient>,
    token_endpoint: Option<String>,
    token_source: Option<Arc<dyn TokenSource>>,
    #[cfg(feature = "token-store")]
    token_store: Option<Arc<dyn TokenStore>>,
    environment: Environment,
}

/// The one that was set last is used.
#[derive(Clone)]
enum SecretSetting {
    Fixed(ClientSecret),
    Source(Arc<dyn SecretSource>),
}

impl WristbandM2mClientBuilder {
    pub(crate) fn new() -> Self {
        Self {
            client_id: None,
            client_secret: None,
            secondary_client_secret: None,
            application_vanity_domain: None,
            token_expiration_buffer: DEFAULT_BUFFER,
            refresh_ahead: DEFAULT_REFRESH_AHEAD,
            background_token_refresh_interval: None,
            retry: TokenRetry::default(),
            request_timeout: DEFAULT_REQUEST_TIMEOUT,
            http_client: None,
            default_http_client: None,
            share_connections_with: None,
            token_endpoint: None,
            token_source: None,
            #[cfg(feature = "token-store")]
            token_store: None,
            environment: Environment::default(),
        }
    }

    /// Returns a builder filled from the environment, to which settings can be added: from `CLIENT_ID`, `CLIENT_SECRET`
    /// and `APPLICATION_VANITY_DOMAIN`, and from these if they are set and not empty: `SECONDARY_CLIENT_SECRET`, and
    /// `CLIENT_SECRET_FILE`, the path of a [`SecretFile`](crate::SecretFile), which is used in place of `CLIENT_SECRET`.
    ///
    /// It cannot fail: [`build`](Self::build) names the variable that is missing or wrong. Setters override
    /// variables.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use std::time::Duration;
    /// use wristband_m2m::WristbandM2mClientBuilder;
    ///
    /// let client = WristbandM2mClientBuilder::from_env()
    ///     .request_timeout(Duration::from_secs(5))
    ///     .build()?;
    /// # Ok::<(), wristband_m2m::ConfigError>(())
    /// ```
    pub fn from_env() -> Self {
        Self::from_env_prefixed("")
    }

    /// Works like [`from_env`](Self::from_env), with a prefix before each name, for several clients in one process.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use wristband_m2m::WristbandM2mClientBuilder;
    ///
    /// // Reads BILLING_CLIENT_ID, BILLING_CLIENT_SECRET and so on.
    /// let client = WristbandM2mClientBuilder::from_env_prefixed("BILLING_").build()?;
    /// # Ok::<(), wristband_m2m::ConfigError>(())
    /// ```
    pub fn from_env_prefixed(prefix: &str) -> Self {
        env::builder(prefix, |name| std::env::var(name))
    }

    fn with_secret(mut self, secret: SecretSetting) -> Self {
        self.environment.forget("client_secret");
        self.environment.forget("client_secret_source");
        self.client_secret = Some(secret);
        self
    }

    pub(super) fn filled_from(mut self, environment: Environment) -> Self {
        self.environment = environment;
        self
    }

    /// Sets the id of the machine-to-machine OAuth2 client, from the Wristband dashboard. Required.
    pub fn client_id(mut self, client_id: impl Into<String>) -> Self {
        self.environment.forget("client_id");
        self.client_id = Some(client_id.into());
        self
    }

    /// Sets the secret of the machine-to-machine OAuth2 client, from the Wristband dashboard. Required, unless there is a
    /// [`client_secret_source`](Self::client_secret_source).
    pub fn client_secret(self, client_secret: impl AsRef<str>) -> Self {
        let secret = ClientSecret::new(client_secret.as_ref());
        self.with_secret(SecretSetting::Fixed(secret))
    }

    /// Sets where the secret comes from, in place of [`client_secret`](Self::client_secret): a
    /// [`SecretFile`](crate::SecretFile), or a vault by a [`SecretSource`] of your own. None by default. Of the two, the
    /// one that is set last is used.
    ///
    /// It is asked before each fetch of a token, so secrets are rotated without a restart. The secret that worked before
    /// is kept as the second one, and is used while the source fails or gives a secret that is refused: a rotation costs
    /// one refused request at most, at whatever moment it comes.
    pub fn client_secret_source(self, source: impl SecretSource) -> Self {
        self.with_secret(SecretSetting::Source(Arc::new(source)))
    }

    /// Sets a second secret to try while secrets are rotated; Wristband keeps two valid at a time. None by default.
    ///
    /// If the endpoint responds with `invalid_client`, the other secret is tried once, immediately. If it works, it is
    /// preferred from then on. A service that knows both survives a rotation whatever the order of its steps. Beside a
    /// [`client_secret_source`](Self::client_secret_source) it is the second one until the source has rotated once.
    pub fn secondary_client_secret(mut self, client_secret: impl AsRef<str>) -> Self {
        self.environment.forget("secondary_client_secret");
        self.secondary_client_secret = Some(ClientSecret::new(client_secret.as_ref()));
        self
    }

    /// Sets the application's vanity domain: a bare host such as `acme.us.wristband.dev`, optionally with a port. Required.
    pub fn application_vanity_domain(mut self, domain: impl Into<String>) -> Self {
        self.environment.forget("application_vanity_domain");
        self.application_vanity_domain = Some(domain.into());
        self
    }

    /// Sets how long before expiry a token stops being served without a refresh. Default: 60 s.
    ///
    /// Callers inside the buffer wait for the refresh: at most 5 s, at most a quarter of the life left, and only until its
    /// first attempt has failed. Then they get the old token until it expires, at once, while retries continue in the
    /// background. A buffer that is not smaller than the lifetime of a token counts as half of that lifetime.
    pub fn token_expiration_buffer(mut self, buffer: Duration) -> Self {
        self.token_expiration_buffer = buffer;
        self
    }

    /// Sets how long before the buffer a call triggers a background refresh (refresh-ahead, the
    /// stale-while-revalidate of RFC 5861). Callers do not wait for it. Default: 60 s; zero disables it.
    ///
    /// Limited to half of a token's usable life, and shortened per token by a random part of up to a quarter, so that
    /// processes that started together do not refresh together.
    pub fn refresh_ahead(mut self, window: Duration) -> Self {
        self.refresh_ahead = window;
        self
    }

    /// Fetches a new token at this interval, with or without traffic. Off by default; at least 60 s. A random tenth is
    /// added to or taken from each interval, so that a fleet that was deployed at once does not ask at once.
    ///
    /// The task starts with the first call of [`get_token`](crate::WristbandM2mClient::get_token) and stops when the last
    /// clone of the client is dropped. A failed refresh never discards a valid token; it is traced and visible in
    /// [`status`](crate::WristbandM2mClient::status).
    pub fn background_token_refresh_interval(mut self, interval: Duration) -> Self {
        self.background_token_refresh_interval = Some(interval);
        self
    }

    /// Sets how many attempts one fetch makes, and how far apart. Default: 3 attempts, 100 ms apart, on 5xx.
    pub fn retry(mut self, retry: TokenRetry) -> Self {
        self.retry = retry;
        self
    }

    /// Sets how long one attempt may take, from connecting to the last byte of the response. Default: 30 s.
    pub fn request_timeout(mut self, timeout: Duration) -> Self {
        self.request_timeout = timeout;
        self
    }

    /// Sets the HTTP client for token requests, as a builder: for a proxy, private roots or a client certificate.
    ///
    /// Redirects are disabled on it, because a redirect would post the secret to another address; so are idle
    /// connections, whose peer or runtime may be gone by the next request, and the verbose connection log, which would
    /// show the secret. Default: a client with a connect timeout of 5 s that takes proxies from the environment, except
    /// for a [`token_endpoint`](Self::token_endpoint) on loopback. A client of your own sends loopback requests through
    /// its proxy, which then sees the secret in plain text: call `no_proxy()` on it.
    ///
    /// ```
    /// use std::time::Duration;
    /// use wristband_m2m::WristbandM2mClient;
    ///
    /// let http = reqwest::Client::builder().connect_timeout(Duration::from_secs(2));
    /// let builder = WristbandM2mClient::builder().http_client(http);
    /// # let _ = builder;
    /// ```
    pub fn http_client(mut self, http: reqwest::ClientBuilder) -> Self {
        self.http_client = Some(http);
        self
    }

    /// Uses the HTTP client of `client` for token requests: its TLS settings, its proxy, its resolver. By default each client
    /// has its own.
    ///
    /// For a service with a client for each of many tenants. An HTTP client loads the root certificates and costs some
    /// hundred kilobytes; a token client that shares one costs less than 4 KB, and less than 10 KB with a token of 1,000
    /// characters on a machine with 2 cores. Tokens, secrets and failures are not shared, and either client may be dropped
    /// first. It cannot be combined with [`http_client`](Self::http_client).
    ///
    /// # Examples
    ///
    /// ```
    /// use wristband_m2m::WristbandM2mClient;
    ///
    /// let tenant = |id: &str, secret: &str| {
    ///     WristbandM2mClient::builder()
    ///         .client_id(id)
    ///         .client_secret(secret)
    ///         .application_vanity_domain("acme.us.wristband.dev")
    /// };
    /// let first = tenant("first", "s3cr3t").build()?;
    /// let second = tenant("second", "an0ther").share_connections_with(&first).build()?;
    /// # Ok::<(), wristband_m2m::ConfigError>(())
    /// ```
    pub fn share_connections_with(mut self, client: &WristbandM2mClient) -> Self {
        self.share_connections_with = Some(client.clone());
        self
    }

    /// What is used in place of our own HTTP client, if no setting names one.
    #[cfg(feature = "testing")]
    pub(crate) fn default_http_client(mut self, http: reqwest::ClientBuilder) -> Self {
        self.default_http_client = Some(http);
        self
    }

    /// Sets the whole URL of the token endpoint, for tests and gateways: `https`, or `http` on loopback only. The domain
    /// is then not required. Default: `https://{application_vanity_domain}/api/v1/oauth2/token`.
    pub fn token_endpoint(mut self, url: &str) -> Self {
        self.token_endpoint = Some(url.to_owned());
        self
    }

    /// Replaces the token endpoint by another source of tokens. Id, secret and domain are then not required.
    pub fn token_source(mut self, source: impl TokenSource) -> Self {
        self.token_source = Some(Arc::new(source));
        self
    }

    /// Shares the token with all processes that have the same client, secret and store. None by default.
    ///
    /// One process fetches a token and the others adopt it, also after a revocation. The store sees sealed bytes only, and
    /// is never needed: while it fails, each process fetches its own token, and
    /// [`status().store()`](crate::TokenStatus::store) says so. See [`TokenStore`] for what a store must do,
    /// `RedisTokenStore` (feature `redis`) and `FileTokenStore` (feature `file-store`).
    ///
    /// The records are encrypted with a key that is derived from the client secret, so a store cannot be combined with a
    /// [`token_source`](Self::token_source), which has none.
    #[cfg(feature = "token-store")]
    pub fn token_store(mut self, store: impl TokenStore) -> Self {
        self.token_store = Some(Arc::new(store));
        self
    }
}

impl fmt::Debug for SecretSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(secret) => secret.fmt(f),
            Self::Source(_) => f.write_str("SecretSource"),
        }
    }
}

impl fmt::Debug for WristbandM2mClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WristbandM2mClientBuilder")
            .field("client_id", &self.client_id)
            .field("client_secret", &self.client_secret)
            .field("secondary_client_secret", &self.secondary_client_secret)
            .field("application_vanity_domain", &self.application_vanity_domain)
            .field("token_expiration_buffer", &self.token_expiration_buffer)
            .field("refresh_ahead", &self.refresh_ahead)
            .field(
                "background_token_refresh_interval",
                &self.background_token_refresh_interval,
            )
            .field("retry", &self.retry)
            .field("request_timeout", &self.request_timeout)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
