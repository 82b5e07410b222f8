//! What the tests of a fleet share.

mod directory;
mod redis;

pub use directory::TestDirectory;
pub use redis::{RedisServer, free_port, signal};
