//! The wait for another process's fetch.

use std::time::Duration;

use crate::clock::Moment;
use crate::jitter::{jitter, jittered};

/// A holder that has fetched for longer is on an endpoint that hangs, and waiting for it would only add to that.
const LONGEST_FETCH_WAITED_FOR: Duration = Duration::from_secs(2);
/// However a store puts a caller off, it waits no longer.
const LONGEST_WAIT: Duration = Duration::from_secs(5);
const SHORTEST_PAUSE: Duration = Duration::from_millis(20);
pub(super) const LONGEST_PAUSE: Duration = Duration::from_millis(200);

/// The wait for another process's fetch.
#[derive(Default)]
pub(super) struct LeaseWait {
    since: Option<Moment>,
    pauses: u32,
}

impl LeaseWait {
    /// The pause before the next look; `None` when it is better to fetch.
    pub(super) fn next(&mut self, held_for: Duration, now: &Moment) -> Option<Duration> {
        let waited = now.since(self.since.get_or_insert(*now));
        if held_for >= LONGEST_FETCH_WAITED_FOR || waited >= LONGEST_WAIT {
            return None;
        }
        let longest = LONGEST_PAUSE.min(SHORTEST_PAUSE * 2u32.pow(self.pauses.min(4)));
        self.pauses += 1;
        Some(jittered(longest, 0.5, 1.0, jitter()))
    }
}
