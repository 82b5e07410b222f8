//! ApiConnectionBuilder: how a connection is set up.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use ::wristband_m2m::{ConfigError, WristbandM2mClient};
use http::HeaderMap;
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware, Middleware};

use super::{ApiConnection, HttpStack, Shared};
use crate::client::base_url::BaseUrl;
use crate::client::request::headers;
use crate::middleware::WristbandAuth;
use crate::middleware::origin::Origin;
use crate::middleware::redirect::same_origin_redirects;

/// The timeout of a call, unless another is set.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);

/// The limit of a body that is read as a whole, in bytes.
const DEFAULT_MAX_BODY: usize = 64 * 1024 * 1024;

/// Sets up an [`ApiConnection`].
///
/// | setting | default |
/// |---|---|
/// | [`base_url`](Self::base_url) | required |
/// | [`http_client`](Self::http_client) | a new one, which follows redirects within the origin of the request only |
/// | [`with`](Self::with) | no middleware but [`WristbandAuth`] |
/// | [`timeout`](Self::timeout) | 30 s |
/// | [`max_body`](Self::max_body) | 64 MiB |
/// | [`header`](Self::header) | none |
/// | [`allow_origin`](Self::allow_origin) | `https`, and plain `http` on this machine |
/// | [`retry_on_unauthorized`](Self::retry_on_unauthorized) | on |
///
/// [`builder_on`](ApiConnection::builder_on) has no `http_client`, `with` and `retry_on_unauthorized`: these are part of
/// the stack it is given.
#[must_use = "a builder does nothing until it is built"]
pub struct ApiConnectionBuilder {
    stack: Stack,
    base_url: Option<String>,
    timeout: Option<Duration>,
    max_body: usize,
    headers: Vec<(String, String)>,
    origins: Vec<String>,
    /// A setting of the stack that was used with a complete stack.
    misplaced: Option<&'static str>,
}

enum Stack {
    Managed(ManagedStack),
    UserProvided(ClientWithMiddleware),
}

struct ManagedStack {
    client: Arc<WristbandM2mClient>,
    http: Option<reqwest::Client>,
    middleware: Vec<Arc<dyn Middleware>>,
    retry_on_unauthorized: bool,
}

impl ApiConnectionBuilder {
    pub(super) fn managed(client: Arc<WristbandM2mClient>) -> Self {
        Self::new(Stack::Managed(ManagedStack {
            client,
            http: None,
            middleware: Vec::new(),
            retry_on_unauthorized: true,
        }))
    }

    pub(super) fn on_stack(http: ClientWithMiddleware) -> Self {
        Self::new(Stack::UserProvided(http))
    }

    fn new(stack: Stack) -> Self {
        Self {
            stack,
            base_url: None,
            timeout: None,
            max_body: DEFAULT_MAX_BODY,
            headers: Vec::new(),
            origins: Vec::new(),
            misplaced: None,
        }
    }

    /// Sets where the API is: scheme, host, port if it is not the usual one, and a path if all endpoints have it in common.
    ///
    /// It must be `https`, or `http` on this machine; any other plain `http` must be named with
    /// [`allow_origin`](Self::allow_origin). The token goes to this origin and to no other.
    pub fn base_url(mut self, base_url: impl AsRef<str>) -> Self {
        self.base_url = Some(base_url.as_ref().to_owned());
        self
    }

    /// Sends requests with this client: its connections, proxies, certificates.
    ///
    /// Give it [`same_origin_redirects`], unless redirects to other hosts are wanted: reqwest follows redirects by itself. The
    /// token does not follow one to another origin in any case, but **headers and bodies do**: an API key that is set with
    /// [`header`](Self::header) or on a trait goes wherever the API redirects to.
    ///
    /// With a base URL on loopback, exempt it from proxies, by `NO_PROXY` or [`no_proxy`](reqwest::ClientBuilder::no_proxy):
    /// through a proxy the token leaves this machine in the clear.
    pub fn http_client(mut self, http: reqwest::Client) -> Self {
        if let Some(stack) = self.managed_stack("http_client") {
            stack.http = Some(http);
        }
        self
    }

