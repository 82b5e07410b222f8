//! ApiResponse: a response's body together with its status and headers.

use std::fmt;

use http::{HeaderMap, StatusCode};

use crate::middleware::outcome::AuthOutcome;

/// A decoded body with the status and the headers of its response: what an endpoint returns when its type says so.
///
/// `ApiResponse<()>` has the headers alone.
///
/// ```
/// use wristband_m2m_reqwest::{ApiResponse, http};
///
/// fn next_page(page: &ApiResponse<Vec<String>>) -> Option<&str> {
///     page.headers().get("link")?.to_str().ok()
/// }
///
/// let mut page = ApiResponse::new(http::StatusCode::OK, http::HeaderMap::new(), vec!["one".to_owned()]);
/// page.headers_mut().insert("link", http::HeaderValue::from_static("</orders?page=2>; rel=next"));
/// assert_eq!(next_page(&page), Some("</orders?page=2>; rel=next"));
///
/// let count = page.map(|items| items.len());
/// let (status, _headers, count) = count.into_parts();
/// assert_eq!((status, count), (http::StatusCode::OK, 1));
/// ```
#[derive(Clone, PartialEq)]
pub struct ApiResponse<T> {
    status: StatusCode,
    headers: HeaderMap,
    auth_outcome: Option<AuthOutcome>,
    body: T,
}

impl<T> ApiResponse<T> {
    /// Puts a response together, so that a fake can return it.
    pub fn new(status: StatusCode, headers: HeaderMap, body: T) -> Self {
        Self {
            status,
            headers,
            auth_outcome: None,
            body,
        }
    }

    pub(crate) fn with_auth_outcome(mut self, outcome: Option<AuthOutcome>) -> Self {
        self.auth_outcome = outcome;
        self
    }

    /// Returns the status: 2xx, or 404 where the body is an `Option`, or what [`FromResponse`](crate::FromResponse) takes.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns the headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Returns the headers, to change them.
    pub fn headers_mut(&mut self) -> &mut HeaderMap {
        &mut self.headers
    }

    /// Returns the decoded body.
    #[must_use]
    pub fn body(&self) -> &T {
        &self.body
    }

    /// Returns the decoded body by value.
    #[must_use]
    pub fn into_body(self) -> T {
        self.body
    }

    /// Returns status, headers and decoded body by value.
    #[must_use]
    pub fn into_parts(self) -> (StatusCode, HeaderMap, T) {
        (self.status, self.headers, self.body)
    }

    /// Makes another body of this one.
    #[must_use]
    pub fn map<U>(self, map: impl FnOnce(T) -> U) -> ApiResponse<U> {
        ApiResponse {
            status: self.status,
            headers: self.headers,
            auth_outcome: self.auth_outcome,
            body: map(self.body),
        }
    }

    /// Returns what [`WristbandAuth`](crate::WristbandAuth) did for the request; `None` if none was in the stack.
    #[must_use]
    pub fn auth_outcome(&self) -> Option<AuthOutcome> {
        self.auth_outcome
    }
}

/// Without header values and body, which may be confidential.
impl<T> fmt::Debug for ApiResponse<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiResponse")
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}
