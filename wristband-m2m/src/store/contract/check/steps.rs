//! The five operations as [`check_token_store`](super::check_token_store) uses them: an error of the store is a panic.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use crate::store::contract::{
    LeaseId, LookOutcome, StoreError, StoreQuery, StoreRecord, StoreSlot, TokenStore, Verdict,
};
use crate::store::random::random_id;

pub(super) struct Steps<S>(pub(super) Arc<S>);

impl<S: TokenStore> Steps<S> {
    pub(super) fn slot(&self) -> StoreSlot {
        StoreSlot::new(&random_id())
    }

    pub(super) fn leases<const N: usize>(&self) -> [LeaseId; N] {
        std::array::from_fn(|_| LeaseId::new(random_id()))
    }

    pub(super) fn records<const N: usize>(&self) -> [StoreRecord; N] {
        std::array::from_fn(|_| StoreRecord::from_bytes(random_id()))
    }

    pub(super) async fn look(
        &self,
        slot: &StoreSlot,
        known: Option<&StoreRecord>,
        verdict: Verdict,
        lease: &LeaseId,
        lease_life: Duration,
    ) -> LookOutcome {
        let query = StoreQuery {
            known: known.cloned(),
            verdict,
            lease: *lease,
            lease_life,
        };
        works(self.0.look(slot, &query).await)
    }

    pub(super) async fn takes(&self, slot: &StoreSlot, lease: &LeaseId, life: Duration) {
        let outcome = self.look(slot, None, Verdict::Keep, lease, life).await;
        assert_eq!(outcome, LookOutcome::Leased, "a free lease cannot be taken");
    }

    pub(super) async fn finds_busy(&self, slot: &StoreSlot, lease: &LeaseId) -> Duration {
        let life = Duration::from_secs(60);
        let outcome = self.look(slot, None, Verdict::Keep, lease, life).await;
        let LookOutcome::Busy { held_for } = outcome else {
            panic!("a lease that another process holds is not reported: {outcome:?}");
        };
        held_for
    }

    pub(super) async fn finds(&self, slot: &StoreSlot, expected: &StoreRecord) -> Duration {
        let [lease] = self.leases();
        let life = Duration::from_secs(60);
        let outcome = self.look(slot, None, Verdict::Keep, &lease, life).await;
        match outcome {
            LookOutcome::Found { record, life } if record == *expected => life,
            outcome => panic!("a record that was put is not found: {outcome:?}"),
        }
    }

    pub(super) async fn put(
        &self,
        slot: &StoreSlot,
        lease: &LeaseId,
        record: &StoreRecord,
        replaces: Option<&StoreRecord>,
        life: Duration,
    ) -> bool {
        works(self.0.put(slot, lease, record, replaces, life).await)
    }

    pub(super) async fn renew(&self, slot: &StoreSlot, lease: &LeaseId, life: Duration) -> bool {
        works(self.0.renew(slot, lease, life).await)
    }

    pub(super) async fn fail(
        &self,
        slot: &StoreSlot,
        lease: &LeaseId,
        failure: &StoreRecord,
        life: Duration,
    ) -> bool {
        works(self.0.fail(slot, lease, failure, life).await)
    }

    pub(super) async fn release(&self, slot: &StoreSlot, lease: &LeaseId) {
        works(self.0.release(slot, lease).await);
    }

    /// Has `racers` look at once, each with its own lease. Returns what each gets.
    pub(super) async fn race(
        &self,
        racers: usize,
        slot: &StoreSlot,
        known: Option<&StoreRecord>,
        verdict: Verdict,
    ) -> Vec<LookOutcome> {
        let mut race = JoinSet::new();
        for _ in 0..racers {
            let (steps, slot, known) = (Self(Arc::clone(&self.0)), slot.clone(), known.cloned());
            let [lease] = self.leases();
            let life = Duration::from_secs(60);
            race.spawn(async move {
                steps
                    .look(&slot, known.as_ref(), verdict, &lease, life)
                    .await
            });
        }
        race.join_all().await
    }

    /// Has `racers` put at once, each its own record in place of `replaces`, without the lease. Returns how many
    /// succeed.
    pub(super) async fn race_puts(
        &self,
        racers: usize,
        slot: &StoreSlot,
        replaces: &StoreRecord,
    ) -> usize {
        let mut race = JoinSet::new();
        for _ in 0..racers {
            let steps = Self(Arc::clone(&self.0));
            let (slot, replaces) = (slot.clone(), replaces.clone());
            let ([lease], [record]) = (self.leases(), self.records());
            let life = Duration::from_secs(60);
            race.spawn(async move {
                steps
                    .put(&slot, &lease, &record, Some(&replaces), life)
                    .await
            });
        }
        let written = race.join_all().await;
        written.into_iter().filter(|written| *written).count()
    }
}

fn works<T>(result: Result<T, StoreError>) -> T {
    result.unwrap_or_else(|error| panic!("an operation failed: {error:?}"))
}
