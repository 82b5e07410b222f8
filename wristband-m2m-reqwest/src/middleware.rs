//! Middleware: attaches the token, and recovers from its rejection once.

mod builder;
mod challenge;
mod circuit_breaker;
pub(crate) mod error;
pub(crate) mod extensions;
pub(crate) mod origin;
mod origin_policy;
pub(crate) mod outcome;
mod recovery;
pub(crate) mod redirect;
mod replay;

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use ::wristband_m2m::{AccessToken, WristbandM2mClient};
use http::header::AUTHORIZATION;
use http::{Extensions, StatusCode};
use reqwest::{Request, Response, Url};
use reqwest_middleware::{Error, Middleware, Next};
use tokio::time::{Instant, timeout};

pub use self::builder::WristbandAuthBuilder;
use self::circuit_breaker::SharedCircuitBreaker;
use self::error::NoToken;
use self::extensions::{HomeOrigin, MinTokenLife, NoRetry, SkipWristbandAuth};
use self::origin::{Origin, same_origin};
use self::origin_policy::{OriginPolicy, TokenDecision};
use self::outcome::{AuthOutcome, NotRetried};
use self::replay::Replay;
use crate::telemetry::run_attempt;

/// Attaches a Wristband token to each request, and recovers when an API rejects it.
///
/// A middleware for [`reqwest_middleware::ClientBuilder`]. Cheap to clone; clones share their circuit breaker.
///
/// # Which requests carry the token
///
/// **Without [`allow_origin`](WristbandAuthBuilder::allow_origin), every `https` origin gets the token.** If the client
/// also calls URLs that others supply, such as webhooks, list the origins of your APIs: then only those get it, and
/// requests to others pass without a token.
///
/// ```
/// # use wristband_m2m_reqwest::wristband_m2m::{WristbandM2mClient, testing::MockWristband};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let client = MockWristband::start().await.client();
/// use wristband_m2m_reqwest::{WristbandAuth, reqwest, reqwest_middleware, same_origin_redirects};
///
/// let http = reqwest::Client::builder()
///     .redirect(same_origin_redirects())
///     .build()?;
/// let auth = WristbandAuth::builder(client)
///     .allow_origin("https://api.example.com")
///     .build()?;
/// let http = reqwest_middleware::ClientBuilder::new(http).with(auth).build();
/// # Ok(())
/// # }
/// ```
///
/// The token is sent over `https`, and over `http` to loopback (`localhost`, 127.0.0.0/8, `::1`). Plain `http` to another
/// machine is an error before anything is sent (RFC 6750, section 5.3), unless that origin is listed. An `Authorization`
/// that the caller set on the request is left alone; one among the default headers of the [`reqwest::Client`] is not
/// visible here, and the token replaces it. A request of a typed client carries its home origin, and gets the token there
/// and nowhere else, even when a middleware outside of this one has rewritten the URL.
///
/// Two things happen below this middleware, in the [`reqwest::Client`]: redirects, so give it
/// [`same_origin_redirects`](crate::same_origin_redirects); and proxies, through which a request to loopback leaves the
/// machine unless `NO_PROXY` or [`no_proxy`](reqwest::ClientBuilder::no_proxy) exempts it.
///
/// # What happens on a 401
///
/// If the request carried our token, and the response is from the origin it was meant for, the token is
/// [replaced](WristbandM2mClient::replace_token): by one token request for all callers, or by none if another request has
/// replaced it already. Then the request is sent again, at once, byte for byte. A second 401 is returned. So is the first
/// one, readable, if no new token could be obtained or the body cannot be sent twice (a stream, a multipart form); the next
/// request then has the new token. Other callers keep the rejected token until it is replaced, so a broken API costs the
/// others nothing.
///
/// A replacement that was requested before the request was sent, or fetched by another process through a token store, may
/// be as old as the rejected token. If it is rejected too, one more token is fetched, and the request is sent a third and
/// last time.
///
/// A 401 with `error="insufficient_scope"` (RFC 6750, section 3.1) is not about the token, and neither is a 403: no token
/// is renewed. [`AuthOutcome`], an extension on every response, says what was done.
///
/// While the replacement of a token that an origin rejected is being fetched, further requests to that origin wait for it
/// instead of collecting 401s: for 1 s at most, only until the renewal fails, and not if the origin has accepted the token
/// since, on another route.
///
/// If an API keeps rejecting fresh tokens, a per-origin circuit breaker opens: after three failed renewals in a row, 401s
/// are returned unchanged for 1 s; then one renewal is tried, with the pause doubling up to 60 s (10 s where the origin
/// accepts the token on other routes) until a replay is accepted. Other origins are not affected.
///
/// A timeout of the request or the client applies to each send.
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
/// A request that needs a token is not sent without one: the error holds the
/// [`TokenError`](::wristband_m2m::TokenError), see
/// [`token_error`](crate::token_error). All errors of inner middleware and of reqwest pass as they are, so
/// `is_timeout()` and the other predicates keep working.
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

