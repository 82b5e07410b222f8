//! Fleets on a simulated store and endpoint, in paused time, and a model of the protocol.

mod adoption;
mod chaos;
mod dice;
mod endpoint;
mod fleet;
mod issuer;
mod machine;
mod member;
mod model;
mod process;
mod renewal_limit;
mod seeds;
mod store;

use super::protocol::Sealer;

pub(super) use self::endpoint::SimulatedEndpoint;
pub(super) use self::issuer::Response;
pub(super) use self::process::{Process, sealer};
pub(crate) use self::store::SimulatedStore;
pub(super) use self::store::Trouble;

/// Returns the sealer of the client that all processes share.
pub(crate) fn simulated_sealer() -> Sealer {
    sealer("secret")
}
