//! What a store returns from a look.

use std::time::Duration;

use super::record::StoreRecord;

/// The result of [`TokenStore::look`](super::TokenStore::look).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LookOutcome {
    /// A record that the caller does not know yet.
    Found {
        /// The record as it was put.
        record: StoreRecord,
        /// How long it is still kept, by the store's clock; zero if it has no time to live.
        life: Duration,
    },
    /// The caller has the lease now: it fetches a token and puts it.
    Leased,
    /// Another process has the lease and is fetching.
    Busy {
        /// How long that process has had the lease, from when it took it; renewals do not count.
        held_for: Duration,
    },
    /// The last holder of the lease left a failure.
    Failed {
        /// The failure as it was left.
        record: StoreRecord,
        /// How long it is still kept.
        life: Duration,
    },
    /// The budget of forced renewals is used up.
    TooSoon {
        /// When the next forced renewal is possible.
        wait: Duration,
    },
}
