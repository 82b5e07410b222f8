//! Random ids, which a simulation can seed.

use std::hash::{BuildHasher as _, RandomState};

/// Returns random bytes that no other process draws.
///
/// They protect nothing, since a store sees them all. So they come from the standard library, which the system seeds,
/// and not from aws-lc, whose generator takes a tenth of a second to start: a process that only adopts a token needs no
/// more.
pub(super) fn random_id() -> [u8; 16] {
    #[cfg(test)]
    if let (Some(first), Some(second)) = (seeded::next(), seeded::next()) {
        return join(first, second);
    }
    let random = RandomState::new();
    join(random.hash_one(0), random.hash_one(1))
}

fn join(first: u64, second: u64) -> [u8; 16] {
    (u128::from(first) << 64 | u128::from(second)).to_be_bytes()
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
