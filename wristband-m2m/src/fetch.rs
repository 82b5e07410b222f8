//! How one token is fetched: rate limited, bounded in time, counted, retried.

pub(crate) mod endpoint;
mod rate_limiter;
mod retry;
mod retry_after;
pub(crate) mod secret;
mod secret_file;
mod secret_request;
mod secret_source;
pub(crate) mod secrets;
mod sharing;
mod source;
mod token_response;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use self::endpoint::TokenEndpoint;
use self::rate_limiter::{INTERVAL, RateLimiter};
use self::secret::ClientSecret;
use self::secrets::SecretTrial;
use self::sharing::{Sharing, Store};
use crate::clock::Moment;
use crate::deadline::Deadline;
use crate::error::{TokenError, TokenErrorKind};
use crate::runtime::{Mutex, lock, race, sleep};
#[cfg(feature = "token-store")]
use crate::store::SharedTokens;
use crate::telemetry::{self, RateLimiterWait, TokenRequest};
use crate::token::AccessToken;
use crate::token::expiry::Lifetime;

pub use self::retry::TokenRetry;
pub use self::secret_file::SecretFile;
pub use self::secret_source::{BoxError, SecretSource};
pub use self::source::{IssuedToken, TokenSource};

/// Where tokens come from.
pub(crate) enum Backend {
    Endpoint(TokenEndpoint),
    Custom(Arc<dyn TokenSource>),
}

/// Why a token is fetched, as the cache knows it at that moment.
#[derive(Clone, Debug, Default)]
pub(crate) struct Demand {
    /// The token at hand, unless it has expired.
    pub(crate) have: Option<AccessToken>,
    /// An API has rejected that token.
    pub(crate) is_rejected: bool,
    pub(crate) need: Need,
}

/// What makes a token good enough for whom it is fetched.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Need {
    /// The life that a caller asks for.
    pub(crate) min_lifetime: Duration,
    /// The age up to which another process's token is as good as a new one; any by default.
    // Only a token store reads it.
    #[cfg_attr(not(feature = "token-store"), allow(dead_code))]
    pub(crate) max_age: Option<Duration>,
}

impl Demand {
    fn reason(&self) -> &'static str {
        match &self.have {
            None => "no token",
            Some(_) if self.is_rejected => "rejected",
            Some(token) if token.remaining() < self.need.min_lifetime => "lives too short",
            Some(_) => "about to expire",
        }
    }
}

/// Who a token is fetched for.
pub(crate) trait FetchObserver: Sync {
    /// What is needed now: it may change until [`on_start`](Self::on_start), when the cache is cleared.
    fn demand(&self) -> Demand;

    /// Called before the first request is sent: from here on the token may be older than a clear.
    fn on_start(&self);

    /// Called when an attempt has failed and another follows.
    fn on_failed_attempt(&self, error: &TokenError);

    /// Whether nobody will use the token.
    fn is_unwanted(&self) -> bool;

    /// Resolves when nobody will use the token.
    fn unwanted(&self) -> impl Future<Output = ()> + Send;
}

/// Makes one fetch into as many requests as it takes, and no more.
pub(crate) struct Fetcher {
    backend: Backend,
    retry: TokenRetry,
    request_timeout: Duration,
    rate_limiter: Mutex<RateLimiter>,
    is_limited: AtomicBool,
    requests: AtomicU64,
    store: Store,
}

impl Fetcher {
    pub(crate) fn new(backend: Backend, retry: TokenRetry, request_timeout: Duration) -> Self {
        Self {
            backend,
            retry,
            request_timeout,
            rate_limiter: Mutex::new(RateLimiter::new()),
            is_limited: AtomicBool::new(false),
            requests: AtomicU64::new(0),
            store: Store::default(),
        }
    }

    /// Shares tokens with other processes.
    #[cfg(feature = "token-store")]
    pub(crate) fn with_store(self, store: Option<Arc<SharedTokens>>) -> Self {
        Self { store, ..self }
    }

    #[cfg(feature = "token-store")]
    pub(crate) fn store(&self) -> Option<&SharedTokens> {
        self.store.as_deref()
    }

    /// Who tokens are fetched for; `None` for a custom source.
    pub(crate) fn client_id(&self) -> Option<&str> {
        match &self.backend {
            Backend::Endpoint(endpoint) => Some(endpoint.client_id()),
            Backend::Custom(_) => None,
        }
    }

    /// How many requests were sent so far, retries included.
    pub(crate) fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    pub(crate) fn endpoint(&self) -> Option<&TokenEndpoint> {
        match &self.backend {
            Backend::Endpoint(endpoint) => Some(endpoint),
            Backend::Custom(_) => None,
        }
    }

