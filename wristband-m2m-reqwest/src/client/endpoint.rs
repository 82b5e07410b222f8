//! Endpoint: the name of an operation, for errors, traces and metrics.

use std::fmt;

/// Which method of which typed client made a request.
///
/// Every request of a typed client carries one as an extension, so that any middleware in the stack can name spans and
/// label metrics. All fields are known when the program is compiled: nothing that a caller passes in ever shows, and
/// the number of different values is the number of methods.
///
/// # Examples
///
/// A middleware that gives each span of `reqwest-tracing` the name of the endpoint. Place it with
/// [`ApiClientBuilder::with`](crate::ApiClientBuilder::with), before the tracing middleware:
///
/// ```
/// use reqwest_tracing::OtelName;
/// use wristband_m2m_reqwest::reqwest_middleware::{self, Middleware, Next};
/// use wristband_m2m_reqwest::{Endpoint, async_trait, reqwest};
///
/// struct NameSpans;
///
/// #[async_trait]
/// impl Middleware for NameSpans {
///     async fn handle(
///         &self,
///         request: reqwest::Request,
///         extensions: &mut http::Extensions,
///         next: Next<'_>,
///     ) -> reqwest_middleware::Result<reqwest::Response> {
///         if let Some(endpoint) = extensions.get::<Endpoint>().copied() {
///             let Endpoint { method, route, .. } = endpoint;
///             extensions.insert(OtelName(format!("{method} {route}").into()));
///         }
///         next.run(request, extensions).await
///     }
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Endpoint {
    /// The trait, such as `Orders`.
    pub service: &'static str,
    /// The method of the trait, such as `find`.
    pub operation: &'static str,
    /// The HTTP method, such as `GET`.
    pub method: &'static str,
    /// The path as written, such as `/v1/orders/{id}`: the trait's and the method's, without the base URL's.
    /// `{url}` where the whole URL is an argument.
    pub route: &'static str,
}

/// For generated code, which cannot write a struct that may get more fields.
pub const fn endpoint(
    service: &'static str,
    operation: &'static str,
    method: &'static str,
    route: &'static str,
) -> Endpoint {
    Endpoint {
        service,
        operation,
        method,
        route,
    }
}

impl Endpoint {
    /// The endpoint of an error that was made with `ApiError::from_response`.
    pub(crate) const UNKNOWN: Self = Self {
        service: "",
        operation: "",
        method: "",
        route: "",
    };
}

/// `Orders::find GET /v1/orders/{id}`.
impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::UNKNOWN {
            return f.write_str("the call");
        }
        let Self {
            service,
            operation,
            method,
            route,
        } = self;
        write!(f, "{service}::{operation} {method} {route}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_reads_like_a_name() {
        let endpoint = Endpoint {
            service: "Orders",
            operation: "find",
            method: "GET",
            route: "/v1/orders/{id}",
        };
        assert_eq!(endpoint.to_string(), "Orders::find GET /v1/orders/{id}");
    }
}
