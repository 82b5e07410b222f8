//! Middleware: attaches the token, and recovers from its rejection once.

mod builder;
mod circuit_breaker;
pub(crate) mod error;
pub(crate) mod extensions;
pub(crate) mod origin;
mod origin_policy;
pub(crate) mod outcome;
pub(crate) mod redirect;
mod replay;

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use ::wristband_m2m::{AccessToken, TokenError, WristbandM2mClient};
use http::header::AUTHORIZATION;
use http::{Extensions, StatusCode};
use reqwest::{Request, Response, Url};
use reqwest_middleware::{Error, Middleware, Next};

pub use self::builder::WristbandAuthBuilder;
use self::circuit_breaker::SharedCircuitBreaker;
use self::error::NoToken;
use self::extensions::{MinTokenLife, NoRetry, SkipWristbandAuth};
use self::origin::{Origin, same_origin};
use self::origin_policy::{OriginPolicy, TokenDecision};
use self::outcome::{AuthOutcome, NotRetried};
use self::replay::Replay;
use crate::discard::drain;

/// Attaches a Wristband token to each request, and recovers when an API rejects it.
///
/// A middleware for [`reqwest_middleware::ClientBuilder`]. Cheap to clone; clones share what they know about APIs that
/// refuse tokens.
///
/// # Who sees the token
///
/// It goes out over `https`, and over `http` to this machine (`localhost`, 127.0.0.0/8, `::1`). Plain `http` to another
/// machine is an error before anything is sent. With [`allow_origin`](WristbandAuthBuilder::allow_origin), only the
/// allow_list origins get it, and requests to others pass without. An `Authorization` that the caller set on the request is
/// left alone; one among the default headers of the [`reqwest::Client`] is not seen here, and the token takes its
/// place. Redirects are reqwest's business, below this middleware: give the [`reqwest::Client`]
/// [`same_origin_redirects`](crate::same_origin_redirects).
///
/// # What happens on a 401
///
/// If the request carried our token, and the origin it was meant for has answered: the token is cleared, unless
/// another request has replaced it already; a new one is fetched, by one request for all who wait; and the request is
/// sent again, once, at once, byte for byte. A second 401 is returned. So is the first one, readable, if no new token can
/// be had or the body cannot be sent twice (a stream, a multipart form): then the next request has the new token.
/// [`AuthOutcome`], an extension on every response, says what was done.
///
/// An API that answers 401 to new tokens is not worth them: after three renewals in a row that did not help, its 401s are
/// returned as they are for 1 s, then one renewal is tried, and so on with doubled pauses of up to 60 s, until
/// it accepts a token. Other APIs are not affected.
///
/// A timeout of the request or the client holds for each of the two tries.
///
/// # Order among other middleware
///
/// The first middleware is the outermost. Retries go outside, so that each try has a token that is valid by then;
/// tracing outermost, to see the whole call, or innermost, to see each try:
///
/// ```
/// # use wristband_m2m_reqwest::wristband_m2m::{WristbandM2mClient, testing::MockWristband};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let client = MockWristband::start().await.client();
/// use reqwest_retry::{RetryTransientMiddleware, policies::ExponentialBackoff};
/// use reqwest_tracing::TracingMiddleware;
/// use wristband_m2m_reqwest::{WristbandAuth, reqwest, reqwest_middleware, same_origin_redirects};
///
/// let http = reqwest::Client::builder()
///     .redirect(same_origin_redirects())
///     .build()?;
/// let retries = ExponentialBackoff::builder().build_with_max_retries(3);
/// let http = reqwest_middleware::ClientBuilder::new(http)
///     .with(TracingMiddleware::default())
///     .with(RetryTransientMiddleware::new_with_policy(retries))
///     .with(WristbandAuth::new(client))
///     .build();
/// # Ok(())
/// # }
/// ```
///
/// reqwest-retry refuses streams and wraps every error: [`token_error`](crate::token_error) still finds ours.
///
/// # Errors
///
/// A request that needs a token is not sent without one: the error holds the [`TokenError`], see
/// [`token_error`](crate::token_error). All errors of inner middleware and of reqwest pass as they are, so
/// `is_timeout()` and its sisters keep working.
///
/// # Cancellation
///
/// Requests may be dropped at any point. A token request under way goes on, for the others.
#[derive(Clone)]
pub struct WristbandAuth(Arc<Shared>);

