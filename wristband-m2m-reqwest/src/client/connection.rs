//! ApiConnection: what several typed clients of one API share.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use ::wristband_m2m::WristbandM2mClient;
use http::{Extensions, HeaderMap};
use reqwest::{Method, Request, Url};
use reqwest_middleware::ClientWithMiddleware;

use super::base_url::BaseUrl;
use super::builder::ApiClient;
use super::inner::ClientInner;

pub use builder::ApiConnectionBuilder;

mod builder;

/// A connection to one API, shared by several typed clients: base URL, pool, headers, middleware and circuit breaker.
///
/// Cheap to clone. The `path`, the `timeout` and the headers of each trait hold on top of what is set here.
///
/// # Examples
///
/// ```
/// # #[cfg(feature = "macros")] {
/// use std::time::Duration;
/// use wristband_m2m_reqwest::wristband_m2m::{ConfigError, WristbandM2mClient};
/// use wristband_m2m_reqwest::{ApiConnection, ApiError, wristband_m2m};
///
/// /// Orders.
/// #[wristband_m2m(path = "/orders")]
/// pub trait Orders {
///     /// The state of an order.
///     #[get("/{id}/state")]
///     async fn state(&self, id: u64) -> Result<String, ApiError>;
/// }
///
/// /// Users.
/// #[wristband_m2m(path = "/users")]
/// pub trait Users {
///     /// The name of a user.
///     #[get("/{id}/name")]
///     async fn name(&self, id: u64) -> Result<String, ApiError>;
/// }
///
/// fn clients(client: &WristbandM2mClient) -> Result<(OrdersClient, UsersClient), ConfigError> {
///     let api = ApiConnection::builder(client.clone())
///         .base_url("https://api.example.com/v1")
///         .header("X-Source", "billing")
///         .timeout(Duration::from_secs(5))
///         .build()?;
///     Ok((OrdersClient::on(&api), UsersClient::on(&api)))
/// }
/// # }
/// ```
#[derive(Clone)]
pub struct ApiConnection(Arc<Shared>);

struct Shared {
    http: ClientWithMiddleware,
    stack: HttpStack,
    base: BaseUrl,
    /// The defaults of a trait.
    timeout: Duration,
    /// In bytes.
    max_body: usize,
    /// For each request to the base URL's origin, unless the call sets a header of that name itself.
    headers: HeaderMap,
}

/// The stack that requests go through, as far as it is known.
#[derive(Clone, Copy, PartialEq)]
enum HttpStack {
    /// Nothing but the authentication, which does not look at endpoints.
    Managed,
    /// That, and middleware of the user's.
    Extended,
    /// Built by the user. It may have request initialisers, which run only in its own request builder.
    UserProvided,
}

impl ApiConnection {
    /// Starts from the defaults, authenticated by this client; see [`ApiConnectionBuilder`].
    pub fn builder(client: impl Into<Arc<WristbandM2mClient>>) -> ApiConnectionBuilder {
        ApiConnectionBuilder::managed(client.into())
    }

    /// Starts from the defaults, on your own middleware stack, which must authenticate requests: for example with a
    /// [`WristbandAuth`](crate::WristbandAuth). Requests to other origins than the base URL's carry
    /// [`SkipWristbandAuth`](crate::SkipWristbandAuth).
    pub fn builder_on(http: ClientWithMiddleware) -> ApiConnectionBuilder {
        ApiConnectionBuilder::on_stack(http)
    }

    /// Makes a typed client of this API; `OrdersClient::on(&api)` is the same.
    #[must_use]
    pub fn client<C: ApiClient>(&self) -> C {
        C::from_api(ClientInner::new(self.clone(), C::TIMEOUT, C::ENDPOINTS))
    }

    pub(crate) fn http(&self) -> &ClientWithMiddleware {
        &self.0.http
    }

    pub(crate) fn base(&self) -> &BaseUrl {
        &self.0.base
    }

    pub(crate) fn timeout(&self) -> Duration {
        self.0.timeout
    }

    pub(crate) fn max_body(&self) -> usize {
        self.0.max_body
    }

    pub(crate) fn headers(&self) -> &HeaderMap {
        &self.0.headers
    }

    /// Whether a middleware could read the endpoint from a request's extensions. If none can, it is not inserted.
    pub(crate) fn has_user_middleware(&self) -> bool {
        self.0.stack != HttpStack::Managed
    }

    /// Starts a request on the stack.
    pub(crate) fn begin(
        &self,
        method: Method,
        url: Url,
    ) -> Result<(Request, Extensions), reqwest::Error> {
        if self.0.stack != HttpStack::UserProvided {
            return Ok((Request::new(method, url), Extensions::new()));
        }
        let mut builder = self.0.http.request(method, url);
        let extensions = std::mem::take(builder.extensions());
        Ok((builder.build()?, extensions))
    }
}

/// The base URL, and nothing that may be confidential.
impl fmt::Debug for ApiConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiConnection")
            .field("base_url", &self.0.base)
            .finish_non_exhaustive()
    }
}
