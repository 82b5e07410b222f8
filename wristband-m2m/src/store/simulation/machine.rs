//! One process of a simulated fleet, with all of a client's cache, and what can happen to it.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::{Instant, sleep, sleep_until};

use super::endpoint::Response;
use super::issuer::Issuer;
use super::store::SimulatedStore;
use crate::cache::TokenCache;
use crate::error::{TokenError, TokenErrorKind};
use crate::fetch::{Backend, Fetcher, IssuedToken, TokenRetry, TokenSource};
use crate::store::StoreState;
use crate::store::contract::{
    LeaseId, LookOutcome, StoreError, StoreQuery, StoreRecord, StoreSlot, TokenStore,
};
use crate::store::protocol::SharedTokens;
use crate::token::AccessToken;
use crate::token::expiry::ExpiryPolicy;

const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
/// Fewer than a process remembers, since it remembers cleared tokens too.
const REMEMBERED: usize = 4;
/// Between the attempts of one fetch, and what rounding makes of it.
const RETRIES: Duration = Duration::from_millis(250);
/// The longest operation.
const OPERATION: Duration = Duration::from_millis(500);
/// The longest wait for another's lease, with its last pause and look.
const LEASE_WAIT: Duration = Duration::from_millis(5000 + 200 + 250);

/// What connects one process with the store and the endpoint.
pub(super) struct Machine {
    store: SimulatedStore,
    issuer: Arc<Issuer>,
    is_dead: AtomicBool,
    is_cut_off: AtomicBool,
    log: Mutex<Log>,
}

struct Log {
    frozen_until: Instant,
    /// When the store last reported that another process holds the lease.
    busy_at: Option<Instant>,
    /// When requests were under way.
    fetches: Vec<(Instant, Option<Instant>)>,
}

impl Machine {
    fn new(store: SimulatedStore, issuer: Arc<Issuer>) -> Arc<Self> {
        Arc::new(Self {
            store,
            issuer,
            is_dead: AtomicBool::new(false),
            is_cut_off: AtomicBool::new(false),
            log: Mutex::new(Log {
                frozen_until: Instant::now(),
                busy_at: None,
                fetches: Vec::new(),
            }),
        })
    }

    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The process gets nothing done for a while, as after SIGSTOP.
    pub(super) fn freeze(&self, time: Duration) {
        self.log().frozen_until = Instant::now() + time;
        self.issuer.note_trouble();
    }

    /// Its requests do not reach the endpoint.
    pub(super) fn cut_off(&self, is_cut_off: bool) {
        self.is_cut_off.store(is_cut_off, Ordering::Relaxed);
    }

    async fn thaw(&self) {
        let frozen_until = self.log().frozen_until;
        sleep_until(frozen_until).await;
        if self.is_dead.load(Ordering::Relaxed) {
            std::future::pending().await
        }
    }

    /// How long requests were under way since `start`; they may overlap.
    fn fetching_since(&self, start: Instant) -> Duration {
        let now = Instant::now();
        let fetches = &self.log().fetches;
        let times = fetches.iter().map(|(began, ended)| {
            let ended = ended.unwrap_or(now);
            ended.saturating_duration_since((*began).max(start))
        });
        times.sum()
    }
}

#[async_trait]
impl TokenSource for Machine {
    async fn fetch_token(&self) -> Result<IssuedToken, TokenError> {
        let index = {
            let mut log = self.log();
            log.fetches.push((Instant::now(), None));
            log.fetches.len() - 1
        };
        let _ended = Ended(self, index);
        let request = self.issuer.receive();
        sleep(request.delay).await;
        self.thaw().await;
        if self.is_cut_off.load(Ordering::Relaxed) || request.response == Response::Network {
            self.issuer.note_trouble();
            return Err(TokenError::new(TokenErrorKind::Network, "no network"));
        }
        if request.response == Response::Hangs {
            self.issuer.note_trouble();
            sleep(REQUEST_TIMEOUT).await;
        }
        self.issuer.respond(request)
    }
}

/// Notes when a request ended, also one that was dropped.
struct Ended<'a>(&'a Machine, usize);

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        self.0.log().fetches[self.1].1 = Some(Instant::now());
    }
}

