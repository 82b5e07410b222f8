//! What the tests of a fleet share.

mod directory;

pub use directory::TestDirectory;
