//! The spans of a call and of its tries, by OpenTelemetry's [conventions for HTTP clients][conventions].
//!
//! `url.full`, which the conventions ask for, is left out: a filled-in path or query may be confidential.
//!
//! [conventions]: https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-client-span

use std::fmt;
use std::future::Future;

use http::{Extensions, StatusCode};
use reqwest::{Request, Response, Url};
use reqwest_middleware::Next;
use tracing::field::Empty;
use tracing::{Instrument as _, Span};

use crate::client::endpoint::Endpoint;
use crate::client::error::{ApiError, ApiErrorKind};

/// The methods that the conventions know (RFC 9110 and RFC 5789); any other text would be a name of its own.
const KNOWN_METHODS: [&str; 9] = [
    "CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE",
];

/// Starts a span with what is known before the request is sent. Nothing is evaluated unless the span is enabled.
macro_rules! http_span {
    ($name:literal, $method:expr, $template:expr, $url:expr, $resends:expr) => {
        tracing::info_span!(
            $name,
            otel.name = %SpanName { method: $method, template: $template },
            otel.kind = "client",
            otel.status_code = Empty,
            http.request.method = known_method($method).unwrap_or("_OTHER"),
            http.request.resend_count = $resends,
            http.response.status_code = Empty,
            url.template = $template,
            server.address = host($url),
            server.port = $url.port_or_known_default().map(i64::from),
            error.type = Empty,
        )
    };
}

/// The span of one call of a typed client: from before its first try until its response is decoded.
pub(crate) struct CallSpan(Span);

impl CallSpan {
    pub(crate) fn new(endpoint: &Endpoint, url: &Url) -> Self {
        let template = Some(endpoint.route);
        Self(http_span!(
            "wristband_m2m.call",
            endpoint.method,
            template,
            url,
            None::<i64>
        ))
    }

    /// Of a call that was not made.
    #[cfg(feature = "stream")]
    pub(crate) fn none() -> Self {
        Self(Span::none())
    }

    /// Runs a part of the call within its span.
    pub(crate) fn cover<F: Future>(&self, part: F) -> impl Future<Output = F::Output> + use<F> {
        part.instrument(self.0.clone())
    }

    /// Gives the tries the name of the endpoint.
    pub(crate) fn name_attempts(&self, endpoint: &Endpoint, extensions: &mut Extensions) {
        if !self.0.is_disabled() {
            extensions.insert(*endpoint);
        }
    }

    /// The call has a response of the promised type.
    pub(crate) fn responded(&self, status: StatusCode) {
        record_status(&self.0, status);
    }

    /// The call has a response that the caller reads itself, whatever its status.
    pub(crate) fn passed_on(&self, status: StatusCode) {
        record_response(&self.0, status);
    }

    pub(crate) fn failed(&self, error: &ApiError) {
        if let Some(status) = error.status() {
            record_status(&self.0, status);
        }
        match (error.kind(), error.status()) {
            (ApiErrorKind::Status, Some(status)) => record_error(&self.0, status.as_str()),
            (kind, _) => record_error(&self.0, kind.name()),
        }
    }
}

/// Extension on a request that is traced: how many times it was sent so far.
#[derive(Clone, Copy)]
struct Sends(i64);

/// Sends a request in a span of its own: one for each try, whether this crate or a middleware outside of it tries again.
pub(crate) fn run_attempt<'a>(
    next: Next<'a>,
    request: Request,
    extensions: &'a mut Extensions,
) -> impl Future<Output = reqwest_middleware::Result<Response>> + 'a {
    let span = attempt_span(&request, extensions);
    // Boxed by reqwest-middleware already, so that no second copy of the request is carried along.
    let sending = next.run(request, extensions).instrument(span.clone());
    async move {
        let result = sending.await;
        match &result {
            Ok(response) => record_response(&span, response.status()),
            Err(error) => record_error(&span, ApiErrorKind::of_stack(error).name()),
        }
        result
    }
}

fn attempt_span(request: &Request, extensions: &mut Extensions) -> Span {
    let template = |extensions: &Extensions| {
        let endpoint = extensions.get::<Endpoint>()?;
        Some(endpoint.route)
    };
    let resends = |extensions: &Extensions| extensions.get().map(|&Sends(sends)| sends);
    let span = http_span!(
        "wristband_m2m.attempt",
        request.method().as_str(),
        template(extensions),
        request.url(),
        resends(extensions)
    );
    if !span.is_disabled() {
        let sends = resends(extensions).unwrap_or_default();
        extensions.insert(Sends(sends + 1));
    }
    span
}

/// Any status from 400 on is an error to a client.
fn record_response(span: &Span, status: StatusCode) {
    record_status(span, status);
    if status.is_client_error() || status.is_server_error() {
        record_error(span, status.as_str());
    }
}

fn record_status(span: &Span, status: StatusCode) {
    span.record("http.response.status_code", i64::from(status.as_u16()));
}

fn record_error(span: &Span, error_type: &str) {
    span.record("error.type", error_type);
    span.record("otel.status_code", "ERROR");
}

fn known_method(method: &str) -> Option<&str> {
    KNOWN_METHODS.contains(&method).then_some(method)
}

/// The host without the brackets of an IPv6 address.
fn host(url: &Url) -> Option<&str> {
    url.host_str()
        .map(|host| host.trim_start_matches('[').trim_end_matches(']'))
}

/// `GET /v1/orders/{id}`, or the method alone.
struct SpanName<'a> {
    method: &'a str,
    template: Option<&'a str>,
}

impl fmt::Display for SpanName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(known_method(self.method).unwrap_or("HTTP"))?;
        match self.template {
            Some(template) => write!(f, " {template}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_named_by_method_and_template_alone() {
        let name = |method, template| SpanName { method, template }.to_string();
        let template = Some("/v1/orders/{id}");
        assert_eq!(name("GET", template), "GET /v1/orders/{id}");
        assert_eq!(name("POST", None), "POST");
        // Callers may make up as many methods as they like.
        assert_eq!(name("PURGE", template), "HTTP /v1/orders/{id}");
        assert_eq!(name("get", None), "HTTP");
    }

    #[test]
    fn a_host_has_no_brackets() {
        let host = |url: &str| host(&url.parse().expect("a URL")).map(str::to_owned);
        assert_eq!(host("https://[::1]:8443/a").as_deref(), Some("::1"));
        assert_eq!(
            host("https://api.example.com").as_deref(),
            Some("api.example.com")
        );
    }
}