    /// Why tokens are fetched with a secret from before.
    pub(crate) fn secret_trouble(&self) -> Option<TokenError> {
        self.endpoint()?.secrets.trouble()
    }

    /// Called when the cache is cleared of `token`: another process's copy of it is of no use either.
    pub(crate) fn clear(&self, token: Option<&AccessToken>) {
        sharing::clear(&self.store, token);
    }

    /// Called when an API has rejected `token`.
    pub(crate) fn reject(&self, token: &AccessToken) {
        sharing::reject(&self.store, token);
    }

    /// Whether another process fetched `token`.
    pub(crate) fn is_adopted(&self, token: &AccessToken) -> bool {
        sharing::is_adopted(&self.store, token)
    }

    /// Makes attempts until one succeeds or no other follows; a single one for a `single_attempt`. Records in the current
    /// span why, and the number of requests.
    ///
    /// With a token store, it looks there before any request is sent, and puts there what it fetched.
    pub(crate) async fn token(
        &self,
        observer: &impl FetchObserver,
        single_attempt: bool,
    ) -> Result<AccessToken, TokenError> {
        tracing::Span::current().record("reason", observer.demand().reason());
        let mut cycle = Cycle {
            fetcher: self,
            observer,
            sharing: Sharing::begin(&self.store),
            sent: 0,
        };
        let result = cycle.run(single_attempt).await;
        cycle.sharing.finish(&result).await;
        tracing::Span::current().record("attempts", cycle.sent);
        result.map_err(|error| error.with_attempts(cycle.sent))
    }

    /// Waits until the next request may be sent.
    ///
    /// The turn is taken when it is used and not before, so whoever gives up waiting owes nothing.
    async fn acquire(&self, observer: &impl FetchObserver) -> Result<(), TokenError> {
        // Turns come once an interval, whatever the timeout.
        let longest = self.request_timeout.max(INTERVAL);
        let start = Instant::now();
        let mut waiting = None;
        loop {
            if observer.is_unwanted() {
                return Err(unwanted());
            }
            let Err(wait) = lock(&self.rate_limiter).try_acquire(Instant::now()) else {
                self.is_limited.store(waiting.is_some(), Ordering::Relaxed);
                return Ok(());
            };
            if !self.is_limited.swap(true, Ordering::Relaxed) {
                telemetry::rate_limited();
            }
            let Some(left) = longest
                .checked_sub(start.elapsed())
                .filter(|left| !left.is_zero())
            else {
                return Err(TokenError::timeout(
                    "the rate limit of token requests left no turn within the request timeout",
                ));
            };
            waiting.get_or_insert_with(RateLimiterWait::begin);
            race(sleep(wait.min(left)), observer.unwanted()).await;
        }
    }
}

/// One fetch.
struct Cycle<'a, O> {
    fetcher: &'a Fetcher,
    observer: &'a O,
    sharing: Sharing,
    /// Requests sent so far.
    sent: u32,
}

