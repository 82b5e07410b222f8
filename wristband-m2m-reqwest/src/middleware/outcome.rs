//! The outcome of the middleware for a request.

use reqwest::Response;

/// Extension on every response that came through [`WristbandAuth`](crate::WristbandAuth): what was done about
/// its token.
///
/// # Examples
///
/// ```
/// use wristband_m2m_reqwest::{AuthOutcome, NotRetried, reqwest_middleware::ClientWithMiddleware};
///
/// # async fn example(http: ClientWithMiddleware) -> Result<(), Box<dyn std::error::Error>> {
/// let response = http.get("https://api.example.com/orders").send().await?;
/// if let Some(outcome) = response.extensions().get::<AuthOutcome>() {
///     if outcome.not_retried() == Some(NotRetried::CircuitOpen) {
///         eprintln!("the API rejects every fresh token: check the audience it expects");
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuthOutcome {
    token_attached: bool,
    retried: bool,
    not_retried: Option<NotRetried>,
}

/// Why a 401 to a request that carried our token was returned without a retry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NotRetried {
    /// Retries are switched off by
    /// [`retry_on_unauthorized(false)`](crate::WristbandAuthBuilder::retry_on_unauthorized). The token was replaced, so
    /// the next call sends a new one.
    Disabled,
    /// The body is a stream or a multipart form, which can be sent only once. The token was replaced, so the next call
    /// sends a new one.
    BodyNotReplayable,
    /// A redirect led to another origin, which responded 401. The token was not replaced: see
    /// [`same_origin_redirects`](crate::same_origin_redirects).
    OtherOrigin,
    /// No new token could be obtained; this is the API's own response.
    NoToken,
    /// The origin has rejected several fresh tokens in a row, and none is fetched for it until the pause of the circuit
    /// breaker has passed. With a token store, also when the processes that share it have renewed too often just now.
    CircuitOpen,
    /// The token is valid but does not grant enough: `error="insufficient_scope"` (RFC 6750, section 3.1). The token was
    /// not replaced; a new one would have the same scope.
    InsufficientScope,
}

impl NotRetried {
    /// For metrics.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Disabled => "disabled",
            Self::BodyNotReplayable => "body_not_replayable",
            Self::OtherOrigin => "other_origin",
            Self::NoToken => "no_token",
            Self::CircuitOpen => "circuit_open",
            Self::InsufficientScope => "insufficient_scope",
        }
    }
}

impl AuthOutcome {
    pub(crate) const UNAUTHENTICATED: Self = Self {
        token_attached: false,
        retried: false,
        not_retried: None,
    };
    pub(crate) const AUTHENTICATED: Self = Self {
        token_attached: true,
        ..Self::UNAUTHENTICATED
    };
    pub(crate) const RETRIED: Self = Self {
        retried: true,
        ..Self::AUTHENTICATED
    };

    pub(crate) const fn not_retried_for(reason: NotRetried) -> Self {
        Self {
            not_retried: Some(reason),
            ..Self::AUTHENTICATED
        }
    }

    /// The response, with this in its extensions.
    pub(crate) fn on(self, mut response: Response) -> Response {
        response.extensions_mut().insert(self);
        response
    }

    /// Returns whether the request carried our token. It does not if the caller set `Authorization`, asked to
    /// [skip](crate::SkipWristbandAuth) it, or called an origin that is not on the list.
    #[must_use]
    pub fn token_attached(&self) -> bool {
        self.token_attached
    }

    /// Returns whether a 401 was handled by sending the request again with a new token; this is the response to that.
    #[must_use]
    pub fn retried(&self) -> bool {
        self.retried
    }

    /// Returns why this 401 was not retried. `None` for all other responses, for the second 401 of a request that was
    /// [`retried`](Self::retried), and where no token was attached.
    #[must_use]
    pub fn not_retried(&self) -> Option<NotRetried> {
        self.not_retried
    }
}
