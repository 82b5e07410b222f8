//! ApiError: why a call of a typed client failed.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::time::{Duration, SystemTime};

use ::wristband_m2m::TokenError;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;

use crate::client::endpoint::Endpoint;
use crate::client::response::ResponseHead;
use crate::error_chain::find_in_chain;
use crate::middleware::outcome::AuthOutcome;

mod json;
mod json_path;
mod kind;
mod problem;
mod retry_after;
mod transport;
mod wristband_problem;

pub(crate) use json::decode_json;
#[cfg(feature = "stream")]
pub(crate) use json::decode_json_line;
pub use kind::ApiErrorKind;
pub use problem::Problem;
use transport::Cause;
pub use wristband_problem::{WristbandProblem, WristbandViolation};

/// How much of a response body an error keeps, in bytes.
pub(crate) const BODY_LIMIT: usize = 64 * 1024;

/// The error returned by typed clients.
///
/// The message names the endpoint (`Orders::find GET /v1/orders/{id}`) and what went wrong; neither it, nor `Debug`,
/// nor any [`source()`](Error::source) shows a filled-in path, query, header, token or body.
/// The server's response is in [`headers`](Self::headers) and [`body`](Self::body), for code to inspect.
///
/// # Examples
///
/// ```
/// use wristband_m2m_reqwest::{ApiError, ApiErrorKind, http};
///
/// #[derive(serde::Deserialize)]
/// struct Refusal {
///     title: String,
/// }
///
/// fn explain(error: &ApiError) -> String {
///     match error.kind() {
///         _ if error.is_transient() => "try again later".to_owned(),
///         ApiErrorKind::Status => match error.json::<Refusal>() {
///             Ok(refusal) => refusal.title,
///             Err(_) => error.to_string(),
///         },
///         _ => error.to_string(),
///     }
/// }
///
/// let status = http::StatusCode::CONFLICT;
/// let error = ApiError::from_response(status, http::HeaderMap::new(), r#"{"title": "sold out"}"#);
/// assert_eq!(explain(&error), "sold out");
/// ```
pub struct ApiError(Box<Failure>);

struct Failure {
    endpoint: Endpoint,
    kind: ApiErrorKind,
    problem: Cow<'static, str>,
    status: Option<StatusCode>,
    headers: HeaderMap,
    auth_outcome: Option<AuthOutcome>,
    body: Bytes,
    source: Option<Cause>,
}

impl ApiError {
    /// Makes an error of a response, so that a fake can fail as the server would.
    ///
    /// At most the first 64 KiB of the body are kept. [`endpoint`](Self::endpoint) has empty fields.
    ///
    /// ```
    /// use wristband_m2m_reqwest::{ApiError, http};
    ///
    /// let error = ApiError::from_response(http::StatusCode::NOT_FOUND, http::HeaderMap::new(), "no such order");
    /// assert_eq!(error.status(), Some(http::StatusCode::NOT_FOUND));
    /// assert_eq!(error.body(), b"no such order");
    /// assert_eq!(error.to_string(), "the call returned 404 Not Found");
    /// ```
    pub fn from_response(status: StatusCode, headers: HeaderMap, body: impl Into<Bytes>) -> Self {
        let head = ResponseHead {
            status,
            headers,
            auth_outcome: None,
        };
        Self::from_status(&Endpoint::UNKNOWN, head, body.into())
    }

    /// Returns the class of the failure.
    #[must_use]
    pub fn kind(&self) -> ApiErrorKind {
        self.0.kind
    }

