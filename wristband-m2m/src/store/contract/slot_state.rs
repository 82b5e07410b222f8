//! The effect of the five operations on one slot. Pure: the store's clock is an argument.
//!
//! The file store reads a slot, applies an operation and writes the slot back. The tests use it as the reference
//! implementation.

use std::time::Duration;

use super::lease::LeaseId;
use super::look_outcome::LookOutcome;
use super::query::{StoreQuery, Verdict};
use super::record::StoreRecord;

/// The contents of one slot. All times are readings of the store's clock.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(in crate::store) struct SlotState {
    pub(in crate::store) record: Option<(StoreRecord, Duration)>,
    pub(in crate::store) failure: Option<(StoreRecord, Duration)>,
    pub(in crate::store) lease: Option<Lease>,
    /// When the budget of forced renewals is full again.
    pub(in crate::store) whole_at: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::store) struct Lease {
    pub(in crate::store) holder: LeaseId,
    pub(in crate::store) since: Duration,
    pub(in crate::store) until: Duration,
}

impl SlotState {
    pub(in crate::store) fn look(&mut self, query: &StoreQuery, now: Duration) -> LookOutcome {
        self.expire(now);
        if let Some((record, until)) = &self.record {
            if query.known() != Some(record) {
                return LookOutcome::Found {
                    record: record.clone(),
                    life: *until - now,
                };
            }
            if query.verdict() == Verdict::ForceRenewal {
                let interval = StoreQuery::FORCED_RENEWAL_INTERVAL;
                let longest = interval * (StoreQuery::FORCED_RENEWAL_BURST - 1);
                let debt = self.whole_at.saturating_sub(now);
                if let Some(wait) = debt.checked_sub(longest).filter(|wait| !wait.is_zero()) {
                    return LookOutcome::TooSoon { wait };
                }
                self.whole_at = now + debt + interval;
            }
            if query.verdict() != Verdict::Keep {
                self.record = None;
            }
        }
        if let Some((record, until)) = &self.failure {
            return LookOutcome::Failed {
                record: record.clone(),
                life: *until - now,
            };
        }
        match self.lease {
            Some(lease) if lease.holder != *query.lease() => LookOutcome::Busy {
                held_for: now - lease.since,
            },
            held => {
                let since = held.map_or(now, |lease| lease.since);
                self.lease = Some(Lease {
                    holder: *query.lease(),
                    since,
                    until: now + query.lease_life(),
                });
                LookOutcome::Leased
            }
        }
    }

    pub(in crate::store) fn put(
        &mut self,
        lease: &LeaseId,
        record: &StoreRecord,
        replaces: Option<&StoreRecord>,
        life: Duration,
        now: Duration,
    ) -> bool {
        self.expire(now);
        let current = self.record.as_ref().map(|(record, _)| record);
        let is_free = self.lease.is_none() && (current.is_none() || current == replaces);
        if !self.holds(lease) && !is_free {
            return false;
        }
        self.record = Some((record.clone(), now + life));
        self.failure = None;
        self.lease = None;
        true
    }

    pub(in crate::store) fn renew(
        &mut self,
        holder: &LeaseId,
        life: Duration,
        now: Duration,
    ) -> bool {
        self.expire(now);
        match &mut self.lease {
            Some(lease) if lease.holder == *holder => {
                lease.until = now + life;
                true
            }
            _ => false,
        }
    }

    pub(in crate::store) fn fail(
        &mut self,
        lease: &LeaseId,
        failure: &StoreRecord,
        life: Duration,
        now: Duration,
    ) -> bool {
        self.expire(now);
        let is_held = self.holds(lease);
        if is_held {
            self.failure = Some((failure.clone(), now + life));
            self.lease = None;
        }
        is_held
    }

    pub(in crate::store) fn release(&mut self, lease: &LeaseId) {
        if self.holds(lease) {
            self.lease = None;
        }
    }

    #[cfg(test)]
    pub(in crate::store) fn record(&self) -> Option<&StoreRecord> {
        self.record.as_ref().map(|(record, _)| record)
    }

    /// Replaces the record with arbitrary bytes.
    #[cfg(test)]
    pub(in crate::store) fn poison(&mut self, bytes: Vec<u8>, until: Duration) {
        self.record = Some((StoreRecord::from_bytes(bytes), until));
    }

    fn holds(&self, holder: &LeaseId) -> bool {
        self.lease.is_some_and(|lease| lease.holder == *holder)
    }

    /// Drops everything that has expired.
    pub(in crate::store) fn expire(&mut self, now: Duration) {
        self.record.take_if(|(_, until)| *until <= now);
        self.failure.take_if(|(_, until)| *until <= now);
        // After the clock was set back, a lease may begin in the future, and the debt may be more than can be run up.
        self.lease
            .take_if(|lease| lease.until <= now || lease.since > now);
        let most = StoreQuery::FORCED_RENEWAL_INTERVAL * StoreQuery::FORCED_RENEWAL_BURST;
        if self.whole_at > now + most {
            self.whole_at = Duration::ZERO;
        }
    }
}

/// Implements [`TokenStore`](super::TokenStore) for a store whose `operate` method runs a closure on a [`SlotState`].
macro_rules! impl_token_store {
    ($store:ty) => {
        #[async_trait::async_trait]
        impl $crate::store::TokenStore for $store {
            async fn look(
                &self,
                slot: &StoreSlot,
                query: &StoreQuery,
            ) -> Result<LookOutcome, StoreError> {
                let query = query.clone();
                self.operate(slot, move |state, now| state.look(&query, now))
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
                let (lease, record, replaces) = (*lease, record.clone(), replaces.cloned());
                self.operate(slot, move |state, now| {
                    state.put(&lease, &record, replaces.as_ref(), life, now)
                })
                .await
            }

            async fn renew(
                &self,
                slot: &StoreSlot,
                lease: &LeaseId,
                life: Duration,
            ) -> Result<bool, StoreError> {
                let lease = *lease;
                self.operate(slot, move |state, now| state.renew(&lease, life, now))
                    .await
            }

            async fn fail(
                &self,
                slot: &StoreSlot,
                lease: &LeaseId,
                failure: &StoreRecord,
                life: Duration,
            ) -> Result<bool, StoreError> {
                let (lease, failure) = (*lease, failure.clone());
                self.operate(slot, move |state, now| {
                    state.fail(&lease, &failure, life, now)
                })
                .await
            }

            async fn release(&self, slot: &StoreSlot, lease: &LeaseId) -> Result<(), StoreError> {
                let lease = *lease;
                self.operate(slot, move |state, _| state.release(&lease))
                    .await
            }
        }
    };
}
pub(in crate::store) use impl_token_store;
