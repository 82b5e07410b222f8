//! Randomness that spreads a fleet out.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};

/// Returns a random number from 0 to 1. The standard library seeds its hash maps well enough for this.
pub fn jitter() -> f64 {
    let random = RandomState::new().build_hasher().finish();
    random as f64 / u64::MAX as f64
}
