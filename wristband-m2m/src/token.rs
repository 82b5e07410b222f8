//! The access token that callers hold.

pub(crate) mod expiry;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http::HeaderValue;

use self::expiry::Lifetime;
use crate::clock::Moment;
use crate::error::TokenError;

const SCHEME: &str = "Bearer ";

/// An access token and its lifetime.
///
/// Cheap to clone. `Debug` hides the token, and there is no `Display` and no `Serialize`: use
/// [`as_str`](Self::as_str) to read it.
///
/// # Examples
///
/// ```
/// # use std::time::Duration;
/// # use wristband_m2m::{TokenError, WristbandM2mClient, testing::MockWristband};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), TokenError> {
/// # let mock = MockWristband::start().await;
/// # let client = mock.client();
/// let token = client.get_token().await?;
/// assert_eq!(token.authorization(), &format!("Bearer {}", token.as_str()));
/// assert!(token.remaining() > Duration::from_secs(60));
/// assert!(!format!("{token:?}").contains(token.as_str()));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct AccessToken(Arc<Bearer>);

/// The header value stands beside the reference count that guards it, and each copy for the cache's stripes has both
/// for itself; what makes copies the same token is the issue they share.
struct Bearer {
    authorization: HeaderValue,
    issue: Arc<Lifetime>,
}

impl AccessToken {
    /// Checks that the token can travel in a header (RFC 6750, section 2.1: no space, no control, ASCII alone).
    pub(crate) fn new(value: &str, lifetime: Lifetime) -> Result<Self, TokenError> {
        if value.is_empty() {
            return Err(TokenError::invalid_response(
                "the token response has an empty access_token",
            ));
        }
        if !value.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(unprintable());
        }
        let header = format!("{SCHEME}{value}");
        let bearer = Bearer::new(header.as_bytes(), Arc::new(lifetime)).ok_or_else(unprintable)?;
        Ok(Self(Arc::new(bearer)))
    }

    /// Returns the token without the scheme. Do not log it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0
            .authorization
            .to_str()
            .ok()
            .and_then(|value| value.strip_prefix(SCHEME))
            .unwrap_or_default()
    }

    /// Returns the value of the `Authorization` header: `Bearer` and the token (RFC 6750, section 2.1). Built once and
    /// marked sensitive, so that `http` and `reqwest` do not print it and HTTP/2 does not index it.
    #[must_use]
    pub fn authorization(&self) -> &HeaderValue {
        &self.0.authorization
    }

    /// Returns when the token expires, by the wall clock. Counted from before the request was sent, so never too late.
    #[must_use]
    pub fn expires_at(&self) -> SystemTime {
        self.0.issue.expires_at()
    }

    /// Returns the remaining lifetime, by the monotonic or the wall clock, whichever leaves less; zero once expired.
    #[must_use]
    pub fn remaining(&self) -> Duration {
        self.0.issue.remaining(&Moment::now())
    }

    /// Returns whether both handles refer to the same issued token. Tokens from separate fetches differ even if their
    /// text is equal.
    #[must_use]
    pub fn is_same_token(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0.issue, &other.0.issue)
    }

    pub(crate) fn lifetime(&self) -> &Lifetime {
        &self.0.issue
    }

    /// A handle of the same issue that shares no reference count with this one that is touched when it is used.
    pub(crate) fn detached_copy(&self) -> Self {
        let header = self.0.authorization.as_bytes();
        match Bearer::new(header, Arc::clone(&self.0.issue)) {
            Some(bearer) => Self(Arc::new(bearer)),
            None => self.clone(),
        }
    }
}

impl Bearer {
    fn new(header: &[u8], issue: Arc<Lifetime>) -> Option<Self> {
        let mut authorization = HeaderValue::from_bytes(header).ok()?;
        authorization.set_sensitive(true);
        // The first clone of a header value allocates its reference count; made here, no caller pays for it.
        drop(authorization.clone());
        Some(Self {
            authorization,
            issue,
        })
    }
}

fn unprintable() -> TokenError {
    TokenError::invalid_response("the access_token has characters that are not allowed in a header")
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessToken")
            .field("expires_at", &self.expires_at())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(value: &str) -> Result<AccessToken, TokenError> {
        AccessToken::new(value, Lifetime::new(Moment::now(), Duration::from_secs(60)))
    }

    #[test]
    fn characters_that_do_not_belong_in_a_header_are_refused_and_not_quoted() {
        for value in [
            "",
            " ",
            "a b",
            "a\nb",
            "a\r\nX-Evil: 1",
            "a\0b",
            "a\u{7f}b",
            "tökén",
            "\u{feff}abc",
        ] {
            let error = token(value).unwrap_err();
            assert_eq!(error.kind(), crate::TokenErrorKind::InvalidResponse);
            assert!(value.trim().is_empty() || !format!("{error:?}").contains(value));
        }
    }

    #[test]
    fn the_header_is_sensitive_in_every_copy() {
        let token = token("abc.def-ghi_~+/==").unwrap();
        for copy in [token.clone(), token.detached_copy()] {
            assert_eq!(copy.as_str(), "abc.def-ghi_~+/==");
            assert_eq!(copy.authorization(), "Bearer abc.def-ghi_~+/==");
            assert!(copy.authorization().is_sensitive());
            assert!(copy.is_same_token(&token));
        }
    }

    #[test]
    fn the_same_text_issued_twice_is_two_issues() {
        assert!(!token("abc").unwrap().is_same_token(&token("abc").unwrap()));
    }

    #[test]
    fn debug_hides_the_token() {
        let token = token("abcdef").unwrap();
        assert!(!format!("{token:?} {token:#?}").contains("abcdef"));
    }
}