    /// Returns the status of the response, if there was one: not only with the kind [`Status`](ApiErrorKind::Status), but also
    /// when its body did not arrive or could not be decoded.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.0.status
    }

    /// Returns the headers of the response; empty if there was none.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.0.headers
    }

    /// Returns the first 64 KiB of the response body, as far as it arrived: what the server said with an error, or what could
    /// not be decoded. Empty if there was no response, and if its body was returned as a stream.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.0.body
    }

    /// Reads [`body`](Self::body) as JSON: an error document in the API's own format. The content type is ignored.
    ///
    /// # Errors
    ///
    /// Of kind [`Decode`](ApiErrorKind::Decode), when the body is not JSON or does not fit `T`.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Self> {
        decode_json(&self.0.body).map_err(|problem| {
            let mut error = Self::new(&self.0.endpoint, ApiErrorKind::Decode, problem)
                .with_body(self.0.body.clone());
            error.0.status = self.0.status;
            error.0.headers = self.0.headers.clone();
            error.0.auth_outcome = self.0.auth_outcome;
            error
        })
    }

    /// Reads [`body`](Self::body) as problem details ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)).
    ///
    /// The media type `application/problem+json` decides; plain JSON, or no media type, is taken for them if it has a `title` or
    /// a `detail`.
    #[must_use]
    pub fn problem(&self) -> Option<Problem> {
        Problem::read(&self.0.headers, &self.0.body)
    }

    /// Reads [`body`](Self::body) as an error document of Wristband's own API.
    #[must_use]
    pub fn wristband(&self) -> Option<WristbandProblem> {
        WristbandProblem::read(&self.0.body)
    }

    /// Returns why no token could be obtained, if that is the reason.
    #[must_use]
    pub fn token_error(&self) -> Option<&TokenError> {
        self.source().and_then(find_in_chain)
    }

    /// Returns whether the same call may succeed later: after a 408, a 429 or a 5xx, a network error, a timeout, or when no
    /// token was available for such a reason.
    ///
    /// Whether the call may be made again is another question: the server may have acted on a request whose response was lost.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        if let Some(status) = self.0.status.filter(|status| !status.is_success()) {
            return status.is_server_error()
                || status == StatusCode::REQUEST_TIMEOUT
                || status == StatusCode::TOO_MANY_REQUESTS;
        }
        match self.0.kind {
            ApiErrorKind::Network | ApiErrorKind::Timeout => true,
            ApiErrorKind::Token => self.token_error().is_some_and(TokenError::is_transient),
            _ => false,
        }
    }

    /// Returns how long the server asks to wait before the next call (`Retry-After`): the API, or the token endpoint if there was no token.
    ///
    /// A date is measured against the `Date` of the response; a past one is zero.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self.0.kind {
            ApiErrorKind::Token => self.token_error()?.retry_after(),
            _ => retry_after::parse(&self.0.headers, SystemTime::now),
        }
    }

    /// Returns what [`WristbandAuth`](crate::WristbandAuth) did for the request, such as why a 401 was not retried; `None` when there
    /// was no response.
    #[must_use]
    pub fn auth_outcome(&self) -> Option<AuthOutcome> {
        self.0.auth_outcome
    }

    /// Returns whether the call timed out: by its own timeout, or by one of the HTTP client.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        self.0.kind == ApiErrorKind::Timeout
    }

    /// Returns whether the server responded with 401. A call that carries a token was sent again with a new one before that.
    #[must_use]
    pub fn is_unauthorized(&self) -> bool {
        self.0.status == Some(StatusCode::UNAUTHORIZED)
    }

    /// Returns which call failed.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        &self.0.endpoint
    }

    pub(crate) fn new(
        endpoint: &Endpoint,
        kind: ApiErrorKind,
        problem: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self(Box::new(Failure {
            endpoint: *endpoint,
            kind,
            problem: problem.into(),
            status: None,
            headers: HeaderMap::new(),
            auth_outcome: None,
            body: Bytes::new(),
            source: None,
        }))
    }

    /// The request cannot be made from the arguments.
    pub(crate) fn request(endpoint: &Endpoint, problem: impl Into<Cow<'static, str>>) -> Self {
        Self::new(endpoint, ApiErrorKind::Request, problem)
    }

    /// The server responded with a non-success status.
    pub(crate) fn from_status(endpoint: &Endpoint, head: ResponseHead, body: Bytes) -> Self {
        let problem = format!("returned {}", head.status);
        Self::new(endpoint, ApiErrorKind::Status, problem)
            .with_response(head)
            .with_body(body)
    }

    pub(crate) fn with_response(mut self, head: ResponseHead) -> Self {
        self.0.status = Some(head.status);
        self.0.headers = head.headers;
        self.0.auth_outcome = head.auth_outcome;
        self
    }

    /// For code to look at; never shown.
    pub(crate) fn with_body(mut self, body: Bytes) -> Self {
        self.0.body = bounded(body);
        self
    }

    /// The status is known, but the body was not complete in time.
    pub(crate) fn but_timed_out(mut self, timeout: Duration) -> Self {
        self.0.kind = ApiErrorKind::Timeout;
        self.0.problem = format!("{}, and timed out after {timeout:?}", self.0.problem).into();
        self
    }

    pub(crate) fn caused_by(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.0.source = Some(Cause::Other(source.into()));
        self
    }
}

/// Copies the body if a slice would keep a much larger one alive.
fn bounded(body: Bytes) -> Bytes {
    if body.len() > BODY_LIMIT {
        Bytes::copy_from_slice(&body[..BODY_LIMIT])
    } else {
        body
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.0.endpoint, self.0.problem)
    }
}

impl fmt::Debug for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiError")
            .field("endpoint", &format_args!("{}", self.0.endpoint))
            .field("kind", &self.0.kind)
            .field("problem", &self.0.problem)
            .field("status", &self.0.status)
            .field("source", &self.0.source)
            .finish_non_exhaustive()
    }
}

impl Error for ApiError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source.as_ref().map(Cause::as_error)
    }
}

#[cfg(test)]
mod tests;
