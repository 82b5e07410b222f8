//! One process of a simulated fleet, with a cache.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::Instant;

use super::issuer::Issuer;
use super::machine::{Machine, REQUEST_TIMEOUT};
use super::store::SimulatedStore;
use crate::cache::TokenCache;
use crate::clock::simulated::MachineClock;
use crate::error::{TokenError, TokenErrorKind};
use crate::fetch::{Backend, Fetcher, TokenRetry};
use crate::store::StoreState;
use crate::store::protocol::SharedTokens;
use crate::token::AccessToken;
use crate::token::expiry::ExpiryPolicy;

/// Fewer than a process remembers, because it remembers cleared tokens too.
const REMEMBERED: usize = 4;
/// The pauses between the attempts of one fetch, and rounding.
const RETRIES: Duration = Duration::from_millis(250);
/// The longest operation of the store.
const OPERATION: Duration = Duration::from_millis(500);
/// The longest wait for another process, with its last pause and look.
const LEASE_WAIT: Duration = Duration::from_millis(5000 + 200 + 250);

/// A process that gets tokens, uses them, replaces those that the API rejects, and checks everything that it gets.
pub(super) struct Member {
    store: SimulatedStore,
    pub(super) machine: Arc<Machine>,
    cache: Arc<TokenCache>,
    shared: Arc<SharedTokens>,
    /// The last token that it got.
    served: Option<String>,
    /// The tokens that it saw rejected, latest last, with a gap for each that was cleared.
    rejected: VecDeque<Option<String>>,
}

impl Member {
    pub(super) fn start(store: &SimulatedStore, issuer: &Arc<Issuer>, clock: MachineClock) -> Self {
        let machine = Machine::new(Arc::clone(issuer), clock);
        let policy = ExpiryPolicy {
            buffer: Duration::from_secs(60),
            refresh_ahead: Duration::from_secs(60),
        };
        let shared = SharedTokens::new(Arc::new(store.reached_by(&machine)), policy);
        let shared = Arc::new(shared);
        let backend = Backend::Custom(Arc::clone(&machine) as _);
        let fetcher = Fetcher::new(backend, TokenRetry::default(), REQUEST_TIMEOUT)
            .with_store(Some(Arc::clone(&shared)));
        Self {
            store: store.clone(),
            machine,
            cache: Arc::new(TokenCache::new(fetcher, policy, None)),
            shared,
            served: None,
            rejected: VecDeque::new(),
        }
    }

    /// Ends this process and starts another one. A killed process does nothing any more.
    pub(super) fn restart(&mut self, is_killed: bool) {
        self.machine.is_dead.store(is_killed, Ordering::Relaxed);
        *self = Self::start(
            &self.store,
            &self.machine.issuer,
            self.machine.clock.clone(),
        );
    }

    /// Returns the remaining life of the cached token.
    pub(super) fn life_left(&self) -> Option<Duration> {
        let status = self.machine.clock.enter(|| self.cache.status());
        status.expires_in()
    }

    pub(super) fn store_state(&self) -> StoreState {
        self.shared.state()
    }

    pub(super) fn clear(&mut self) {
        self.machine.clock.enter(|| self.cache.clear());
        self.remember(None);
    }

    /// Calls the API with a token, and again with another one if it is rejected, as the middleware does.
    pub(super) async fn call(&mut self) -> Result<String, TokenError> {
        let clock = self.machine.clock.clone();
        clock.run(self.call_here()).await
    }

    async fn call_here(&mut self) -> Result<String, TokenError> {
        let start = Instant::now();
        let result = self.cache.token(Duration::ZERO).await;
        self.check_wait(start);
        let mut token = self.check(result)?;
        // A replacement that another process fetched may be older than the rejection.
        for _ in 0..2 {
            if self.machine.issuer.accepts(token.as_str()) {
                break;
            }
            self.remember(Some(token.as_str().to_owned()));
            let start = Instant::now();
            let result = self.cache.replace(&token).await;
            self.check_wait(start);
            token = self.check(result)?;
        }
        Ok(token.as_str().to_owned())
    }

    /// Replaces the cached token, as after a 401.
    pub(super) async fn replace(&mut self) -> Result<AccessToken, TokenError> {
        let token = self.cache.token(Duration::ZERO).await?;
        self.cache.replace(&token).await
    }

    /// Gets a token as a long job does.
    pub(super) async fn token_valid_for(
        &self,
        min_lifetime: Duration,
    ) -> Result<AccessToken, TokenError> {
        self.cache.token(min_lifetime).await
    }

    /// Refreshes the token as the background does.
    pub(super) async fn refreshed(&self, max_age: Duration) -> Result<AccessToken, TokenError> {
        self.cache.refresh(max_age).await
    }

    fn remember(&mut self, rejected: Option<String>) {
        if self.rejected.len() == REMEMBERED {
            self.rejected.pop_front();
        }
        self.rejected.push_back(rejected);
    }

    /// Checks that a token is not expired, rejected or foreign, and that an error has a reason.
    fn check(
        &mut self,
        result: Result<AccessToken, TokenError>,
    ) -> Result<AccessToken, TokenError> {
        let issuer = &self.machine.issuer;
        let token = result.inspect_err(|error| {
            let is_explained = error.kind() == TokenErrorKind::RenewalLimited;
            assert!(
                is_explained || issuer.is_in_trouble(),
                "an error without a reason: {error:?}"
            );
        })?;
        let text = token.as_str();
        issuer.check(text);
        let is_new = self.served.as_deref() != Some(text);
        let is_refused = self
            .rejected
            .iter()
            .flatten()
            .any(|rejected| rejected == text);
        assert!(
            !is_new || !is_refused,
            "{text} was rejected and is adopted again"
        );
        self.served = Some(text.to_owned());
        Ok(token)
    }

    /// Checks that a caller waited no longer than without a store, plus one operation or the wait for another process.
    fn check_wait(&self, start: Instant) {
        let took = start.elapsed();
        let alone = self.machine.fetching_since(start) + RETRIES;
        let log = self.machine.log();
        let was_busy = log
            .busy_at
            .is_some_and(|busy_at| busy_at + Duration::from_secs(1) >= start);
        let with_store = if was_busy { LEASE_WAIT } else { OPERATION };
        let was_frozen = log.frozen_until > start;
        assert!(
            was_frozen || took <= alone + with_store,
            "a caller waited {took:?}, without a store {alone:?}; another process held the lease: {was_busy}"
        );
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        self.cache.shut_down();
    }
}
