//! ClientInner: what all calls of one typed client share.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::{Extensions, HeaderMap};
use reqwest::{Method, Request, Url};
use reqwest_middleware::ClientWithMiddleware;

use crate::client::base_url::BaseUrl;

/// The inside of a generated client; a cheap handle.
#[derive(Clone)]
pub struct ClientInner(Arc<Shared>);

struct Shared {
    http: ClientWithMiddleware,
    stack: HttpStack,
    base: BaseUrl,
    timeout: Duration,
    /// For each request to the base URL's origin, unless the call sets a header of that name itself.
    headers: HeaderMap,
}

/// What is known of the stack that requests go through.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum HttpStack {
    /// Nothing but the authentication, which does not look at endpoints.
    Managed,
    /// That, and middleware of the user's.
    Extended,
    /// Built by the user. It may have request initialisers, which run only in its own request builder.
    UserProvided,
}

impl ClientInner {
    /// On a stack that we built.
    pub(crate) fn new(
        http: ClientWithMiddleware,
        stack: HttpStack,
        base: BaseUrl,
        timeout: Duration,
        headers: HeaderMap,
    ) -> Self {
        Self(Arc::new(Shared {
            http,
            stack,
            base,
            timeout,
            headers,
        }))
    }

    /// On a stack that the user built.
    pub(crate) fn on_stack(http: ClientWithMiddleware, base: BaseUrl, timeout: Duration) -> Self {
        Self(Arc::new(Shared {
            http,
            stack: HttpStack::UserProvided,
            base,
            timeout,
            headers: HeaderMap::new(),
        }))
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

    pub(crate) fn headers(&self) -> &HeaderMap {
        &self.0.headers
    }

    /// Whether any middleware could look at the endpoint of a request: if not, it need not be put there.
    pub(crate) fn has_user_middleware(&self) -> bool {
        self.0.stack != HttpStack::Managed
    }

    /// A request as the stack wants it to begin.
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

/// What a generated client shows of itself: where it sends its requests.
impl fmt::Debug for ClientInner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.base.fmt(f)
    }
}
