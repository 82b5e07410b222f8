//! ApiResponse: an answer together with its status and headers.

use std::fmt;

use http::{HeaderMap, StatusCode};

/// A decoded answer with its status and headers: what an endpoint returns when its type says so.
///
/// ```
/// use wristband_m2m_reqwest::ApiResponse;
///
/// fn next_page(page: &ApiResponse<Vec<String>>) -> Option<&str> {
///     page.headers().get("link")?.to_str().ok()
/// }
///
/// let mut page = ApiResponse::new(http::StatusCode::OK, http::HeaderMap::new(), vec!["one".to_owned()]);
/// page.headers_mut().insert("link", http::HeaderValue::from_static("</orders?page=2>; rel=next"));
/// assert_eq!(next_page(&page), Some("</orders?page=2>; rel=next"));
/// ```
#[derive(Clone, PartialEq)]
pub struct ApiResponse<T> {
    status: StatusCode,
    headers: HeaderMap,
    body: T,
}

impl<T> ApiResponse<T> {
    /// Puts an answer together, so that a fake can return one.
    pub fn new(status: StatusCode, headers: HeaderMap, body: T) -> Self {
        Self {
            status,
            headers,
            body,
        }
    }

    /// The status: 2xx, or 404 where the body is an `Option`.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers of the answer.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The headers of the answer, to change them.
    pub fn headers_mut(&mut self) -> &mut HeaderMap {
        &mut self.headers
    }

    /// The decoded body.
    #[must_use]
    pub fn body(&self) -> &T {
        &self.body
    }

    /// The decoded body, by value.
    #[must_use]
    pub fn into_body(self) -> T {
        self.body
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
