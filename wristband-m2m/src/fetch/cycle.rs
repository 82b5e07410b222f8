//! One fetch: the store, the secret, and attempts until one succeeds or no other follows.

use std::sync::atomic::Ordering;

use super::endpoint::TokenEndpoint;
use super::secret::ClientSecret;
use super::secrets::SecretTrial;
use super::sharing::Sharing;
use super::source::{IssuedToken, TokenSource};
use super::{Backend, FetchObserver, Fetcher, unwanted};
use crate::clock::Moment;
use crate::deadline::Deadline;
use crate::error::{TokenError, TokenErrorKind};
use crate::runtime::{race, sleep};
use crate::telemetry::{self, TokenRequest};
use crate::token::AccessToken;
use crate::token::expiry::Lifetime;

/// One fetch.
pub(super) struct Cycle<'a, O> {
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

impl<'a, O: FetchObserver> Cycle<'a, O> {
    pub(super) fn begin(fetcher: &'a Fetcher, observer: &'a O) -> Self {
        Self {
            fetcher,
            observer,
            sharing: Sharing::begin(&fetcher.store),
            sent: 0,
        }
    }

    /// Makes attempts until one succeeds or no other follows.
    pub(super) async fn run(&mut self, single_attempt: bool) -> Result<AccessToken, TokenError> {
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
            // Behind a failed refresh one attempt will do, as long as there is a token to serve.
            let is_last = single_attempt && self.observer.demand().have.is_some();
            let delay = self.fetcher.retry.next_delay(attempts, &error);
            let Some(delay) = delay.filter(|_| !is_last) else {
                return Err(error);
            };
            telemetry::retrying(attempts, &error);
            self.observer.on_failed_attempt(&error);
            self.sharing.while_leased(sleep(delay)).await;
        }
    }

    /// Shares the outcome with other processes, and returns how many requests were sent.
    pub(super) async fn finish(&mut self, result: &Result<AccessToken, TokenError>) -> u32 {
        self.sharing.finish(result).await;
        self.sent
    }

    async fn attempt(&mut self, route: &mut Route<'_>) -> Result<AccessToken, TokenError> {
        match route {
            Route::Source(source) => self.request(Target::Source(*source)).await,
            Route::Endpoint(endpoint, trial) => {
                self.request_with_either_secret(endpoint, trial).await
            }
        }
    }

    /// Chooses the first secret. A failing secret source counts against the rate limit, as a failing endpoint does.
    async fn choose_secret(&self, endpoint: &TokenEndpoint) -> Result<SecretTrial, TokenError> {
        let limit = self.fetcher.request_timeout;
        let trial = self.while_wanted(endpoint.secrets.begin(limit)).await?;
        if trial.is_err() {
            // Whatever the result of the wait, the error is the source's.
            self.fetcher.acquire(self.observer).await.ok();
        }
        trial
    }

    /// One request, or two when the secret turns out to have been rotated away. The rest of the cycle is made with the
    /// other secret then: a refused one is not sent again.
    async fn request_with_either_secret(
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
            let switched = endpoint.secrets.switch(trial, &error, limit);
            if !self
                .while_wanted(self.sharing.while_leased(switched))
                .await?
            {
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

    /// Runs `work` until nobody wants the token.
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

    /// Waits for a permit of the rate limiter, and counts the request.
    async fn begin_request(&mut self) -> Result<Moment, TokenError> {
        let permit = self.fetcher.acquire(self.observer);
        self.sharing.while_leased(permit).await?;
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

fn accept(issued: IssuedToken, asked_at: Moment) -> Result<AccessToken, TokenError> {
    let lifetime = Lifetime::new(asked_at, issued.life);
    if lifetime.is_expired(&Moment::now()) {
        return Err(TokenError::invalid_response(
            "the token had expired before its response arrived",
        ));
    }
    AccessToken::new(&issued.value, lifetime)
}
