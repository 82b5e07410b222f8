//! A store and an endpoint that fail as they are told, for tests in paused time.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use http::StatusCode;
use tokio::time::{Instant, sleep};

use super::TokenStore;
use super::answer::StoreAnswer;
use super::error::StoreError;
use super::lease::LeaseId;
use super::query::StoreQuery;
use super::record::StoreRecord;
use super::sealing::Sealer;
use super::shared::SharedTokens;
use super::slot::StoreSlot;
use super::slot_state::SlotState;
use crate::clock::Moment;
use crate::error::{ErrorDocument, TokenError, TokenErrorKind};
use crate::fetch::Demand;
use crate::token::AccessToken;
use crate::token::expiry::{ExpiryPolicy, Lifetime};

/// What is wrong with the store.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Trouble {
    None,
    /// It never answers; what it was asked does not happen.
    Hung,
    /// What it was asked happens, and the answer is lost.
    AnswersLost,
    Refuses,
    /// It reads, and writes nothing.
    ReadOnly,
    Panics,
}

/// One store for many processes. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct SimulatedStore(Arc<Mutex<Inside>>);

#[derive(Debug)]
pub(super) struct Inside {
    start: Instant,
    slots: Vec<(StoreSlot, SlotState)>,
    pub(super) trouble: Trouble,
    /// Half before what was asked happens, half after.
    pub(super) delay: Duration,
    /// How far the store's clock is ahead, in milliseconds.
    pub(super) clock: i64,
    pub(super) operations: u64,
}

impl SimulatedStore {
    pub(super) fn new() -> Self {
        Self(Arc::new(Mutex::new(Inside {
            start: Instant::now(),
            slots: Vec::new(),
            trouble: Trouble::None,
            delay: Duration::ZERO,
            clock: 0,
            operations: 0,
        })))
    }

    pub(super) fn inside(&self) -> MutexGuard<'_, Inside> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn operate<T>(
        &self,
        slot: &StoreSlot,
        act: impl FnOnce(&mut SlotState, Duration) -> T,
        is_write: impl FnOnce(&T) -> bool,
    ) -> Result<T, StoreError> {
        let (trouble, delay) = {
            let mut inside = self.inside();
            inside.operations += 1;
            (inside.trouble, inside.delay)
        };
        match trouble {
            Trouble::Hung => std::future::pending().await,
            Trouble::Panics => panic!("the simulated store panics"),
            _ => {}
        }
        sleep(delay / 2).await;
        if trouble == Trouble::Refuses {
            return Err(StoreError::new("refused"));
        }
        let answer = {
            let mut inside = self.inside();
            let now = inside.now();
            let slot = inside.slot(slot);
            let before = slot.clone();
            let answer = act(slot, now);
            if trouble == Trouble::ReadOnly && is_write(&answer) {
                *slot = before;
                return Err(StoreError::new("read-only"));
            }
            answer
        };
        sleep(delay / 2).await;
        if trouble == Trouble::AnswersLost {
            std::future::pending().await
        }
        Ok(answer)
    }
}

impl Inside {
    pub(super) fn now(&self) -> Duration {
        let day = Duration::from_secs(86_400);
        let elapsed = i64::try_from((day + self.start.elapsed()).as_millis()).unwrap();
        let millis = elapsed + self.clock;
        Duration::from_millis(millis.try_into().unwrap())
    }

    pub(super) fn slot(&mut self, name: &StoreSlot) -> &mut SlotState {
        let at = self.slots.iter().position(|(known, _)| known == name);
        let at = at.unwrap_or_else(|| {
            self.slots.push((name.clone(), SlotState::default()));
            self.slots.len() - 1
        });
        &mut self.slots[at].1
    }

    pub(super) fn flush(&mut self) {
        self.slots.clear();
    }

    /// What a fail-over to a replica brings back.
    pub(super) fn snapshot(&self) -> Vec<(StoreSlot, SlotState)> {
        self.slots.clone()
    }

    pub(super) fn restore(&mut self, snapshot: Vec<(StoreSlot, SlotState)>) {
        self.slots = snapshot;
    }
}

#[async_trait]
impl TokenStore for SimulatedStore {
    async fn look(&self, slot: &StoreSlot, query: &StoreQuery) -> Result<StoreAnswer, StoreError> {
        self.operate(
            slot,
            |slot, now| slot.look(query, now),
            |answer| matches!(answer, StoreAnswer::Leased),
        )
        .await
    }

    async fn put(
        &self,
        slot: &StoreSlot,
        lease: &LeaseId,
        record: &StoreRecord,
        replaces: Option<&StoreRecord>,
        life: Duration,
    ) -> Result<bool, StoreError> {
        self.operate(
            slot,
            |slot, now| slot.put(lease, record, replaces, life, now),
            |_| true,
        )
        .await
    }

