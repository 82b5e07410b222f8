//! The optional task that renews the token at intervals, with or without traffic.

use std::sync::{Arc, Weak};
use std::time::Duration;

use super::TokenCache;
use crate::clock::Moment;
use crate::error::TokenError;
use crate::jitter::{jitter, jittered};
use crate::runtime::{Mutex, Task, lock, sleep, spawn};

/// A refresh that is later than this is on a runtime that is not being driven.
const TOLERANCE: Duration = Duration::from_secs(5);
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(300);

/// Holds the task, and stops it when dropped.
#[derive(Debug)]
pub(crate) struct BackgroundRefresh {
    interval: Duration,
    running: Mutex<Option<Running>>,
}

#[derive(Debug)]
struct Running {
    task: Task,
    /// When the next refresh starts.
    due: Arc<Mutex<Moment>>,
}

impl BackgroundRefresh {
    pub(crate) fn new(interval: Duration) -> Self {
        Self {
            interval,
            running: Mutex::new(None),
        }
    }

    /// After this long without a new token, a caller has to look whether the task still runs.
    pub(crate) fn longest_silence(interval: Duration) -> Duration {
        longest_pause(interval) + TOLERANCE
    }

    /// Starts the task unless it is running. Its runtime may have ended or may not be driven, so each call that misses
    /// the fast path checks again.
    pub(crate) fn ensure_running(&self, cache: &Arc<TokenCache>) {
        let now = Moment::now();
        let mut running = lock(&self.running);
        let due = match &*running {
            None => now.later(pause(self.interval, jitter(), None)),
            Some(running) => {
                let due = *lock(&running.due);
                if !running.task.is_finished() && !due.later(TOLERANCE).has_come(&now) {
                    return;
                }
                due
            }
        };
        let due = Arc::new(Mutex::new(due));
        // Without a runtime the caller's own fetch reports it.
        let task = spawn(run(Arc::downgrade(cache), self.interval, Arc::clone(&due)));
        if let Some(task) = task
            && let Some(stuck) = running.replace(Running { task, due })
        {
            stuck.task.abort();
        }
    }
}

impl Drop for BackgroundRefresh {
    fn drop(&mut self) {
        if let Some(running) = lock(&self.running).take() {
            running.task.abort();
        }
    }
}

/// Dropped with the task, whichever way that ends. A cached token would hide from callers on another runtime that there
/// is a task to start; so the next of them is made to look.
struct TaskEndGuard(Weak<TokenCache>);

impl Drop for TaskEndGuard {
    fn drop(&mut self) {
        if let Some(cache) = self.0.upgrade() {
            cache.invalidate_fast_path();
        }
    }
}

async fn run(cache: Weak<TokenCache>, interval: Duration, due: Arc<Mutex<Moment>>) {
    let _guard = TaskEndGuard(Weak::clone(&cache));
    loop {
        let wait = lock(&due).until(&Moment::now());
        sleep(wait).await;
        let Some(cache) = cache.upgrade() else { return };
        // While it runs, the refresh is overdue only after another interval.
        *lock(&due) = Moment::now().later(interval);
        // The cache traces a failure and keeps the token that it has.
        let failure = cache.refresh(interval / 2).await.err();
        *lock(&due) = Moment::now().later(pause(interval, jitter(), failure.as_ref()));
    }
}

/// The time between two refreshes: the interval, made up to a tenth shorter or longer by `jitter` (0 to 1), so that a
/// fleet that was deployed at once does not ask at once. A `Retry-After` is respected up to one interval or 5 minutes.
fn pause(interval: Duration, jitter: f64, failure: Option<&TokenError>) -> Duration {
    let asked = failure
        .and_then(TokenError::retry_after)
        .unwrap_or_default();
    jittered(interval, 0.9, 1.1, jitter).max(asked.min(interval).min(LONGEST_RETRY_AFTER))
}

fn longest_pause(interval: Duration) -> Duration {
    pause(interval, 1.0, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_has_jitter_both_ways_and_respects_a_bounded_retry_after() {
        let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
        let failure = TokenError::transient("busy").with_retry_after(minutes(60));
        let seconds = |interval, jitter, failure| pause(interval, jitter, failure).as_secs();
        assert_eq!(seconds(minutes(10), 0.0, None), 540);
        assert_eq!(seconds(minutes(10), 1.0, None), 660);
        assert_eq!(seconds(minutes(10), 0.0, Some(&failure)), 540);
        assert_eq!(seconds(minutes(1), 0.0, Some(&failure)), 60);
        assert_eq!(seconds(minutes(1), 1.0, Some(&failure)), 66);
    }
}
