//! Random ids and jitter, which a simulation can seed.

/// Random bytes that nobody can guess.
pub(super) fn random_id() -> [u8; 16] {
    #[cfg(test)]
    if let Some(id) = seeded::next_id() {
        return id;
    }
    let mut id = [0; 16];
    if aws_lc_rs::rand::fill(&mut id).is_err() {
        // An id need only differ from others; it protects nothing.
        for (half, byte) in id.chunks_mut(8).zip([0u8, 1]) {
            use std::hash::{BuildHasher as _, RandomState};
            half.copy_from_slice(&RandomState::new().hash_one(byte).to_be_bytes());
        }
    }
    id
}

/// A random number from 0 to 1.
pub(super) fn jitter() -> f64 {
    #[cfg(test)]
    if let Some(number) = seeded::next() {
        return number as f64 / u64::MAX as f64;
    }
    crate::jitter::jitter()
}

#[cfg(test)]
pub(super) mod seeded {
    use std::cell::Cell;

    thread_local!(static STATE: Cell<Option<u64>> = const { Cell::new(None) });

    /// Makes everything random on this thread follow from `seed`.
    pub(in crate::store) fn seed(seed: Option<u64>) {
        STATE.set(seed);
    }

    /// The next number of SplitMix64.
    pub(in crate::store) fn next() -> Option<u64> {
        let state = STATE.get()?.wrapping_add(0x9e37_79b9_7f4a_7c15);
        STATE.set(Some(state));
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Some(mixed ^ (mixed >> 31))
    }

    pub(super) fn next_id() -> Option<[u8; 16]> {
        let (first, second) = (next()?, next()?);
        let mut id = [0; 16];
        id[..8].copy_from_slice(&first.to_be_bytes());
        id[8..].copy_from_slice(&second.to_be_bytes());
        Some(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_makes_what_is_random_repeatable() {
        let draw = |seed| {
            seeded::seed(seed);
            let drawn = (random_id(), jitter().to_bits());
            seeded::seed(None);
            drawn
        };
        assert_eq!(draw(Some(7)), draw(Some(7)));
        assert_ne!(draw(Some(7)), draw(Some(8)));
        assert_ne!(draw(None), draw(None));
    }
}
