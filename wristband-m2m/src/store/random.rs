//! Random ids, which a simulation can seed.

/// Random bytes that nobody can guess.
pub(super) fn random_id() -> [u8; 16] {
    #[cfg(test)]
    if let (Some(first), Some(second)) = (seeded::next(), seeded::next()) {
        return (u128::from(first) << 64 | u128::from(second)).to_be_bytes();
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

#[cfg(test)]
use crate::jitter::seeded;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jitter::jitter;

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
