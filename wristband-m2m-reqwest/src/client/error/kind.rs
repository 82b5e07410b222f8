//! ApiErrorKind: the class of an error.

#[cfg(doc)]
use super::ApiError;

/// The class of an [`ApiError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ApiErrorKind {
    /// No token could be obtained, so the request was not sent: see [`ApiError::token_error`].
    Token,
    /// The server responded with a non-success status: see [`ApiError::status`] and [`ApiError::body`].
    Status,
    /// The server could not be reached, or the connection broke before the response was complete.
    Network,
    /// The response was not complete within the timeout, which covers the whole call.
    Timeout,
    /// The server responded with success, but the body is not of the promised type.
    Decode,
    /// The request could not be made from the arguments, or was refused before it was sent.
    Request,
}

impl ApiErrorKind {
    /// For traces, where it is the `error.type`.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Status => "status",
            Self::Network => "network",
            Self::Timeout => "timeout",
            Self::Decode => "decode",
            Self::Request => "request",
        }
    }
}
