//! A short memory.

use std::collections::VecDeque;

/// Remembers the last `N` items.
#[derive(Debug)]
pub(super) struct Recent<T, const N: usize>(VecDeque<T>);

impl<T, const N: usize> Recent<T, N> {
    pub(super) fn add(&mut self, item: T) {
        if self.0.len() == N {
            self.0.pop_front();
        }
        self.0.push_back(item);
    }

    /// Returns the latest item for which `predicate` holds.
    pub(super) fn find(&self, predicate: impl Fn(&T) -> bool) -> Option<&T> {
        self.0.iter().rev().find(|item| predicate(item))
    }
}

impl<T, const N: usize> Default for Recent<T, N> {
    fn default() -> Self {
        Self(VecDeque::new())
    }
}
