//! What a store implements: five operations on opaque names and sealed bytes.

#[cfg(feature = "testing")]
mod check;
mod error;
mod lease;
mod look_outcome;
mod query;
mod record;
mod slot;
#[cfg(any(test, feature = "file-store"))]
mod slot_state;
mod token_store;

#[cfg(feature = "testing")]
pub use self::check::check_token_store;
pub use self::error::StoreError;
pub use self::lease::LeaseId;
pub use self::look_outcome::LookOutcome;
pub use self::query::{StoreQuery, Verdict};
pub use self::record::StoreRecord;
pub use self::slot::StoreSlot;
#[cfg(any(feature = "file-store", feature = "redis"))]
pub(super) use self::slot::hex;
#[cfg(any(test, feature = "file-store"))]
pub(super) use self::slot_state::{Lease, SlotState, impl_token_store};
pub use self::token_store::TokenStore;