    async fn renew(
        &self,
        slot: &StoreSlot,
        lease: &LeaseId,
        life: Duration,
    ) -> Result<bool, StoreError> {
        self.operate(slot, |slot, now| slot.renew(lease, life, now), |_| true)
            .await
    }

    async fn fail(
        &self,
        slot: &StoreSlot,
        lease: &LeaseId,
        failure: &StoreRecord,
        life: Duration,
    ) -> Result<bool, StoreError> {
        self.operate(
            slot,
            |slot, now| slot.fail(lease, failure, life, now),
            |_| true,
        )
        .await
    }

    async fn release(&self, slot: &StoreSlot, lease: &LeaseId) -> Result<(), StoreError> {
        self.operate(slot, |slot, _| slot.release(lease), |()| true)
            .await
    }
}

/// How the endpoint answers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Answer {
    Token,
    Status(u16, Option<Duration>),
    Network,
    /// It does not answer within the request timeout of 10 s.
    Hangs,
}

/// Issues `token-1`, `token-2` and so on.
#[derive(Clone, Debug)]
pub(super) struct SimulatedEndpoint(Arc<EndpointInside>);

#[derive(Debug)]
struct EndpointInside {
    requests: AtomicU64,
    script: Mutex<(Answer, Duration, Duration)>,
}

impl SimulatedEndpoint {
    /// Answers after 150 ms with tokens that live for an hour.
    pub(super) fn new() -> Self {
        Self(Arc::new(EndpointInside {
            requests: AtomicU64::new(0),
            script: Mutex::new((
                Answer::Token,
                Duration::from_millis(150),
                Duration::from_secs(3600),
            )),
        }))
    }

    pub(super) fn requests(&self) -> u64 {
        self.0.requests.load(Ordering::Relaxed)
    }

    pub(super) fn set(&self, answer: Answer, delay: Duration, life: Duration) {
        *self.0.script.lock().unwrap() = (answer, delay, life);
    }

    pub(super) fn answers(&self, answer: Answer) {
        self.0.script.lock().unwrap().0 = answer;
    }

    pub(super) async fn fetch(&self) -> Result<AccessToken, TokenError> {
        let number = self.0.requests.fetch_add(1, Ordering::Relaxed) + 1;
        let (answer, delay, life) = *self.0.script.lock().unwrap();
        let asked_at = Moment::now();
        sleep(delay).await;
        match answer {
            Answer::Token => {
                AccessToken::new(&format!("token-{number}"), Lifetime::new(asked_at, life))
            }
            Answer::Status(status, retry_after) => Err(TokenError::from_status(
                StatusCode::from_u16(status).unwrap(),
                ErrorDocument::default(),
                retry_after,
            )),
            Answer::Network => Err(TokenError::new(TokenErrorKind::Network, "no network")),
            Answer::Hangs => {
                sleep(Duration::from_secs(10).saturating_sub(delay)).await;
                Err(TokenError::new(TokenErrorKind::Timeout, "late"))
            }
        }
    }
}

/// One process of a fleet: its view of the store, and nothing that caches.
#[derive(Clone)]
pub(super) struct Process {
    pub(super) shared: Arc<SharedTokens>,
    pub(super) endpoint: SimulatedEndpoint,
}

impl Process {
    pub(super) fn new(store: impl TokenStore, endpoint: &SimulatedEndpoint) -> Self {
        let policy = ExpiryPolicy {
            buffer: Duration::from_secs(60),
            refresh_ahead: Duration::from_secs(60),
        };
        Self {
            shared: Arc::new(SharedTokens::new(Arc::new(store), policy)),
            endpoint: endpoint.clone(),
        }
    }

    /// One flight.
    pub(super) async fn token(&self, demand: Demand) -> Result<AccessToken, TokenError> {
        let mut session = self.shared.session();
        let result = match session.look(sealer("secret"), &|| demand.clone()).await {
            Ok(None) => {
                session.start();
                session.while_leased(self.endpoint.fetch()).await
            }
            Ok(Some(token)) => Ok(token),
            Err(error) => Err(error),
        };
        session.finish(&result).await;
        result
    }

    pub(super) async fn first(&self) -> Result<AccessToken, TokenError> {
        self.token(Demand::default()).await
    }

    /// What a 401 does.
    pub(super) async fn replacement(
        &self,
        rejected: &AccessToken,
    ) -> Result<AccessToken, TokenError> {
        self.shared.reject(rejected);
        self.token(Demand {
            have: Some(rejected.clone()),
            is_rejected: true,
            ..Demand::default()
        })
        .await
    }
}

pub(super) fn sealer(secret: &str) -> Sealer {
    Sealer::new(secret, "https://acme.example/oauth2/token", "client").unwrap()
}
