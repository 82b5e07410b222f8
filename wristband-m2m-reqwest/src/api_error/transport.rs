//! From what the HTTP stack reports to an ApiError: which kind it is, and nothing confidential kept.

use std::error::Error;
use std::fmt;

use ::wristband_m2m::TokenError;

use super::{ApiError, ApiErrorKind};
use crate::endpoint::Endpoint;

impl ApiError {
    /// The stack did not deliver an answer.
    pub(crate) fn from_stack(endpoint: &Endpoint, error: reqwest_middleware::Error) -> Self {
        match error {
            reqwest_middleware::Error::Reqwest(error) => Self::from_http(endpoint, error),
            reqwest_middleware::Error::Middleware(error) => {
                Self::from_middleware(endpoint, error.into())
            }
        }
    }

    /// reqwest failed, while sending or while reading the answer.
    pub(crate) fn from_http(endpoint: &Endpoint, error: reqwest::Error) -> Self {
        let (kind, problem) = classify(&error);
        Self::new(endpoint, kind, problem).caused_by(error.without_url())
    }

    fn from_middleware(endpoint: &Endpoint, error: Box<dyn Error + Send + Sync>) -> Self {
        let chain = || chain(&*error);
        if let Some(token) = chain().find_map(|cause| cause.downcast_ref::<TokenError>()) {
            return Self::new(endpoint, ApiErrorKind::Token, "could not get a token")
                .caused_by(token.clone());
        }
        let (kind, problem) = match chain().find_map(|cause| cause.downcast_ref()) {
            Some(http) => classify(http),
            None => (ApiErrorKind::Request, "was refused by a middleware"),
        };
        let failure = Self::new(endpoint, kind, problem);
        match url_in(&*error) {
            Some(url) => failure.caused_by(Retold::of(&*error, &url)),
            None => failure.caused_by(error),
        }
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
        (ApiErrorKind::Network, "got no answer")
    }
}

fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| (*error).source())
}

/// The URL that a wrapped reqwest error would print.
fn url_in(error: &(dyn Error + 'static)) -> Option<String> {
    chain(error)
        .filter_map(|cause| cause.downcast_ref::<reqwest::Error>())
        .find_map(|http| http.url())
        .map(ToString::to_string)
}

/// An error of another crate, by its messages alone: it wraps a reqwest error that prints its URL, and cannot be
/// opened to strip that.
struct Retold {
    message: String,
    source: Option<Box<Retold>>,
}

impl Retold {
    fn of(error: &(dyn Error + 'static), url: &str) -> Self {
        Self {
            message: error.to_string().replace(url, "the URL"),
            source: error.source().map(|source| Box::new(Self::of(source, url))),
        }
    }
}

impl fmt::Display for Retold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for Retold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Retold").field(&self.message).finish()
    }
}

impl Error for Retold {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source
            .as_deref()
            .map(|source| source as &(dyn Error + 'static))
    }
}