/// Where the attempts of one fetch go.
enum Route<'a> {
    Source(&'a dyn TokenSource),
    Endpoint(&'a TokenEndpoint, SecretTrial),
}

impl<O: FetchObserver> Cycle<'_, O> {
    async fn run(&mut self, single_attempt: bool) -> Result<AccessToken, TokenError> {
        let mut route = match &self.fetcher.backend {
            Backend::Custom(source) => Route::Source(&**source),
            Backend::Endpoint(endpoint) => {
                let trial = self.choose_secret(endpoint).await?;
                if let Some(token) = self.look(endpoint, &trial).await? {
                    return Ok(token);
                }
                Route::Endpoint(endpoint, trial)
            }
        };
        // A source has no secret to seal with; that of a simulated fleet has.
        #[cfg(all(test, feature = "token-store"))]
        if let Route::Source(_) = route {
            let sealer = crate::store::simulated_sealer();
            if let Some(token) = self.sharing.look_for(sealer, self.observer).await? {
                return Ok(token);
            }
        }
        let mut attempts = 0;
        loop {
            attempts += 1;
            let error = match self.attempt(&mut route).await {
                Ok(token) => return Ok(token),
                Err(error) => error,
            };
            let delay = self.fetcher.retry.next_delay(attempts, &error);
            let Some(delay) = delay.filter(|_| !single_attempt) else {
                return Err(error);
            };
            telemetry::retrying(attempts, &error);
            self.observer.on_failed_attempt(&error);
            sleep(delay).await;
        }
    }

    async fn attempt(&mut self, route: &mut Route<'_>) -> Result<AccessToken, TokenError> {
        match route {
            Route::Source(source) => self.request(Target::Source(*source)).await,
            Route::Endpoint(endpoint, trial) => self.ask_endpoint(endpoint, trial).await,
        }
    }

    /// Asks for the secret to begin with. A source that gives none is left alone as a failing endpoint would be.
    async fn choose_secret(&self, endpoint: &TokenEndpoint) -> Result<SecretTrial, TokenError> {
        let limit = self.fetcher.request_timeout;
        let trial = self.while_wanted(endpoint.secrets.begin(limit)).await?;
        if trial.is_err() {
            // Whatever comes of the wait, the source is what failed.
            self.fetcher.acquire(self.observer).await.ok();
        }
        trial
    }

    /// One request, or two when the secret turns out to have been rotated away. The rest of the cycle is made with the
    /// other secret then: a refused one is not sent again.
    async fn ask_endpoint(
        &mut self,
        endpoint: &TokenEndpoint,
        trial: &mut SecretTrial,
    ) -> Result<AccessToken, TokenError> {
        loop {
            let target = Target::Endpoint(endpoint, &trial.secret);
            let error = match self.request(target).await {
                Ok(token) => {
                    endpoint.secrets.settle(trial);
                    return Ok(token);
                }
                Err(error) => error,
            };
            // Both secrets are wrong: report the refusal of the preferred one.
            if let Some(first) = &trial.refused {
                let is_same = first.error.oauth_error() == error.oauth_error();
                return Err(if is_same { first.error.clone() } else { error });
            }
            let limit = self.fetcher.request_timeout;
            let turn = endpoint.secrets.turn(trial, &error, limit);
            if !self.while_wanted(self.sharing.while_leased(turn)).await? {
                return Err(error);
            }
            if let Some(token) = self.look(endpoint, trial).await? {
                return Ok(token);
            }
        }
    }

    /// Looks for a token that another process has fetched with this secret.
    async fn look(
        &mut self,
        endpoint: &TokenEndpoint,
        trial: &SecretTrial,
    ) -> Result<Option<AccessToken>, TokenError> {
        let look = self.sharing.look(endpoint, &trial.secret, self.observer);
        let token = look.await?;
        if token.is_some() {
            endpoint.secrets.settle(trial);
        }
        Ok(token)
    }

    /// Runs `work` for as long as somebody wants the token.
    async fn while_wanted<T>(&self, work: impl Future<Output = T>) -> Result<T, TokenError> {
        let mut output = None;
        let work = async { output = Some(work.await) };
        race(work, self.observer.unwanted()).await;
        output.ok_or_else(unwanted)
    }

    /// Makes one request, and once more if its deadline passed while the machine slept.
    async fn request(&mut self, target: Target<'_>) -> Result<AccessToken, TokenError> {
        let mut may_repeat = true;
        loop {
            let asked_at = self.begin_request().await?;
            let mut deadline = Deadline::after(self.fetcher.request_timeout);
            let request = TokenRequest::begin();
            let fetched = self.sharing.while_leased(target.fetch(&mut deadline)).await;
            let result = fetched.and_then(|issued| accept(issued, asked_at));
            request.end(&result);
            match result {
                Err(error)
                    if error.kind() == TokenErrorKind::Timeout
                        && deadline.has_slept()
                        && may_repeat =>
                {
                    telemetry::machine_slept();
                    may_repeat = false;
                }
                result => return result,
            }
        }
    }

    /// Waits for the request's turn, and counts it.
    async fn begin_request(&mut self) -> Result<Moment, TokenError> {
        let turn = self.fetcher.acquire(self.observer);
        self.sharing.while_leased(turn).await?;
        if self.sent == 0 {
            self.sharing.start();
        }
        self.observer.on_start();
        self.sent += 1;
        self.fetcher.requests.fetch_add(1, Ordering::Relaxed);
        Ok(Moment::now())
    }
}

/// Where one request goes.
enum Target<'a> {
    Source(&'a dyn TokenSource),
    Endpoint(&'a TokenEndpoint, &'a ClientSecret),
}

impl Target<'_> {
    async fn fetch(&self, deadline: &mut Deadline) -> Result<IssuedToken, TokenError> {
        match *self {
            Self::Endpoint(endpoint, secret) => endpoint.fetch(secret, deadline).await,
            Self::Source(source) => match deadline.bound(source.fetch_token()).await {
                Some(outcome) => outcome,
                None => Err(TokenError::timeout(
                    "the token source did not respond within the request timeout",
                )),
            },
        }
    }
}

fn unwanted() -> TokenError {
    TokenError::interrupted("the token is not needed any more")
}

fn accept(issued: IssuedToken, asked_at: Moment) -> Result<AccessToken, TokenError> {
    let lifetime = Lifetime::new(asked_at, issued.life);
    if lifetime.is_expired(&Moment::now()) {
        return Err(TokenError::invalid_response(
            "the token had expired before its response arrived",
        ));
    }
    AccessToken::new(&issued.value, lifetime)
}
