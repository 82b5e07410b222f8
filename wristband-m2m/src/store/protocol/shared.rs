//! What one client knows about its store, across flights.

use std::sync::Arc;
use std::time::Duration;

use super::failure;
use super::health::StoreState;
use super::memory::{Memory, SeenFailure, SharedToken};
use super::operation::{Operation, bounded};
use super::sealing::RecordId;
use super::session::StoreSession;
use crate::clock::Moment;
use crate::runtime::{Mutex, lock};
use crate::store::contract::{LeaseId, StoreError, StoreRecord, StoreSlot, TokenStore, Verdict};
use crate::telemetry::{StateGauge, store_changed, store_operation};
use crate::token::AccessToken;
use crate::token::expiry::ExpiryPolicy;

/// Shares the tokens of one client through a [`TokenStore`].
pub(crate) struct SharedTokens {
    pub(super) store: Arc<dyn TokenStore>,
    pub(super) policy: ExpiryPolicy,
    memory: Mutex<Memory>,
    state_gauge: StateGauge<StoreState>,
}

impl SharedTokens {
    pub(crate) fn new(store: Arc<dyn TokenStore>, policy: ExpiryPolicy) -> Self {
        Self {
            store,
            policy,
            memory: Mutex::default(),
            state_gauge: StateGauge::new(StoreState::Ready),
        }
    }

    pub(crate) fn state(&self) -> StoreState {
        lock(&self.memory).health.state()
    }

    pub(crate) fn error(&self) -> Option<StoreError> {
        lock(&self.memory).health.error()
    }

    /// Begins a flight.
    pub(crate) fn session(self: &Arc<Self>) -> StoreSession {
        StoreSession::new(Arc::clone(self))
    }

    /// Whether `token` came from the store, and so may be older than the last rejection.
    pub(crate) fn is_adopted(&self, token: &AccessToken) -> bool {
        let memory = lock(&self.memory);
        memory
            .shared_token(token)
            .is_some_and(|shared| shared.is_adopted)
    }

    /// An API rejected `token`: this process does not adopt it again, and the flight under way is of no use.
    pub(crate) fn reject(&self, token: &AccessToken) {
        lock(&self.memory).give_up(token, Verdict::ForceRenewal);
    }

    /// The cache was cleared of `token`: this process does not adopt it again.
    pub(crate) fn clear(&self, token: Option<&AccessToken>) {
        let mut memory = lock(&self.memory);
        match token {
            Some(token) => memory.give_up(token, Verdict::Remove),
            None => memory.detach(),
        }
    }

    pub(super) fn generation(&self) -> u64 {
        lock(&self.memory).generation
    }

    /// What to name as known when asking for another token than `token`.
    pub(super) fn record_of(&self, token: Option<&AccessToken>) -> Option<StoreRecord> {
        let memory = lock(&self.memory);
        Some(memory.shared_token(token?)?.record.clone())
    }

    pub(super) fn cleared_record(&self) -> Option<StoreRecord> {
        lock(&self.memory).cleared.clone()
    }

    pub(super) fn rejection(&self, id: &RecordId) -> Option<Verdict> {
        let memory = lock(&self.memory);
        Some(memory.rejected.find(|(rejected, _)| rejected == id)?.1)
    }

    pub(super) fn remember(&self, token: SharedToken) {
        let mut memory = lock(&self.memory);
        memory.cleared = None;
        memory.tokens.add(token);
    }

    /// How much longer this process believes the failure `id`, which is shared for `life`. It starts to believe one at
    /// first sight, and does so once.
    pub(super) fn belief(&self, id: RecordId, life: Duration) -> Option<Duration> {
        let now = Moment::now();
        let mut memory = lock(&self.memory);
        let seen = memory.failures.find(|failure| failure.id == id);
        let believed_until = match seen {
            Some(seen) => seen.believed_until,
            None => {
                let believed_until = now.later(life.min(failure::LONGEST));
                memory.failures.add(SeenFailure { id, believed_until });
                believed_until
            }
        };
        let left = believed_until
            .monotonic
            .saturating_duration_since(now.monotonic);
        (!left.is_zero()).then_some(left)
    }

    /// Notes that a flight holds `lease`, unless it was detached meanwhile.
    pub(super) fn hold(&self, slot: &StoreSlot, lease: LeaseId, generation: u64) {
        let mut memory = lock(&self.memory);
        let holder = (slot.clone(), lease);
        if memory.generation == generation {
            memory.held = Some(holder);
        } else {
            memory.detached.push(holder);
        }
    }

    /// Forgets `lease`, which a flight of `generation` held. Returns whether it was that flight's still: a later flight
    /// may have inherited it.
    pub(super) fn let_go(&self, lease: LeaseId, generation: u64) -> bool {
        let mut memory = lock(&self.memory);
        let is_lease = |(_, held): &(StoreSlot, LeaseId)| *held == lease;
        if let Some(at) = memory.detached.iter().position(is_lease) {
            memory.detached.remove(at);
            return true;
        }
        memory.generation == generation && memory.held.take_if(|held| is_lease(held)).is_some()
    }

    /// The lease of a slot that a detached flight held last. It belongs to the caller from now on.
    pub(super) fn inherit_lease(&self, slot: &StoreSlot) -> Option<LeaseId> {
        let mut memory = lock(&self.memory);
        let at = memory.detached.iter().rposition(|(held, _)| held == slot)?;
        Some(memory.detached.remove(at).1)
    }

    /// How long an operation may take now; `None` while the store is left alone.
    pub(super) fn limit(&self) -> Option<Duration> {
        lock(&self.memory).health.limit(&Moment::now())
    }

    pub(super) fn failed(&self, message: &'static str) {
        self.note::<()>(Err(StoreError::because(message)));
    }

    fn note<T>(&self, result: Result<T, StoreError>) -> Option<T> {
        let change = {
            let mut memory = lock(&self.memory);
            match &result {
                Ok(_) => memory.health.succeeded(),
                Err(error) => memory.health.failed(error.clone(), &Moment::now()),
            }
        };
        // A subscriber may look at the client's status.
        if let Some(change) = change {
            self.state_gauge.update(|| self.state());
            store_changed(change);
        }
        result.ok()
    }

    /// Runs one operation within `limit`. `None` while it is under way still.
    pub(super) async fn run<T>(
        &self,
        limit: Duration,
        operation: &mut Operation<T>,
    ) -> Option<Option<T>> {
        let result = bounded(limit, operation).await?;
        Some(self.note(result))
    }

    /// Runs one operation within `limit`, unless the store is left alone. `None` if it failed or came to no end in time.
    pub(super) async fn attempt<T>(
        &self,
        limit: Duration,
        mut operation: Operation<T>,
    ) -> Option<T> {
        self.limit()?;
        match self.run(limit, &mut operation).await {
            Some(outcome) => outcome,
            None => {
                self.failed("the token store did not respond in time");
                None
            }
        }
    }

    /// Gives a lease back, whatever comes of it.
    pub(super) async fn release(&self, slot: StoreSlot, lease: LeaseId) {
        let store = Arc::clone(&self.store);
        let operation: Operation<()> = Box::pin(store_operation("release", async move {
            store.release(&slot, &lease).await
        }));
        let limit = self.limit().unwrap_or_default();
        self.attempt(limit, operation).await;
    }
}

impl std::fmt::Debug for SharedTokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SharedTokens")
            .field("state", &self.state())
            .finish_non_exhaustive()
    }
}
