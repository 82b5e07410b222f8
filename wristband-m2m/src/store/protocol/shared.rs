//! One client's share in the tokens of its fleet.

use std::sync::Arc;
use std::time::Duration;

use super::failure;
use super::guarded_store::GuardedStore;
use super::health::StoreState;
use super::memory::{Memory, SeenFailure, SharedToken};
use super::sealing::RecordId;
use super::session::StoreSession;
use crate::clock::Moment;
use crate::runtime::{Mutex, lock};
use crate::store::contract::{LeaseId, StoreError, StoreRecord, StoreSlot, TokenStore, Verdict};
use crate::token::AccessToken;
use crate::token::expiry::ExpiryPolicy;

/// Shares the tokens of one client through a [`TokenStore`].
pub(crate) struct SharedTokens {
    pub(super) store: GuardedStore,
    pub(super) policy: ExpiryPolicy,
    memory: Mutex<Memory>,
}

impl SharedTokens {
    pub(crate) fn new(store: Arc<dyn TokenStore>, policy: ExpiryPolicy) -> Self {
        Self {
            store: GuardedStore::new(store),
            policy,
            memory: Mutex::default(),
        }
    }

    /// Called when the last handle of the client is gone.
    pub(crate) fn shut_down(&self) {
        self.store.clear_gauge();
    }

    pub(crate) fn state(&self) -> StoreState {
        self.store.state()
    }

    pub(crate) fn error(&self) -> Option<StoreError> {
        self.store.error()
    }

    /// Begins a flight.
    pub(crate) fn session(self: &Arc<Self>) -> StoreSession {
        StoreSession::new(Arc::clone(self))
    }

    /// Returns whether `token` came from the store. It may then be older than the last rejection.
    pub(crate) fn is_adopted(&self, token: &AccessToken) -> bool {
        let memory = lock(&self.memory);
        memory
            .shared_token(token)
            .is_some_and(|shared| shared.is_adopted)
    }

    /// Notes that an API rejected `token`. This process does not adopt it again, and detaches the flight under way.
    pub(crate) fn reject(&self, token: &AccessToken) {
        lock(&self.memory).retire(token, Verdict::ForceRenewal);
    }

    /// Notes that the cache was cleared of `token`. This process does not adopt it again.
    pub(crate) fn clear(&self, token: Option<&AccessToken>) {
        let mut memory = lock(&self.memory);
        match token {
            Some(token) => memory.retire(token, Verdict::Remove),
            None => memory.detach(Verdict::Remove),
        }
    }

    pub(super) fn generation(&self) -> u64 {
        lock(&self.memory).generation
    }

    /// Returns the record of `token`, to name as known when looking for another one.
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

    /// Notes that a flight of `generation` puts a token. Returns `false` if that flight was detached, and must not.
    pub(super) fn begin_put(&self, id: RecordId, generation: u64) -> bool {
        let mut memory = lock(&self.memory);
        let is_attached = memory.generation == generation;
        if is_attached {
            memory.put = Some(id);
        }
        is_attached
    }

    /// Returns how much longer this process believes the failure `id`, which is shared for `life`. A failure is
    /// believed from first sight, and only once.
    pub(super) fn believed_for(&self, id: RecordId, life: Duration) -> Option<Duration> {
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

    /// Notes that a flight holds `lease`. The flight may have been detached in the meantime.
    pub(super) fn hold(&self, slot: &StoreSlot, lease: LeaseId, generation: u64) {
        let mut memory = lock(&self.memory);
        let holder = (slot.clone(), lease);
        if memory.generation == generation {
            memory.held = Some(holder);
        } else {
            memory.detached.push(holder);
        }
    }

    /// Forgets `lease`, which a flight of `generation` held. Returns whether it still did: a later flight may have
    /// inherited the lease.
    pub(super) fn let_go(&self, lease: LeaseId, generation: u64) -> bool {
        let mut memory = lock(&self.memory);
        let is_lease = |(_, held): &(StoreSlot, LeaseId)| *held == lease;
        if let Some(at) = memory.detached.iter().position(is_lease) {
            memory.detached.remove(at);
            return true;
        }
        memory.generation == generation && memory.held.take_if(|held| is_lease(held)).is_some()
    }

    /// Takes over the lease that the last detached flight holds on a slot.
    pub(super) fn inherit_lease(&self, slot: &StoreSlot) -> Option<LeaseId> {
        let mut memory = lock(&self.memory);
        let at = memory.detached.iter().rposition(|(held, _)| held == slot)?;
        Some(memory.detached.remove(at).1)
    }
}

impl std::fmt::Debug for SharedTokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SharedTokens")
            .field("state", &self.state())
            .finish_non_exhaustive()
    }
}
