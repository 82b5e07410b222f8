//! A store in memory that fails on demand.

use std::any::Any;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::machine::Machine;
use crate::jitter::seeded;
use crate::store::contract::{
    LeaseId, LookOutcome, SlotState, StoreError, StoreQuery, StoreRecord, StoreSlot,
    impl_token_store,
};

/// What is wrong with the store.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::store) enum Trouble {
    None,
    /// It never replies, and the operation has no effect.
    Hung,
    /// The operation takes effect, and the reply is lost.
    RepliesLost,
    Refuses,
    /// Each operation has one of the above troubles, or none.
    Lossy,
    /// Operations that would change the slot fail.
    ReadOnly,
    Panics,
}

/// A handle of a store that many processes share. Cheap to clone.
#[derive(Clone)]
pub(crate) struct SimulatedStore {
    inner: Arc<Mutex<Inner>>,
    /// The machine that reaches the store through this handle.
    machine: Option<Arc<Machine>>,
}

#[derive(Debug)]
pub(in crate::store) struct Inner {
    start: Instant,
    slots: Vec<(StoreSlot, SlotState)>,
    pub(in crate::store) trouble: Trouble,
    /// Half of it passes before the operation takes effect, half after.
    pub(in crate::store) delay: Duration,
    /// How far the store's clock is ahead, in milliseconds.
    pub(in crate::store) clock: i64,
    pub(in crate::store) operations: u64,
}

impl SimulatedStore {
    pub(crate) fn new() -> Self {
        let inner = Inner {
            start: Instant::now(),
            slots: Vec::new(),
            trouble: Trouble::None,
            delay: Duration::ZERO,
            clock: 0,
            operations: 0,
        };
        Self {
            inner: Arc::new(Mutex::new(inner)),
            machine: None,
        }
    }

    /// Returns the store as `machine` reaches it.
    pub(super) fn reached_by(&self, machine: &Arc<Machine>) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
            machine: Some(Arc::clone(machine)),
        }
    }

    pub(in crate::store) fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn set_delay(&self, delay: Duration) {
        self.inner().delay = delay;
    }

    async fn operate<T: 'static>(
        &self,
        slot: &StoreSlot,
        act: impl FnOnce(&mut SlotState, Duration) -> T,
    ) -> Result<T, StoreError> {
        if let Some(machine) = &self.machine {
            machine.thaw().await;
        }
        let (trouble, delay) = {
            let mut inner = self.inner();
            inner.operations += 1;
            (inner.trouble.now(), inner.delay)
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
        let outcome = {
            let mut inner = self.inner();
            let now = inner.now();
            let slot = inner.slot(slot);
            slot.expire(now);
            let before = slot.clone();
            let outcome = act(slot, now);
            if trouble == Trouble::ReadOnly && *slot != before {
                *slot = before;
                return Err(StoreError::new("read-only"));
            }
            outcome
        };
        sleep(delay / 2).await;
        if trouble == Trouble::RepliesLost {
            std::future::pending().await
        }
        if let Some(machine) = &self.machine
            && let Some(LookOutcome::Busy { .. }) = (&outcome as &dyn Any).downcast_ref()
        {
            machine.note_busy();
        }
        Ok(outcome)
    }
}

impl Trouble {
    /// Returns the trouble of one operation.
    fn now(self) -> Self {
        let Self::Lossy = self else { return self };
        match seeded::next().expect("a seed") % 8 {
            0 => Self::Hung,
            1 => Self::RepliesLost,
            2 => Self::Refuses,
            _ => Self::None,
        }
    }
}

impl Inner {
    pub(in crate::store) fn now(&self) -> Duration {
        // Leaves room to set the clock back.
        let years = Duration::from_secs(100_000_000);
        let elapsed = i64::try_from((years + self.start.elapsed()).as_millis()).unwrap();
        let millis = elapsed + self.clock;
        Duration::from_millis(millis.try_into().unwrap())
    }

    pub(in crate::store) fn slot(&mut self, name: &StoreSlot) -> &mut SlotState {
        let at = self.slots.iter().position(|(known, _)| known == name);
        let at = at.unwrap_or_else(|| {
            self.slots.push((name.clone(), SlotState::default()));
            self.slots.len() - 1
        });
        &mut self.slots[at].1
    }

    pub(in crate::store) fn flush(&mut self) {
        self.slots.clear();
    }

    /// Returns what a fail-over to a replica can bring back.
    pub(in crate::store) fn snapshot(&self) -> Vec<(StoreSlot, SlotState)> {
        self.slots.clone()
    }

    pub(in crate::store) fn restore(&mut self, snapshot: Vec<(StoreSlot, SlotState)>) {
        self.slots = snapshot;
    }
}

impl_token_store!(SimulatedStore);
