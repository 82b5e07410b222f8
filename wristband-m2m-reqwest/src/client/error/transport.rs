//! Turns errors of the HTTP stack into an `ApiError`, without anything confidential.

use std::error::Error;
use std::fmt;

use ::wristband_m2m::TokenError;
use reqwest::Url;

use super::{ApiError, ApiErrorKind};
use crate::client::endpoint::Endpoint;
use crate::error_chain::{error_chain, find_in_chain, unwrapped};
use crate::middleware::error::token_error;

impl ApiError {
    /// The error of a stack that did not deliver a response. `url` is the request's, if anyone but us could have put it
    /// in an error.
    pub(crate) fn from_stack(
        endpoint: &Endpoint,
        url: Option<&Url>,
        error: reqwest_middleware::Error,
    ) -> Self {
        match error {
            reqwest_middleware::Error::Reqwest(error) => Self::from_http(endpoint, error),
            reqwest_middleware::Error::Middleware(_) => Self::from_middleware(endpoint, url, error),
        }
    }

    /// reqwest failed, while sending or while reading the response.
    pub(crate) fn from_http(endpoint: &Endpoint, error: reqwest::Error) -> Self {
        let (kind, problem) = classify(&error);
        Self::new(endpoint, kind, problem).caused_by(error.without_url())
    }

    fn from_middleware(
        endpoint: &Endpoint,
        url: Option<&Url>,
        error: reqwest_middleware::Error,
    ) -> Self {
        let error = Cause::Stack(error);
        let outermost = error.as_error();
        if let Some(token) = find_in_chain::<TokenError>(outermost) {
            return Self::new(endpoint, ApiErrorKind::Token, "could not get a token")
                .caused_by(token.clone());
        }
        let (kind, problem) = match error_chain(outermost).find_map(http_error) {
            Some(http) => classify(http),
            None => (ApiErrorKind::Request, "was ended by a middleware"),
        };
        let cause = match url {
            Some(url) if leaks_url(outermost, url) => {
                Cause::Other(Box::new(RedactedError::of(outermost, url)))
            }
            _ => error,
        };
        let mut failure = Self::new(endpoint, kind, problem);
        failure.0.source = Some(cause);
        failure
    }
}

/// The source of an [`ApiError`].
pub(super) enum Cause {
    /// The error of a middleware, which is behind an `anyhow::Error`: as that it cannot be downcast.
    Stack(reqwest_middleware::Error),
    Other(Box<dyn Error + Send + Sync>),
}

impl Cause {
    pub(super) fn as_error(&self) -> &(dyn Error + 'static) {
        match self {
            Self::Stack(error) => unwrapped(error),
            Self::Other(error) => &**error,
        }
    }
}

impl fmt::Debug for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_error(), f)
    }
}

impl ApiErrorKind {
    /// The kind that an error of the HTTP stack is of.
    pub(crate) fn of_stack(error: &reqwest_middleware::Error) -> Self {
        if token_error(error).is_some() {
            return Self::Token;
        }
        let http = error_chain(unwrapped(error)).find_map(http_error);
        http.map_or(Self::Request, |error| classify(error).0)
    }
}

fn classify(error: &reqwest::Error) -> (ApiErrorKind, &'static str) {
    if error.is_timeout() {
        (ApiErrorKind::Timeout, "timed out")
    } else if error.is_builder() {
        (ApiErrorKind::Request, "could not be made into a request")
    } else if error.is_connect() {
        (ApiErrorKind::Network, "could not connect")
    } else if error.is_body() || error.is_decode() {
        (
            ApiErrorKind::Network,
            "broke off before the body was complete",
        )
    } else {
        (ApiErrorKind::Network, "got no response")
    }
}

/// Returns the reqwest error, bare or wrapped by reqwest-middleware.
fn http_error<'a>(cause: &'a (dyn Error + 'static)) -> Option<&'a reqwest::Error> {
    match cause.downcast_ref() {
        Some(reqwest_middleware::Error::Reqwest(http)) => Some(http),
        _ => cause.downcast_ref(),
    }
}

/// Whether an error shows the path or query of a URL in any way.
fn leaks_url(error: &(dyn Error + 'static), url: &Url) -> bool {
    let parts = [Some(url.path()), url.query()];
    let parts = || {
        parts
            .into_iter()
            .flatten()
            .filter(|part| !matches!(*part, "" | "/"))
    };
    error_chain(error).any(|cause| {
        let text = format!("{cause} {cause:?}");
        parts().any(|part| text.contains(part))
    })
}

/// The messages of another crate's error, which holds the URL and offers no way to strip it.
struct RedactedError {
    message: String,
    source: Option<Box<RedactedError>>,
}

impl RedactedError {
    fn of(error: &(dyn Error + 'static), url: &Url) -> Self {
        let mut message = error.to_string().replace(url.as_str(), "the URL");
        if let Some(query) = url.query().filter(|query| !query.is_empty()) {
            message = message.replace(query, "the query");
        }
        if url.path() != "/" {
            message = message.replace(url.path(), "the path");
        }
        Self {
            message,
            source: error.source().map(|source| Box::new(Self::of(source, url))),
        }
    }
}

impl fmt::Display for RedactedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for RedactedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RedactedError").field(&self.message).finish()
    }
}

impl Error for RedactedError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source
            .as_deref()
            .map(|source| source as &(dyn Error + 'static))
    }
}
