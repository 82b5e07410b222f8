//! ApiClientBuilder: how a typed client with a connection of its own is set up.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use ::wristband_m2m::{ConfigError, WristbandM2mClient};
use reqwest_middleware::{ClientWithMiddleware, Middleware};

use super::connection::{ApiConnection, ApiConnectionBuilder};
use super::inner::ClientInner;

/// A typed client, which `#[wristband_m2m]` generates from a trait.
///
/// A bound for functions that set up any client:
///
/// ```
/// use wristband_m2m_reqwest::wristband_m2m::{ConfigError, WristbandM2mClient};
/// use wristband_m2m_reqwest::{ApiClient, ApiClientBuilder};
///
/// fn set_up<C: ApiClient>(builder: ApiClientBuilder<C>) -> Result<C, ConfigError> {
///     builder.header("X-Source", "billing").build()
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a typed client",
    label = "expected a client that `#[wristband_m2m]` has generated, such as `OrdersClient` for a trait `Orders`"
)]
pub trait ApiClient: Sized {
    /// `base_url` of the attribute.
    #[doc(hidden)]
    const BASE_URL: Option<&'static str> = None;
    /// `timeout` of the attribute.
    #[doc(hidden)]
    const TIMEOUT: Option<Duration> = None;
    /// How many endpoints the trait has.
    #[doc(hidden)]
    const ENDPOINTS: usize = 0;
    /// The client around its inside.
    #[doc(hidden)]
    fn from_api(api: ClientInner) -> Self;
}

/// Never implemented: what a `new` without a base URL asks for, so that calling it says what to do. The parameter keeps the compiler
/// from asking before that.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no base URL",
    label = "`new` needs a base URL",
    note = "write `base_url = \"https://..\"` in `#[wristband_m2m(..)]`, or call `with_base_url`, `builder` or `on`"
)]
pub trait HasBaseUrl<Asked> {}

/// Sets up a typed client with a connection of its own; made by the `builder` function of each.
///
/// The settings are those of [`ApiConnectionBuilder`], and several clients of one API should rather share an
/// [`ApiConnection`]. The differences: `base_url` and `timeout` replace those of the trait.
///
/// | setting | default |
/// |---|---|
/// | [`base_url`](Self::base_url) | the one in the attribute, else required |
/// | [`http_client`](Self::http_client) | a new one, which follows redirects within the origin of the request only |
/// | [`with`](Self::with) | no middleware but [`WristbandAuth`](crate::WristbandAuth) |
/// | [`timeout`](Self::timeout) | the one in the attribute, else 30 s |
/// | [`max_body`](Self::max_body) | 64 MiB |
/// | [`header`](Self::header) | none |
/// | [`allow_origin`](Self::allow_origin) | `https`, and plain `http` on this machine |
/// | [`retry_on_unauthorized`](Self::retry_on_unauthorized) | on |
///
/// # Examples
///
/// ```
/// # #[cfg(feature = "macros")] {
/// use std::time::Duration;
/// use wristband_m2m_reqwest::wristband_m2m::{ConfigError, WristbandM2mClient};
/// use wristband_m2m_reqwest::{ApiError, wristband_m2m};
///
/// /// Orders.
/// #[wristband_m2m(path = "/v1")]
/// pub trait Orders {
///     /// The state of an order.
///     #[get("/orders/{id}/state")]
///     async fn state(&self, id: u64) -> Result<String, ApiError>;
/// }
///
/// fn orders(client: WristbandM2mClient, http: reqwest::Client) -> Result<OrdersClient, ConfigError> {
///     OrdersClient::builder(client)
///         .base_url("https://orders.example.com")
///         .http_client(http)
///         .timeout(Duration::from_secs(5))
///         .header("X-Source", "billing")
///         .build()
/// }
/// # }
/// ```
#[must_use = "a builder does nothing until it is built"]
pub struct ApiClientBuilder<C> {
    connection: ApiConnectionBuilder,
    built: PhantomData<fn() -> C>,
}

impl<C: ApiClient> ApiClientBuilder<C> {
    /// For generated code: `OrdersClient::builder(client)`.
    #[doc(hidden)]
    pub fn new(client: impl Into<Arc<WristbandM2mClient>>) -> Self {
        let connection = ApiConnection::builder(client);
        Self {
            connection: match C::BASE_URL {
                Some(base_url) => connection.base_url(base_url),
                None => connection,
            },
            built: PhantomData,
        }
    }

    /// Replaces the base URL of the attribute; see [`ApiConnectionBuilder::base_url`].
    pub fn base_url(self, base_url: impl AsRef<str>) -> Self {
        self.set(|connection| connection.base_url(base_url))
    }

    /// Sends requests with this client; see [`ApiConnectionBuilder::http_client`], which says what follows redirects.
    pub fn http_client(self, http: reqwest::Client) -> Self {
        self.set(|connection| connection.http_client(http))
    }

    /// Adds a middleware outside the authentication; see [`ApiConnectionBuilder::with`].
    pub fn with(self, middleware: impl Middleware) -> Self {
        self.set(|connection| connection.with(middleware))
    }

    /// Sets how long a call may take in all: waiting for a token, both tries, reading the body.
    ///
    /// Replaces the `timeout` of the trait; those of methods and of `#[timeout]` arguments take precedence.
    pub fn timeout(self, timeout: Duration) -> Self {
        self.set(|connection| connection.timeout(timeout))
    }

    /// Limits a body that is read as a whole; see [`ApiConnectionBuilder::max_body`].
    pub fn max_body(self, bytes: usize) -> Self {
        self.set(|connection| connection.max_body(bytes))
    }

    /// Sends a header with each request to the base URL's origin; see [`ApiConnectionBuilder::header`].
    pub fn header(self, name: &str, value: &str) -> Self {
        self.set(|connection| connection.header(name, value))
    }

    /// Allows a plain `http` origin; see [`ApiConnectionBuilder::allow_origin`].
    pub fn allow_origin(self, origin: impl Into<String>) -> Self {
        self.set(|connection| connection.allow_origin(origin))
    }

    /// Sets whether a request that got a 401 is sent once more with a new token. On by default.
    pub fn retry_on_unauthorized(self, retry: bool) -> Self {
        self.set(|connection| connection.retry_on_unauthorized(retry))
    }

    /// Checks all settings and makes the client. Nothing is sent, and no runtime is needed.
    ///
    /// # Errors
    ///
    /// Names the setting that is missing or wrong, and says what to write.
    pub fn build(self) -> Result<C, ConfigError> {
        let timeout = self.connection.configured_timeout().or(C::TIMEOUT);
        let connection = self.connection.build()?;
        Ok(C::from_api(ClientInner::new(
            connection,
            timeout,
            C::ENDPOINTS,
        )))
    }

    fn set(self, set: impl FnOnce(ApiConnectionBuilder) -> ApiConnectionBuilder) -> Self {
        Self {
            connection: set(self.connection),
            built: PhantomData,
        }
    }
}

/// For generated code: `OrdersClient::from_http_client(base_url, http)`.
pub fn from_http_client<C: ApiClient>(
    base_url: &str,
    http: ClientWithMiddleware,
) -> Result<C, ConfigError> {
    let connection = ApiConnection::builder_on(http).base_url(base_url);
    Ok(connection.build()?.client())
}

impl<C> fmt::Debug for ApiClientBuilder<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiClientBuilder")
            .field("connection", &self.connection)
            .finish_non_exhaustive()
    }
}