    /// Adds a middleware; may be repeated. The first is the outermost, and all of them are outside the authentication:
    /// a retrying one has each of its tries authenticated anew.
    pub fn with(mut self, middleware: impl Middleware) -> Self {
        if let Some(stack) = self.managed_stack("with") {
            stack.middleware.push(Arc::new(middleware));
        }
        self
    }

    /// Sets how long a call may take in all: waiting for a token, both tries, reading the body.
    ///
    /// Traits, methods and `#[timeout]` arguments take precedence.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Sets how large a response body may be that is read as a whole, in bytes after decompression; 64 MiB by default. A
    /// larger one fails the call with [`ApiErrorKind::Decode`](crate::ApiErrorKind::Decode). Streams and
    /// `reqwest::Response` are not limited.
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.max_body = bytes;
        self
    }

    /// Sends a header with each request to the base URL's origin; may be repeated. A header of that name that a trait,
    /// a method or an argument sets takes precedence.
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

    /// Sets whether a request that got a 401 is sent once more with a new token. On by default.
    pub fn retry_on_unauthorized(mut self, retry: bool) -> Self {
        if let Some(stack) = self.managed_stack("retry_on_unauthorized") {
            stack.retry_on_unauthorized = retry;
        }
        self
    }

    /// Checks all settings and makes the connection. Nothing is sent, and no runtime is needed.
    ///
    /// # Errors
    ///
    /// Names the setting that is missing or wrong, and says what to write.
    pub fn build(self) -> Result<ApiConnection, ConfigError> {
        if let Some(setting) = self.misplaced {
            return Err(ConfigError::new(
                setting,
                "must not be set beside a stack of your own, of which it is a part: set it there, or use `builder`",
            ));
        }
        let base = base_url(self.base_url.as_deref(), &self.origins)?;
        let timeout = self.timeout.unwrap_or(DEFAULT_TIMEOUT);
        if timeout.is_zero() {
            return Err(ConfigError::new(
                "timeout",
                "must not be zero: write how long a call may take, such as 30 seconds",
            ));
        }
        let headers = parse_headers(self.headers)?;
        let (http, stack) = match self.stack {
            Stack::Managed(stack) => stack.build(&base)?,
            Stack::UserProvided(http) => (http, HttpStack::UserProvided),
        };
        Ok(ApiConnection(Arc::new(Shared {
            http,
            stack,
            base,
            timeout,
            max_body: self.max_body,
            headers,
        })))
    }

    pub(crate) fn configured_timeout(&self) -> Option<Duration> {
        self.timeout
    }

    fn managed_stack(&mut self, setting: &'static str) -> Option<&mut ManagedStack> {
        match &mut self.stack {
            Stack::Managed(stack) => Some(stack),
            Stack::UserProvided(_) => {
                self.misplaced = Some(setting);
                None
            }
        }
    }
}

impl ManagedStack {
    fn build(self, base: &BaseUrl) -> Result<(ClientWithMiddleware, HttpStack), ConfigError> {
        let http = match self.http {
            Some(http) => http,
            None => new_http_client(base)?,
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
        Ok((http, stack))
    }
}

fn base_url(text: Option<&str>, origins: &[String]) -> Result<BaseUrl, ConfigError> {
    let origins = origins
        .iter()
        .map(|origin| Origin::parse(origin))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|problem| ConfigError::new("allow_origin", problem))?;
    let text = text.ok_or_else(|| {
        ConfigError::new(
            "base_url",
            "is missing: write `base_url(\"https://api.example.com\")`, or set it in the attribute",
        )
    })?;
    BaseUrl::parse(text, &origins).map_err(|problem| ConfigError::new("base_url", problem))
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

fn new_http_client(base: &BaseUrl) -> Result<reqwest::Client, ConfigError> {
    let builder = reqwest::Client::builder().redirect(same_origin_redirects());
    let builder = if base.origin().is_loopback() {
        // Plain `http` is allowed because the request stays on this machine.
        builder.no_proxy()
    } else {
        builder
    };
    builder
        .build()
        .map_err(|error| ConfigError::new(
            "http_client",
            "could not be built: enable the feature `rustls` or `native-tls`, and install root certificates on this machine",
        )
        .caused_by(error))
}

/// Without headers, which may hold keys.
impl fmt::Debug for ApiConnectionBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiConnectionBuilder")
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}
