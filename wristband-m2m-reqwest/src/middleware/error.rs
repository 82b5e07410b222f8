//! Our token error inside the errors of reqwest-middleware.

use ::wristband_m2m::TokenError;
use reqwest_middleware::Error;

use crate::error_chain::{find_in_chain, unwrapped};

/// The request needed a token and none could be obtained.
///
/// The token error is its source and not the error itself: a transparent wrapper, such as reqwest-retry's, hides what
/// it wraps and shows only what is below.
#[derive(Debug, thiserror::Error)]
#[error("the request was not sent: could not obtain an access token")]
pub(crate) struct NoToken(#[source] pub(crate) TokenError);

/// Returns the [`TokenError`] that kept a request from being sent, however deeply other middleware has wrapped it.
///
/// # Examples
///
/// ```
/// use wristband_m2m_reqwest::{reqwest_middleware, token_error};
///
/// fn advice(error: &reqwest_middleware::Error) -> &'static str {
///     match token_error(error) {
///         Some(token) if token.is_transient() => "Wristband cannot be reached for now",
///         Some(_) => "check the client id and secret",
///         None if error.is_timeout() => "the API is slow",
///         None => "the API cannot be reached",
///     }
/// }
/// ```
#[must_use]
pub fn token_error(error: &Error) -> Option<&TokenError> {
    find_in_chain(unwrapped(error))
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[derive(Debug, thiserror::Error)]
    enum Wrapped {
        #[error(transparent)]
        Transparent(Error),
        #[error("with a message")]
        Told(#[source] Error),
    }

    fn ours() -> Error {
        Error::middleware(NoToken(TokenError::transient("vault sealed")))
    }

    #[test]
    fn ours_is_found_below_any_wrapping() {
        let wraps: [fn(Error) -> Error; 5] = [
            |error| Error::middleware(Wrapped::Transparent(error)),
            |error| Error::middleware(Wrapped::Told(error)),
            |error| Error::middleware(io::Error::other(error)),
            |error| Error::middleware(error),
            |error| match error {
                Error::Middleware(error) => Error::Middleware(error.context("in context")),
                Error::Reqwest(error) => Error::Reqwest(error),
            },
        ];
        assert!(token_error(&ours()).is_some());
        for outer in wraps {
            assert!(token_error(&outer(ours())).is_some());
            for inner in wraps {
                let found = outer(inner(ours()));
                assert!(token_error(&found).is_some_and(TokenError::is_transient));
            }
        }
    }

    #[test]
    fn a_bare_token_error_is_found() {
        let error = Error::middleware(TokenError::permanent("no"));
        assert!(token_error(&error).is_some());
    }

    #[test]
    fn other_errors_hold_none() {
        assert!(token_error(&Error::middleware(io::Error::other("no"))).is_none());
    }

    #[test]
    fn the_message_does_not_repeat_its_cause() {
        assert!(!ours().to_string().contains("vault sealed"));
    }
}