struct Shared {
    client: Arc<WristbandM2mClient>,
    origin_policy: OriginPolicy,
    retry_on_unauthorized: bool,
    circuit_breaker: SharedCircuitBreaker,
}

/// What the answer to a signed request is judged by.
struct Attempt {
    /// Where the request went; a redirect may have led the answer elsewhere.
    url: Url,
    token: AccessToken,
    min_lifetime: Duration,
    replay: Result<Replay, NotRetried>,
}

/// The token would travel in the clear.
#[derive(Debug, thiserror::Error)]
#[error(
    "the request was not sent: over plain http to another machine ({0}) anyone on the way can read its token; \
     use https, or name it in the builder with `.allow_origin(\"{0}\")`"
)]
struct InsecureOrigin(Origin);

impl WristbandAuth {
    /// With all settings at their defaults. Takes a client or an [`Arc`] of one.
    ///
    /// # Examples
    ///
    /// ```
    /// # use wristband_m2m_reqwest::wristband_m2m::testing::MockWristband;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let client = MockWristband::start().await.client();
    /// use wristband_m2m_reqwest::{WristbandAuth, reqwest, reqwest_middleware};
    ///
    /// let http = reqwest_middleware::ClientBuilder::new(reqwest::Client::builder().build()?)
    ///     .with(WristbandAuth::new(client.clone()))
    ///     .build();
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(client: impl Into<Arc<WristbandM2mClient>>) -> Self {
        Self::assemble(client.into(), OriginPolicy::Secure, true)
    }

    /// Starts from the defaults; see [`WristbandAuthBuilder`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use wristband_m2m_reqwest::wristband_m2m::testing::MockWristband;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let client = MockWristband::start().await.client();
    /// use wristband_m2m_reqwest::WristbandAuth;
    ///
    /// let auth = WristbandAuth::builder(client)
    ///     .allow_origin("https://api.example.com")
    ///     .allow_origin("http://orders.internal:8080")
    ///     .build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn builder(client: impl Into<Arc<WristbandM2mClient>>) -> WristbandAuthBuilder {
        WristbandAuthBuilder::new(client.into())
    }

    fn assemble(
        client: Arc<WristbandM2mClient>,
        origin_policy: OriginPolicy,
        retry_on_unauthorized: bool,
    ) -> Self {
        Self(Arc::new(Shared {
            client,
            origin_policy,
            retry_on_unauthorized,
            circuit_breaker: SharedCircuitBreaker::new(),
        }))
    }
}

impl Middleware for WristbandAuth {
    // What `#[async_trait]` would write, but for its second copy of the request: that one alone makes the future so large
    // that allocators leave their fast path.
    fn handle<'auth, 'extensions, 'next, 'call>(
        &'auth self,
        mut request: Request,
        extensions: &'extensions mut Extensions,
        next: Next<'next>,
    ) -> Pin<Box<dyn Future<Output = reqwest_middleware::Result<Response>> + Send + 'call>>
    where
        'auth: 'call,
        'extensions: 'call,
        'next: 'call,
    {
        let auth = &*self.0;
        Box::pin(async move {
            if !auth.needs_token(&request, extensions)? {
                let response = next.run(request, extensions).await?;
                return Ok(AuthOutcome::UNAUTHENTICATED.on(response));
            }
            let attempt = auth.attach_token(&mut request, extensions).await?;
            let response = next.clone().run(request, extensions).await?;
            if response.status() == StatusCode::UNAUTHORIZED {
                // Boxed, for it is rare, and its state would be carried by every request.
                return Box::pin(auth.recover(attempt, response, extensions, next)).await;
            }
            if !auth.circuit_breaker.is_empty()
                && response.status().is_success()
                && same_origin(&attempt.url, response.url())
            {
                auth.circuit_breaker.record_success(&attempt.url);
            }
            Ok(AuthOutcome::AUTHENTICATED.on(response))
        })
    }
}

