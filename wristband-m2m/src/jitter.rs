//! Randomness that spreads a fleet out.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::time::Duration;

use crate::clock::LONGEST_LIFE;

/// Returns a random number from 0 to 1. The standard library seeds its hash maps well enough for this.
pub fn jitter() -> f64 {
    #[cfg(all(test, feature = "token-store"))]
    if let Some(number) = seeded::next() {
        return number as f64 / u64::MAX as f64;
    }
    let random = RandomState::new().build_hasher().finish();
    random as f64 / u64::MAX as f64
}

/// Returns `duration` times a factor that `jitter` moves from `at_zero` to `at_one`. A duration of more than a year counts
/// as a year, so that the product cannot overflow.
pub fn jittered(duration: Duration, at_zero: f64, at_one: f64, jitter: f64) -> Duration {
    let factor = at_zero + (at_one - at_zero) * jitter.clamp(0.0, 1.0);
    duration.min(LONGEST_LIFE).mul_f64(factor)
}

/// Randomness that a simulation can repeat.
#[cfg(all(test, feature = "token-store"))]
pub(crate) mod seeded {
    use std::cell::Cell;

    thread_local!(static STATE: Cell<Option<u64>> = const { Cell::new(None) });

    /// Makes everything random on this thread follow from `seed`.
    pub(crate) fn seed(seed: Option<u64>) {
        STATE.set(seed);
    }

    /// The next number of SplitMix64; `None` unless there is a seed.
    pub(crate) fn next() -> Option<u64> {
        let state = STATE.get()?.wrapping_add(0x9e37_79b9_7f4a_7c15);
        STATE.set(Some(state));
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Some(mixed ^ (mixed >> 31))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jitter_moves_the_factor_within_its_bounds() {
        let ends = [-1.0, 0.0, 0.5, 1.0, 2.0];
        let seconds = |from, to| {
            ends.map(|jitter| jittered(Duration::from_secs(8), from, to, jitter).as_secs())
        };
        assert_eq!(seconds(1.0, 0.75), [8, 8, 7, 6, 6]);
        assert_eq!(seconds(0.5, 1.5), [4, 4, 8, 12, 12]);
        assert_eq!(jittered(Duration::MAX, 1.0, 2.0, 0.0), LONGEST_LIFE);
        assert_eq!(jittered(Duration::MAX, 1.0, 2.0, 1.0), LONGEST_LIFE * 2);
    }

    #[test]
    fn it_is_random() {
        let first = jitter();
        assert!((0.0..=1.0).contains(&first));
        assert!((0..64).any(|_| jitter() != first));
    }
}
