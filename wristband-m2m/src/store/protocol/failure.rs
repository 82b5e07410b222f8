//! What the holder of the lease leaves for the others when its fetch fails.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use http::StatusCode;

use crate::error::{ErrorDocument, TokenError};

/// How long a failure is shared unless the endpoint requested a longer delay.
const SHORTEST: Duration = Duration::from_secs(1);
/// No endpoint can silence a fleet for longer.
pub(super) const LONGEST: Duration = Duration::from_secs(60);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// The endpoint responded with an error that the others would get too.
    Response {
        status: StatusCode,
        has_retry_after: bool,
    },
    /// The failure may be local to the holder: the others should fetch for themselves at once.
    Local,
}

impl Failure {
    /// Returns what to leave after `error`, and for how long.
    ///
    /// Only responses that everyone would get are shared. A network error, a timeout and a refusal may be the fault of
    /// this machine.
    pub(super) fn of(error: &TokenError) -> (Self, Duration) {
        let Some(status) = error
            .status()
            .filter(|status| status.is_server_error() || *status == StatusCode::TOO_MANY_REQUESTS)
        else {
            return (Self::Local, SHORTEST);
        };
        let asks_to_wait = matches!(
            status,
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
        );
        let retry_after = error.retry_after().filter(|_| asks_to_wait);
        let life = retry_after.unwrap_or_default().clamp(SHORTEST, LONGEST);
        let failure = Self::Response {
            status,
            has_retry_after: retry_after.is_some(),
        };
        (failure, life)
    }

    pub(super) fn encode(self) -> Vec<u8> {
        match self {
            Self::Local => vec![0],
            Self::Response {
                status,
                has_retry_after,
            } => {
                let [high, low] = status.as_u16().to_be_bytes();
                vec![1, high, low, has_retry_after.into()]
            }
        }
    }

    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        match *bytes {
            [0] => Some(Self::Local),
            [1, high, low, has_retry_after] => Some(Self::Response {
                status: StatusCode::from_u16(u16::from_be_bytes([high, low])).ok()?,
                has_retry_after: has_retry_after != 0,
            }),
            _ => None,
        }
    }

    /// Returns the error of a process that believes this failure for another `left`.
    pub(super) fn error(self, left: Duration) -> Option<TokenError> {
        let Self::Response {
            status,
            has_retry_after,
        } = self
        else {
            return None;
        };
        let retry_after = has_retry_after.then_some(left);
        Some(
            TokenError::from_status(status, ErrorDocument::default(), retry_after)
                .caused_by(Box::new(SeenElsewhere)),
        )
    }
}

/// The cause of an error that another process got.
#[derive(Debug)]
struct SeenElsewhere;

impl fmt::Display for SeenElsewhere {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("another process got this response and shared it through the token store")
    }
}

impl Error for SeenElsewhere {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::TokenErrorKind;

    fn response(status: u16, retry_after: Option<u64>) -> TokenError {
        let status = StatusCode::from_u16(status).unwrap();
        TokenError::from_status(
            status,
            ErrorDocument::default(),
            retry_after.map(Duration::from_secs),
        )
    }

    #[test]
    fn only_responses_that_everyone_would_get_are_shared() {
        let table = [
            (response(500, None), Some(1)),
            (response(503, None), Some(1)),
            (response(503, Some(20)), Some(20)),
            (response(503, Some(3600)), Some(60)),
            (response(429, Some(0)), Some(1)),
            (response(429, Some(7)), Some(7)),
            // Only 429 and 503 ask to wait.
            (response(500, Some(20)), Some(1)),
            (response(400, None), None),
            (response(401, None), None),
            (response(408, Some(5)), None),
            (TokenError::new(TokenErrorKind::Network, "gone"), None),
            (TokenError::new(TokenErrorKind::Timeout, "late"), None),
        ];
        for (error, seconds) in table {
            let (failure, life) = Failure::of(&error);
            let shared = (failure != Failure::Local).then_some(life.as_secs());
            assert_eq!(shared, seconds, "{error}");
            assert_eq!(Failure::decode(&failure.encode()), Some(failure));
        }
    }

    #[test]
    fn a_shared_failure_reads_like_the_original() {
        let original = response(503, Some(20));
        let left = Duration::from_secs(15);
        let shared = Failure::of(&original).0.error(left).unwrap();
        assert_eq!(shared.to_string(), original.to_string());
        assert_eq!(shared.status(), original.status());
        assert!(shared.is_transient());
        assert_eq!(shared.retry_after(), Some(left));
        assert!(
            shared
                .source()
                .unwrap()
                .to_string()
                .contains("another process")
        );
    }

    #[test]
    fn malformed_bytes_are_not_a_failure() {
        for bytes in [
            &[] as &[u8],
            &[2],
            &[0, 0],
            &[1],
            &[1, 0, 0, 0],
            &[1, 0xff, 0xff, 0],
        ] {
            assert_eq!(Failure::decode(bytes), None, "{bytes:?}");
        }
    }
}
