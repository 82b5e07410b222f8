//! Random choices, which follow from the seed.

use std::time::Duration;

use crate::jitter::seeded;

/// Returns a whole number below `limit`.
pub(super) fn below(limit: u64) -> u64 {
    seeded::next().unwrap() % limit
}

pub(super) fn any<T: Copy>(choices: &[T]) -> T {
    choices[below(choices.len() as u64) as usize]
}

pub(super) fn up_to(longest: Duration) -> Duration {
    Duration::from_millis(below(longest.as_millis() as u64 + 1))
}

pub(super) fn millis(n: u64) -> Duration {
    Duration::from_millis(n)
}

pub(super) fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}
