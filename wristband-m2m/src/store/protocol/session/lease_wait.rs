//! Waiting while another process fetches.

use std::time::Duration;

use crate::clock::Moment;
use crate::jitter::{jitter, jittered};

/// A holder that has been fetching for longer is probably on an endpoint that hangs. Waiting for it would only add to
/// the delay.
const LONGEST_FETCH_WAITED_FOR: Duration = Duration::from_secs(2);
/// The longest wait in all, whatever the store reports.
const LONGEST_WAIT: Duration = Duration::from_secs(5);
const SHORTEST_PAUSE: Duration = Duration::from_millis(20);
pub(super) const LONGEST_PAUSE: Duration = Duration::from_millis(200);

/// Counts the pauses of one wait.
#[derive(Default)]
pub(super) struct LeaseWait {
    since: Option<Moment>,
    pauses: u32,
}

impl LeaseWait {
    /// Returns the pause before the next look; `None` if it is time to fetch instead.
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
