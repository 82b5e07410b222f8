//! ApiClientBuilder: how a generated client is set up.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use ::wristband_m2m::{ConfigError, WristbandM2mClient};
use http::HeaderMap;
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware, Middleware};

use crate::client::base_url::BaseUrl;
use crate::client::inner::{ClientInner, HttpStack};
use crate::client::request::headers;
use crate::middleware::WristbandAuth;
use crate::middleware::origin::Origin;
use crate::middleware::redirect::same_origin_redirects;

/// What the macro says about a client.
pub trait ApiClient: Sized {
    /// `base_url` of the attribute.
    const BASE_URL: Option<&'static str> = None;
    /// `timeout` of the attribute.
    const TIMEOUT: Duration = Duration::from_secs(30);
    /// The client around its inside.
    fn from_api(api: ClientInner) -> Self;
}

/// Sets up a typed client; made by the `builder` function of each.
///
/// | setting | default |
/// |---|---|
/// | [`base_url`](Self::base_url) | the one in the attribute, else required |
/// | [`http_client`](Self::http_client) | an own one, which follows redirects within the origin of the request only |
/// | [`with`](Self::with) | no middleware but [`WristbandAuth`](crate::WristbandAuth) |
/// | [`timeout`](Self::timeout) | the one in the attribute, else 30 s |
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
    client: Arc<WristbandM2mClient>,
    base_url: Option<String>,
    http: Option<reqwest::Client>,
    middleware: Vec<Arc<dyn Middleware>>,
    timeout: Option<Duration>,
    headers: Vec<(String, String)>,
    origins: Vec<String>,
    retry_on_unauthorized: bool,
    built: PhantomData<fn() -> C>,
}

impl<C: ApiClient> ApiClientBuilder<C> {
    /// For generated code: `OrdersClient::builder(client)`.
    #[doc(hidden)]
    pub fn new(client: impl Into<Arc<WristbandM2mClient>>) -> Self {
        Self {
            client: client.into(),
            base_url: C::BASE_URL.map(str::to_owned),
            http: None,
            middleware: Vec::new(),
            timeout: None,
            headers: Vec::new(),
            origins: Vec::new(),
            retry_on_unauthorized: true,
            built: PhantomData,
        }
    }

    /// Where the API is: scheme, host, port if it is not the usual one, and a path if every endpoint has it in common.
    ///
    /// Replaces the one in the attribute. It must be `https`, or `http` on this machine; any other plain `http` must be
    /// named with [`allow_origin`](Self::allow_origin). The token goes to this origin and to no other.
    pub fn base_url(mut self, base_url: impl AsRef<str>) -> Self {
        self.base_url = Some(base_url.as_ref().to_owned());
        self
    }

    /// Sends requests with this client, so that several typed clients share its connections.
    ///
    /// Give it [`same_origin_redirects`](crate::same_origin_redirects) unless redirects to other hosts are wanted; the
    /// token does not follow them in any case.
    pub fn http_client(mut self, http: reqwest::Client) -> Self {
        self.http = Some(http);
        self
    }

    /// Adds a middleware; may be repeated. The first is the outermost, and all of them are outside the authentication:
    /// a retrying one has each of its tries authenticated anew.
    pub fn with(mut self, middleware: impl Middleware) -> Self {
        self.middleware.push(Arc::new(middleware));
        self
    }

    /// How long a call may take in all: waiting for a token, both tries, reading the body.
    ///
    /// Replaces the `timeout` of the trait; those of methods and of `#[timeout]` arguments go before it.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Sends a header with each request to the base URL's origin; may be repeated. A header of that name that a trait,
    /// a method or an argument sets goes before it.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Allows an origin such as `http://orders.internal:8080` that is plain `http` and not on this machine, for a mesh that
    /// does TLS itself; may be repeated.
    pub fn allow_origin(mut self, origin: impl Into<String>) -> Self {
        self.origins.push(origin.into());
        self
    }

    /// Whether a request that was answered with 401 is sent once more with a new token. On by default.
    pub fn retry_on_unauthorized(mut self, retry: bool) -> Self {
        self.retry_on_unauthorized = retry;
        self
    }

    /// Checks all settings and makes the client. Nothing is sent, and no runtime is needed.
    ///
    /// # Errors
    ///
    /// Names the setting that is missing or wrong, and says what to write.
    pub fn build(self) -> Result<C, ConfigError> {
        let origins = self
            .origins
            .iter()
            .map(|origin| Origin::parse(origin))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|problem| ConfigError::new("allow_origin", problem))?;
        let base = match &self.base_url {
            Some(text) => parse_base_url(text, &origins)?,
            None => {
                return Err(ConfigError::new(
                    "base_url",
                    "is missing: set it with base_url(\"https://api.example.com\"), or in the attribute",
                ));
            }
        };
        let timeout = self.timeout.unwrap_or(C::TIMEOUT);
        if timeout.is_zero() {
            return Err(ConfigError::new(
                "timeout",
                "a timeout of zero fails each call: write a longer one, such as 30 seconds",
            ));
        }
        let headers = parse_headers(self.headers)?;

        let http = match self.http {
            Some(http) => http,
            None => own_http_client()?,
        };
        let auth = WristbandAuth::builder(self.client)
            .allow_origin(base.origin().to_string())
            .retry_on_unauthorized(self.retry_on_unauthorized)
            .build()?;
        let stack = if self.middleware.is_empty() {
            HttpStack::Managed
        } else {
            HttpStack::Extended
        };
        let http = self
            .middleware
            .into_iter()
            .fold(ClientBuilder::new(http), ClientBuilder::with_arc)
            .with(auth)
            .build();
        Ok(C::from_api(ClientInner::new(
            http, stack, base, timeout, headers,
        )))
    }
}

/// For generated code: `OrdersClient::from_http_client(base_url, http)`.
pub fn from_http_client<C: ApiClient>(
    base_url: &str,
    http: ClientWithMiddleware,
) -> Result<C, ConfigError> {
    let base = parse_base_url(base_url, &[])?;
    Ok(C::from_api(ClientInner::on_stack(http, base, C::TIMEOUT)))
}

fn parse_base_url(text: &str, allowed: &[Origin]) -> Result<BaseUrl, ConfigError> {
    BaseUrl::parse(text, allowed).map_err(|problem| ConfigError::new("base_url", problem))
}

fn parse_headers(pairs: Vec<(String, String)>) -> Result<HeaderMap, ConfigError> {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        let (name, value) =
            headers::parse(&name, value).map_err(|problem| ConfigError::new("header", problem))?;
        headers.insert(name, value);
    }
    Ok(headers)
}

fn own_http_client() -> Result<reqwest::Client, ConfigError> {
    reqwest::Client::builder()
        .redirect(same_origin_redirects())
        .build()
        .map_err(|error| ConfigError::new("http_client", "could not be built").caused_by(error))
}

impl<C> fmt::Debug for ApiClientBuilder<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiClientBuilder")
            .field("timeout", &self.timeout)
            .field("retry_on_unauthorized", &self.retry_on_unauthorized)
            .finish_non_exhaustive()
    }
}
