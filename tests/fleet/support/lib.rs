//! What the tests of a fleet share.

mod directory;
mod process;
mod proxy;
mod redis;

pub use directory::TestDirectory;
pub use process::FleetProcess;
pub use proxy::{Proxy, ProxyMode};
pub use redis::{Monitor, RedisServer, free_port, signal};