#[async_trait]
impl TokenStore for Machine {
    async fn look(&self, slot: &StoreSlot, query: &StoreQuery) -> Result<LookOutcome, StoreError> {
        self.thaw().await;
        let outcome = self.store.look(slot, query).await;
        if let Ok(LookOutcome::Busy { .. }) = outcome {
            self.log().busy_at = Some(Instant::now());
        }
        outcome
    }

    async fn put(
        &self,
        slot: &StoreSlot,
        lease: &LeaseId,
        record: &StoreRecord,
        replaces: Option<&StoreRecord>,
        life: Duration,
    ) -> Result<bool, StoreError> {
        self.thaw().await;
        self.store.put(slot, lease, record, replaces, life).await
    }

    async fn renew(
        &self,
        slot: &StoreSlot,
        lease: &LeaseId,
        life: Duration,
    ) -> Result<bool, StoreError> {
        self.thaw().await;
        self.store.renew(slot, lease, life).await
    }

    async fn fail(
        &self,
        slot: &StoreSlot,
        lease: &LeaseId,
        failure: &StoreRecord,
        life: Duration,
    ) -> Result<bool, StoreError> {
        self.thaw().await;
        self.store.fail(slot, lease, failure, life).await
    }

    async fn release(&self, slot: &StoreSlot, lease: &LeaseId) -> Result<(), StoreError> {
        self.thaw().await;
        self.store.release(slot, lease).await
    }
}

/// A process: it asks for tokens, uses them, replaces those that are refused, and checks all that it gets.
pub(super) struct Member {
    pub(super) machine: Arc<Machine>,
    pub(super) cache: Arc<TokenCache>,
    shared: Arc<SharedTokens>,
    /// The last token that it was given.
    served: Option<String>,
    /// Those that it saw refused, latest last, with a gap for each that was cleared.
    refused: VecDeque<Option<String>>,
}

impl Member {
    pub(super) fn start(store: &SimulatedStore, issuer: &Arc<Issuer>) -> Self {
        let machine = Machine::new(store.clone(), Arc::clone(issuer));
        let policy = ExpiryPolicy {
            buffer: Duration::from_secs(60),
            refresh_ahead: Duration::from_secs(60),
        };
        let store: Arc<dyn TokenStore> = Arc::clone(&machine) as _;
        let shared = Arc::new(SharedTokens::new(store, policy));
        let backend = Backend::Custom(Arc::clone(&machine) as _);
        let fetcher = Fetcher::new(backend, TokenRetry::default(), REQUEST_TIMEOUT)
            .with_store(Some(Arc::clone(&shared)));
        Self {
            machine,
            cache: Arc::new(TokenCache::new(fetcher, policy, None)),
            shared,
            served: None,
            refused: VecDeque::new(),
        }
    }

    /// Ends this process and starts another; a killed one does nothing any more.
    pub(super) fn restart(&mut self, is_killed: bool) {
        self.machine.is_dead.store(is_killed, Ordering::Relaxed);
        *self = Self::start(&self.machine.store, &self.machine.issuer);
    }

    pub(super) fn store_state(&self) -> StoreState {
        self.shared.state()
    }

    pub(super) fn clear(&mut self) {
        self.cache.clear();
        self.remember(None);
    }

    /// A call to an API: with a token, and if that is refused with another, as the middleware does.
    pub(super) async fn call(&mut self) -> Result<String, TokenError> {
        let start = Instant::now();
        let result = self.cache.token(Duration::ZERO).await;
        self.check_wait(start);
        let mut token = self.check(result)?;
        // A replacement of another process may be older than the rejection.
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

    fn remember(&mut self, refused: Option<String>) {
        if self.refused.len() == REMEMBERED {
            self.refused.pop_front();
        }
        self.refused.push_back(refused);
    }

    /// No expired, refused or foreign token, and no error without a reason.
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
        let is_refused = self.refused.iter().flatten().any(|refused| refused == text);
        assert!(
            !is_new || !is_refused,
            "{text} was refused, and is adopted again"
        );
        self.served = Some(text.to_owned());
        Ok(token)
    }

    /// No longer than without a store and one operation; or than another's lease is waited for.
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
            "a caller waited {took:?}; alone {alone:?}, of which busy: {was_busy}"
        );
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        self.cache.shut_down();
    }
}
