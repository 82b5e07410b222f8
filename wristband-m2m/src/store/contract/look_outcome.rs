//! The outcome of a look.

use std::time::Duration;

use super::record::StoreRecord;

/// The result of [`TokenStore::look`](super::TokenStore::look).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LookOutcome {
    /// The slot has a record that the caller does not know yet.
    Found {
        /// The record as it was put.
        record: StoreRecord,
        /// The rest of its time to live, by the store's clock; zero if it has none.
        life: Duration,
    },
    /// The caller now holds the lease: it fetches a token and puts it.
    Leased,
    /// Another process holds the lease and is fetching.
    Busy {
        /// The time since that process took the lease. Renewals do not restart it.
        held_for: Duration,
    },
    /// The last holder of the lease left a failure.
    Failed {
        /// The failure as it was left.
        record: StoreRecord,
        /// The rest of its time to live.
        life: Duration,
    },
    /// The budget of forced renewals is used up.
    TooSoon {
        /// The time until the next forced renewal is allowed.
        wait: Duration,
    },
}
