//! What a process asks a store.

use std::time::Duration;

use super::lease::LeaseId;
use super::record::StoreRecord;

/// The argument of [`TokenStore::look`](super::TokenStore::look): what the caller knows already, and the lease it wants.
#[derive(Clone, Debug)]
pub struct StoreQuery {
    pub(crate) known: Option<StoreRecord>,
    pub(crate) verdict: Verdict,
    pub(crate) lease: LeaseId,
    pub(crate) lease_life: Duration,
}

/// What a store does with the record that the caller knows already, if that is the one in the slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Verdict {
    /// Leave it there: it is still good, and is replaced by a put.
    Keep,
    /// Remove it.
    Remove,
    /// Remove it as a forced renewal, of which a slot allows [`FORCED_RENEWAL_BURST`](StoreQuery::FORCED_RENEWAL_BURST),
    /// then one each [`FORCED_RENEWAL_INTERVAL`](StoreQuery::FORCED_RENEWAL_INTERVAL). Without budget it stays, and the
    /// result is [`TooSoon`](super::LookOutcome::TooSoon).
    ForceRenewal,
}

impl StoreQuery {
    /// How many forced renewals a slot allows at once, after a quiet while.
    pub const FORCED_RENEWAL_BURST: u32 = 3;
    /// The time after which a slot allows one more forced renewal.
    pub const FORCED_RENEWAL_INTERVAL: Duration = Duration::from_secs(5);

    /// Returns the record that the caller has seen already and wants another one for.
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

    /// Returns how long the lease is held unless it is renewed.
    #[must_use]
    pub fn lease_life(&self) -> Duration {
        self.lease_life
    }
}
