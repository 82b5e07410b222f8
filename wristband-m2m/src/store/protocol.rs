//! How one process shares a token through a store.

mod failure;
mod guarded_store;
mod health;
mod memory;
mod recent;
mod sealing;
mod session;
mod shared;

pub(crate) use self::health::Change as StoreChange;
pub use self::health::StoreState;
#[cfg(test)]
pub(super) use self::sealing::Purpose;
pub(crate) use self::sealing::Sealer;
pub(crate) use self::session::StoreSession;
pub(crate) use self::shared::SharedTokens;
