//! Helpers shared by the fleet tests.

mod directory;
mod process;
mod proxy;
mod redis;

pub use directory::TestDirectory;
pub use process::{FleetProcess, signal};
pub use proxy::{Proxy, ProxyMode};
pub use redis::{Monitor, RedisServer};
