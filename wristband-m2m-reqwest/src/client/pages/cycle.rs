//! Cycles: pages that lead back to an earlier page.

use std::hash::{BuildHasher, Hasher, RandomState};

use reqwest::Request;

/// Finds a sequence of requests that repeats itself in constant memory, with Brent's algorithm: each request is compared with
/// one earlier request, which is replaced whenever the distance to it reaches the next power of two.
#[derive(Default)]
pub(super) struct CycleDetector {
    hasher: RandomState,
    earlier: Option<u64>,
    distance: u64,
    limit: u64,
}

impl CycleDetector {
    /// Returns whether this request is the same as an earlier one.
    pub(super) fn is_repeated(&mut self, request: &Request) -> bool {
        self.is_repeated_hash(self.hash(request))
    }

    fn is_repeated_hash(&mut self, hash: u64) -> bool {
        if self.earlier == Some(hash) {
            return true;
        }
        if self.distance == self.limit {
            self.earlier = Some(hash);
            self.distance = 0;
            self.limit = (self.limit * 2).max(1);
        }
        self.distance += 1;
        false
    }

    /// Method and body are those of the endpoint and its other arguments: they are the same for each page.
    fn hash(&self, request: &Request) -> u64 {
        let mut hasher = self.hasher.build_hasher();
        hasher.write(request.url().as_str().as_bytes());
        // The order of two headers may depend on when they were set, which is the same for each page.
        for (name, value) in request.headers() {
            hasher.write_u8(0xff);
            hasher.write(name.as_str().as_bytes());
            hasher.write_u8(0xff);
            hasher.write(value.as_bytes());
        }
        hasher.finish()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_page_that_leads_to_itself_is_found_at_once() {
        let mut cycle = CycleDetector::default();
        assert!(!cycle.is_repeated_hash(1));
        assert!(cycle.is_repeated_hash(1));
        let mut cycle = CycleDetector::default();
        assert!(!cycle.is_repeated_hash(1));
        assert!(!cycle.is_repeated_hash(2));
        assert!(cycle.is_repeated_hash(2));
    }

    proptest! {
        #[test]
        fn a_cycle_of_any_length_is_found_soon(start in 0_u64..200, length in 1_u64..200) {
            let mut cycle = CycleDetector::default();
            let page = |request: u64| {
                if request < start { request } else { start + (request - start) % length }
            };
            let found = (0..).find(|request| cycle.is_repeated_hash(page(*request))).expect("a cycle");
            prop_assert!(found >= start + length);
            prop_assert!(found <= 3 * (start + length), "{found}");
        }

        #[test]
        fn pages_that_differ_are_no_cycle(count in 0_u64..2_000) {
            let mut cycle = CycleDetector::default();
            prop_assert!((0..count).all(|request| !cycle.is_repeated_hash(request)));
        }
    }
}
