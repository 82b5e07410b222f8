//! One token for a fleet: a store that the processes of one client share.

mod contract;
#[cfg(feature = "file-store")]
mod file;
mod protocol;
mod random;
#[cfg(feature = "redis")]
mod redis;
#[cfg(test)]
mod simulation;

#[cfg(feature = "testing")]
pub use self::contract::check_token_store;
pub use self::contract::{
    LeaseId, LookOutcome, StoreError, StoreQuery, StoreRecord, StoreSlot, TokenStore, Verdict,
};
#[cfg(feature = "file-store")]
pub use self::file::FileTokenStore;
pub use self::protocol::StoreState;
pub(crate) use self::protocol::{Sealer, SharedTokens, StoreChange, StoreSession};
#[cfg(feature = "redis")]
pub use self::redis::RedisTokenStore;
#[cfg(test)]
pub(crate) use self::simulation::{SimulatedStore, simulated_sealer};
