//! What can go wrong while a token is fetched.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;

/// The error returned when an access token could not be obtained.
///
/// Cheap to clone: callers that waited for the same request share one error. The predicates say what to do next, the
/// message says what went wrong at this level, and [`source()`](Error::source) returns the cause.
/// None of them shows a secret, a token, a header, a query or a response body.
///
/// # Examples
///
/// ```
/// use wristband_m2m::{TokenError, TokenErrorKind};
///
/// fn advice(error: &TokenError) -> &'static str {
///     match error.kind() {
///         TokenErrorKind::Rejected if error.oauth_error() == Some("invalid_client") => "check the client id and secret",
///         _ if error.is_transient() => "try again later",
///         _ => "look at the message",
///     }
/// }
///
/// let error = TokenError::transient("the vault is sealed");
/// assert_eq!(advice(&error), "try again later");
/// ```
#[derive(Clone)]
pub struct TokenError(Arc<Failure>);

#[derive(Clone)]
struct Failure {
    kind: TokenErrorKind,
    message: Cow<'static, str>,
    transient: bool,
    status: Option<StatusCode>,
    document: ErrorDocument,
    retry_after: Option<Duration>,
    attempts: u32,
    source: Option<Arc<dyn Error + Send + Sync>>,
}

/// What is kept of an error document, already scrubbed and bounded: the fields of RFC 6749, section 5.2, and of
/// Wristband's own `{"type", "code", "message", "ticket"}`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ErrorDocument {
    pub(crate) error: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) code: Option<String>,
    pub(crate) ticket: Option<String>,
}

/// The class of a [`TokenError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TokenErrorKind {
    /// The token endpoint responded with 4xx; see [`TokenError::oauth_error`].
    Rejected,
    /// The token endpoint responded with 5xx, on every attempt.
    Unavailable,
    /// The token endpoint could not be reached, or the connection broke.
    Network,
    /// The token endpoint did not respond within the request timeout.
    Timeout,
    /// The response is not a token response as defined by RFC 6749, section 5.1.
    InvalidResponse,
    /// The request ended without a result: the token source panicked, or no Tokio runtime is running.
    Interrupted,
    /// A [`TokenSource`](crate::TokenSource) or a [`SecretSource`](crate::SecretSource) of the application failed.
    Source,
    /// A rejected token was not renewed, because the processes that share a
    /// [`token_store`](crate::WristbandM2mClientBuilder::token_store) have renewed too often just now.
    RenewalLimited,
}

impl TokenErrorKind {
    /// For traces and metrics.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Rejected => "rejected",
            Self::Unavailable => "unavailable",
            Self::Network => "network",
            Self::Timeout => "timeout",
            Self::InvalidResponse => "invalid_response",
            Self::Interrupted => "interrupted",
            Self::Source => "source",
            Self::RenewalLimited => "renewal_limited",
        }
    }
}

impl TokenError {
    /// Creates a transient failure of a custom [`TokenSource`](crate::TokenSource). Retried like a 5xx.
    pub fn transient(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::new(TokenErrorKind::Source, "the token source failed")
            .caused_by(cause.into())
            .passing()
    }

    /// Creates a permanent failure of a custom [`TokenSource`](crate::TokenSource). Not retried.
    pub fn permanent(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::new(TokenErrorKind::Source, "the token source failed").caused_by(cause.into())
    }

    /// Adds the delay that a custom [`TokenSource`](crate::TokenSource) was asked to keep before the next attempt.
    ///
    /// Up to 1 s it replaces the delay between the attempts of one fetch; a longer one ends the fetch. Background
    /// retries respect it up to 5 minutes.
    ///
    /// ```
    /// use std::time::Duration;
    /// use wristband_m2m::TokenError;
    ///
    /// let error = TokenError::transient("too many requests").with_retry_after(Duration::from_secs(20));
    /// assert_eq!(error.retry_after(), Some(Duration::from_secs(20)));
    /// ```
    #[must_use]
    pub fn with_retry_after(self, delay: Duration) -> Self {
        self.change(|failure| failure.retry_after = Some(delay))
    }

    /// Returns the class of the failure.
    #[must_use]
    pub fn kind(&self) -> TokenErrorKind {
        self.0.kind
    }