impl Shared {
    fn needs_token(
        &self,
        request: &Request,
        extensions: &Extensions,
    ) -> reqwest_middleware::Result<bool> {
        if extensions.get::<SkipWristbandAuth>().is_some()
            || request.headers().contains_key(AUTHORIZATION)
        {
            return Ok(false);
        }
        match self.origin_policy.decide(request.url()) {
            TokenDecision::Attach => Ok(true),
            TokenDecision::Skip => Ok(false),
            TokenDecision::Reject(origin) => Err(Error::middleware(InsecureOrigin(origin))),
        }
    }

    async fn attach_token(
        &self,
        request: &mut Request,
        extensions: &Extensions,
    ) -> reqwest_middleware::Result<Attempt> {
        let min_lifetime = extensions
            .get::<MinTokenLife>()
            .map_or(Duration::ZERO, |life| life.0);
        let token = self.token(min_lifetime).await;
        let token = token.map_err(|error| Error::middleware(NoToken(error)))?;
        let retry = self.retry_on_unauthorized && extensions.get::<NoRetry>().is_none();
        let attempt = Attempt {
            url: request.url().clone(),
            min_lifetime,
            replay: if retry {
                Replay::of(request).ok_or(NotRetried::BodyNotReplayable)
            } else {
                Err(NotRetried::Disabled)
            },
            token,
        };
        let authorization = attempt.token.authorization().clone();
        request.headers_mut().insert(AUTHORIZATION, authorization);
        Ok(attempt)
    }

    /// Answers the first 401 to a request.
    async fn recover(
        &self,
        attempt: Attempt,
        response: Response,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> reqwest_middleware::Result<Response> {
        let (url, token, replay) = match self.renew(attempt, &response).await {
            Ok(renewed) => renewed,
            Err(reason) => return Ok(AuthOutcome::not_retried_for(reason).on(response)),
        };
        // Not before there is a new token: until then the answer may be the caller's.
        drain(response).await;
        let request = replay.into_request(url.clone(), token.authorization().clone());
        let response = next.run(request, extensions).await?;
        if same_origin(&url, response.url()) {
            match response.status() {
                StatusCode::UNAUTHORIZED => _ = self.circuit_breaker.record_failure(&url, &token),
                // An outage says nothing about the token. Anything else, a 404 say, shows that the renewal helped.
                status if status.is_server_error() => {}
                _ => self.circuit_breaker.record_success(&url),
            }
        }
        Ok(AuthOutcome::RETRIED.on(response))
    }

    /// A new token and the request to send with it, unless this 401 is not worth them.
    async fn renew(
        &self,
        attempt: Attempt,
        response: &Response,
    ) -> Result<(Url, AccessToken, Replay), NotRetried> {
        let Attempt {
            url,
            token,
            min_lifetime,
            replay,
        } = attempt;
        if !same_origin(&url, response.url()) {
            return Err(NotRetried::OtherOrigin);
        }
        // While an API cools down its 401s clear nothing, or each would cost a token by the next request's hand.
        if !self.circuit_breaker.record_failure(&url, &token) {
            return Err(NotRetried::CircuitOpen);
        }
        if self.client.clear_token_if(&token) {
            let origin = Origin::of(&url).map(tracing::field::display);
            tracing::info!(origin, "the API rejected the token, which is cleared");
        }
        let replay = replay?;
        match self.token(min_lifetime).await {
            Ok(token) => {
                tracing::debug!("a request is sent again with a new token");
                Ok((url, token, replay))
            }
            Err(error) => {
                tracing::debug!(%error, "no new token could be had, the 401 is returned");
                Err(NotRetried::NoToken)
            }
        }
    }

    async fn token(&self, min_lifetime: Duration) -> Result<AccessToken, TokenError> {
        self.client.get_token_valid_for(min_lifetime).await
    }
}

impl fmt::Debug for WristbandAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WristbandAuth")
            .field("client", &self.0.client)
            .field("origin_policy", &self.0.origin_policy)
            .field("retry_on_unauthorized", &self.0.retry_on_unauthorized)
            .finish_non_exhaustive()
    }
}
