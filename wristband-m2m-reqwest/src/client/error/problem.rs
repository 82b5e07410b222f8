//! Problem: an error document of RFC 9457.

use std::fmt;

use http::HeaderMap;
use http::header::CONTENT_TYPE;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Problem details of an HTTP API ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)), from
/// [`ApiError::problem`](crate::ApiError::problem).
///
/// A member that has the wrong type counts as absent, as the standard says.
///
/// # Examples
///
/// ```
/// use wristband_m2m_reqwest::{ApiError, http};
///
/// let mut headers = http::HeaderMap::new();
/// headers.insert("content-type", http::HeaderValue::from_static("application/problem+json"));
/// let body = r#"{"type": "https://example.com/out-of-credit", "title": "Out of credit", "balance": 30}"#;
/// let error = ApiError::from_response(http::StatusCode::FORBIDDEN, headers, body);
///
/// let problem = error.problem().expect("problem details");
/// assert_eq!(problem.problem_type(), "https://example.com/out-of-credit");
/// assert_eq!(problem.title(), Some("Out of credit"));
/// assert_eq!(problem.extension::<u64>("balance"), Some(30));
/// ```
#[derive(Clone, PartialEq)]
pub struct Problem(Map<String, Value>);

impl Problem {
    /// The media type decides; without one, or with the one of plain JSON, the members do.
    pub(super) fn read(headers: &HeaderMap, body: &[u8]) -> Option<Self> {
        let media_type = headers.get(CONTENT_TYPE).and_then(|value| {
            let text = value.to_str().ok()?;
            Some(text.split(';').next()?.trim().to_ascii_lowercase())
        });
        let named = match media_type.as_deref() {
            Some("application/problem+json") => true,
            Some("application/json") | None => false,
            Some(_) => return None,
        };
        let problem = Self(serde_json::from_slice(body).ok()?);
        let is_one = named || problem.title().is_some() || problem.detail().is_some();
        is_one.then_some(problem)
    }

    /// Returns the URI that identifies the problem type; `about:blank` if there is none.
    #[must_use]
    pub fn problem_type(&self) -> &str {
        self.text("type").unwrap_or("about:blank")
    }

    /// Returns the summary of the problem type.
    #[must_use]
    pub fn title(&self) -> Option<&str> {
        self.text("title")
    }

    /// Returns the status that the document says, which a proxy may have replaced in the response.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.get("status")?.as_u64()?.try_into().ok()
    }

    /// Returns the explanation of this occurrence.
    #[must_use]
    pub fn detail(&self) -> Option<&str> {
        self.text("detail")
    }

    /// Returns the URI that identifies this occurrence.
    #[must_use]
    pub fn instance(&self) -> Option<&str> {
        self.text("instance")
    }

    /// Reads an extension member; `None` if it is absent or does not fit `T`.
    #[must_use]
    pub fn extension<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        T::deserialize(self.0.get(name)?).ok()
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }
}

/// Without the members, which may be confidential.
impl fmt::Debug for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Problem").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn read(media_type: Option<&'static str>, body: &str) -> Option<Problem> {
        let mut headers = HeaderMap::new();
        if let Some(media_type) = media_type {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        }
        Problem::read(&headers, body.as_bytes())
    }

    #[test]
    fn the_media_type_or_the_members_decide() {
        let problem = Some("Application/Problem+JSON; charset=utf-8");
        let json = Some("application/json");
        assert!(read(problem, "{}").is_some());
        assert!(read(problem, "[]").is_none());
        assert!(read(json, r#"{"title": "t"}"#).is_some());
        assert!(read(None, r#"{"detail": "d"}"#).is_some());
        assert!(read(json, r#"{"type": "base_error", "code": "c"}"#).is_none());
        assert!(read(Some("text/html"), r#"{"title": "t"}"#).is_none());
        assert!(read(None, "<title>").is_none());
    }

    #[test]
    fn a_member_of_the_wrong_type_counts_as_absent() {
        let body = r#"{"type": 1, "title": [], "status": "404", "detail": "d", "instance": null}"#;
        let problem = read(None, body).expect("a problem");
        assert_eq!(problem.problem_type(), "about:blank");
        assert_eq!((problem.title(), problem.detail()), (None, Some("d")));
        assert_eq!((problem.status(), problem.instance()), (None, None));
        assert!(!format!("{problem:#?}").contains("404"));
    }
}