    /// Returns the status of the token endpoint's response, if there was one.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.0.status
    }

    /// Returns the `error` code of the OAuth error document (RFC 6749, section 5.2), such as `invalid_client`.
    #[must_use]
    pub fn oauth_error(&self) -> Option<&str> {
        self.0.document.error.as_deref()
    }

    /// Returns the `error_description` of the OAuth error document: at most 256 characters, without control characters.
    #[must_use]
    pub fn oauth_error_description(&self) -> Option<&str> {
        self.0.document.description.as_deref()
    }

    /// Returns the `code` of Wristband's own error document, such as `invalid_request`: at most 64 characters.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.0.document.code.as_deref()
    }

    /// Returns the `ticket` of Wristband's own error document, which Wristband's support asks for: at most 64 characters.
    /// It is in the message too.
    #[must_use]
    pub fn ticket(&self) -> Option<&str> {
        self.0.document.ticket.as_deref()
    }

    /// Returns how many requests were sent before giving up; 0 if none was.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Returns whether the same call may succeed later without a change of configuration: 5xx, 408, 429, network
    /// failures, timeouts, interrupted requests, and what a token source calls transient.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        self.0.transient
    }

    /// Returns the delay requested by the token endpoint (`Retry-After`, RFC 9110, section 10.2.3) or by a token source.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    pub(crate) fn new(kind: TokenErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        let transient = matches!(
            kind,
            TokenErrorKind::Unavailable
                | TokenErrorKind::Network
                | TokenErrorKind::Timeout
                | TokenErrorKind::Interrupted
        );
        Self(Arc::new(Failure {
            kind,
            message: message.into(),
            transient,
            status: None,
            document: ErrorDocument::default(),
            retry_after: None,
            attempts: 0,
            source: None,
        }))
    }

    /// A failure that follows from the status of the response.
    pub(crate) fn from_status(
        status: StatusCode,
        document: ErrorDocument,
        retry_after: Option<Duration>,
    ) -> Self {
        let kind = if status.is_server_error() {
            TokenErrorKind::Unavailable
        } else if status.is_client_error() {
            TokenErrorKind::Rejected
        } else {
            TokenErrorKind::InvalidResponse
        };
        let passing = matches!(
            status,
            StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS
        );
        let mut message = match kind {
            TokenErrorKind::Unavailable => {
                format!("the token endpoint is unavailable: it responded with {status}")
            }
            TokenErrorKind::Rejected => {
                format!("the token endpoint rejected the request with {status}")
            }
            _ if status.is_redirection() => format!(
                "the token endpoint responded with a redirect ({status}), which is never followed: check the domain"
            ),
            _ => {
                format!("the token endpoint responded with {status}, which is not a token response")
            }
        };
        if let Some(error) = &document.error {
            message.push_str(&format!(", {error}"));
            if let Some(description) = &document.description {
                message.push_str(&format!(" ({description})"));
            }
        }
        if let Some(code) = &document.code {
            message.push_str(&format!(", {code}"));
        }
        if let Some(ticket) = &document.ticket {
            message.push_str(&format!(", ticket {ticket}"));
        }
        if status == StatusCode::NOT_FOUND && document == ErrorDocument::default() {
            message.push_str(": check the application vanity domain");
        }
        Self::new(kind, message).change(|failure| {
            failure.transient |= passing;
            failure.status = Some(status);
            failure.document = document;
            failure.retry_after = retry_after;
        })
    }

    pub(crate) fn invalid_response(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(TokenErrorKind::InvalidResponse, message)
    }

    pub(crate) fn timeout(message: &'static str) -> Self {
        Self::new(TokenErrorKind::Timeout, message)
    }

    /// A forced renewal that the fleet's limit put off.
    #[cfg(feature = "token-store")]
    pub(crate) fn renewal_limited(wait: Duration) -> Self {
        Self::new(
            TokenErrorKind::RenewalLimited,
            "the token was rejected and other processes have renewed it just now: it is not renewed again yet",
        )
        .change(|failure| {
            failure.transient = true;
            failure.retry_after = Some(wait);
        })
    }

    pub(crate) fn interrupted(message: &'static str) -> Self {
        Self::new(TokenErrorKind::Interrupted, message)
    }

    /// The secret source failed. The next fetch asks it again.
    pub(crate) fn secret_source(message: &'static str) -> Self {
        Self::new(TokenErrorKind::Source, message).passing()
    }

    pub(crate) fn caused_by(self, cause: Box<dyn Error + Send + Sync>) -> Self {
        self.change(|failure| failure.source = Some(Arc::from(cause)))
    }

    pub(crate) fn with_status(self, status: StatusCode) -> Self {
        self.change(|failure| failure.status = Some(status))
    }

    pub(crate) fn with_attempts(self, attempts: u32) -> Self {
        self.change(|failure| failure.attempts = attempts)
    }

    fn passing(self) -> Self {
        self.change(|failure| failure.transient = true)
    }

    fn change(mut self, change: impl FnOnce(&mut Failure)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)?;
        if self.0.attempts > 1 {
            write!(f, ", after {} attempts", self.0.attempts)?;
        }
        Ok(())
    }
}

impl fmt::Debug for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenError")
            .field("kind", &self.0.kind)
            .field("message", &self.0.message)
            .field("transient", &self.0.transient)
            .field("attempts", &self.0.attempts)
            .field("retry_after", &self.0.retry_after)
            .field("source", &self.0.source)
            .finish()
    }
}

impl Error for TokenError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source.as_deref().map(|cause| cause as _)
    }
}