/// How long a request waits for the replacement of a token that its origin has rejected.
const REPLACEMENT_WAIT: Duration = Duration::from_secs(1);

/// An authenticated request, as far as its response needs it.
struct Attempt {
    /// The URL of the request; a redirect may have led the response elsewhere.
    url: Url,
    token: AccessToken,
    sent_at: Instant,
    replay: Result<Replay, NotRetried>,
}

/// The token would travel in the clear.
#[derive(Debug, thiserror::Error)]
#[error(
    "refusing to send the token over plain http to {0}: use https, or allow the origin with `.allow_origin(\"{0}\")`"
)]
struct InsecureOrigin(Origin);

impl WristbandAuth {
    /// Uses the defaults: **every `https` origin gets the token**, see
    /// [which requests carry it](Self#which-requests-carry-the-token). Takes a client, an [`Arc`] of one, or a reference.
    ///
    /// For a client that also calls URLs of others, use [`builder`](Self::builder) with
    /// [`allow_origin`](WristbandAuthBuilder::allow_origin).
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
    // As `#[async_trait]` expands, but without its second copy of the request: that one alone makes the future so large
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
                let response = run_attempt(next, request, extensions).await?;
                return Ok(AuthOutcome::UNAUTHENTICATED.on(response));
            }
            let attempt = auth.attach_token(&mut request, extensions).await?;
            let response = run_attempt(next.clone(), request, extensions).await?;
            if response.status() == StatusCode::UNAUTHORIZED {
                // Boxed, for it is rare, and its state would be carried by every request.
                return Box::pin(auth.recover(attempt, response, extensions, next)).await;
            }
            if !auth.circuit_breaker.is_idle()
                && response.status().is_success()
                && same_origin(&attempt.url, response.url())
            {
                auth.circuit_breaker
                    .record_success(&attempt.url, &attempt.token);
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
        let decision = self.origin_policy.decide(request.url());
        let home = extensions.get::<HomeOrigin>();
        if home.is_some_and(|home| !home.0.contains(request.url())) {
            return Ok(false);
        }
        match decision {
            TokenDecision::Attach => Ok(true),
            TokenDecision::Skip => Ok(false),
            // The typed client's own setting has allowed its home.
            TokenDecision::Reject(_) if home.is_some() => Ok(true),
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
        let token = self.client.get_token_valid_for(min_lifetime).await;
        let mut token = token.map_err(|error| Error::middleware(NoToken(error)))?;
        if !self.circuit_breaker.is_idle()
            && self.circuit_breaker.is_renewing(request.url(), &token)
            && let Some(origin) = Origin::of(request.url())
        {
            let replacement = Box::pin(self.replace_token(&origin, &token));
            if let Ok(Ok(replacement)) = timeout(REPLACEMENT_WAIT, replacement).await {
                token = replacement;
            }
        }
        let retry = self.retry_on_unauthorized && extensions.get::<NoRetry>().is_none();
        let attempt = Attempt {
            url: request.url().clone(),
            replay: if retry {
                Replay::of(request).ok_or(NotRetried::BodyNotReplayable)
            } else {
                Err(NotRetried::Disabled)
            },
            token,
            sent_at: Instant::now(),
        };
        let authorization = attempt.token.authorization().clone();
        request.headers_mut().insert(AUTHORIZATION, authorization);
        Ok(attempt)
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
