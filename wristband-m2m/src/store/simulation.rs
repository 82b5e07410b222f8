//! Fleets on a store and an endpoint that fail as they are told, in paused time.

mod endpoint;
mod process;
mod store;

pub(super) use self::endpoint::{Answer, SimulatedEndpoint};
pub(super) use self::process::{Process, sealer};
pub(super) use self::store::{SimulatedStore, Trouble};
