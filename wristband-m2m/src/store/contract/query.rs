//! The query of a look.

use std::time::Duration;

use super::lease::LeaseId;
use super::record::StoreRecord;

/// The argument of [`TokenStore::look`](super::TokenStore::look): the record that the caller knows, and the lease to
/// take.
#[derive(Clone, Debug)]
pub struct StoreQuery {
    pub(crate) known: Option<StoreRecord>,
    pub(crate) verdict: Verdict,
    pub(crate) lease: LeaseId,
    pub(crate) lease_life: Duration,
}

/// What a look does with the record in the slot if it is the one that the caller knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Verdict {
    /// Keep it: it is still valid, and a put will replace it.
    Keep,
    /// Remove it.
    Remove,
    /// Remove it, as a forced renewal. A slot allows [`FORCED_RENEWAL_BURST`](StoreQuery::FORCED_RENEWAL_BURST) of them
    /// at once, then one per [`FORCED_RENEWAL_INTERVAL`](StoreQuery::FORCED_RENEWAL_INTERVAL). If the budget is used
    /// up, keep the record and return [`TooSoon`](super::LookOutcome::TooSoon).
    ForceRenewal,
}

impl StoreQuery {
    /// How many forced renewals a slot allows at once when its budget is full.
    pub const FORCED_RENEWAL_BURST: u32 = 3;
    /// The interval at which the budget regains one forced renewal.
    pub const FORCED_RENEWAL_INTERVAL: Duration = Duration::from_secs(5);

    /// Returns the record that the caller already knows and wants to replace.
    #[must_use]
    pub fn known(&self) -> Option<&StoreRecord> {
        self.known.as_ref()
    }

    /// Returns what to do with the known record if it is the one in the slot.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// Returns the lease to take.
    #[must_use]
    pub fn lease(&self) -> &LeaseId {
        &self.lease
    }

    /// Returns how long the lease lasts unless it is renewed.
    #[must_use]
    pub fn lease_life(&self) -> Duration {
        self.lease_life
    }
}
