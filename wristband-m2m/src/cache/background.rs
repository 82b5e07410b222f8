//! The optional task that renews the token at intervals, whether or not anyone asks.

use std::sync::{Arc, Weak};
use std::time::Duration;

use crate::cache::TokenCache;
use crate::runtime::{Mutex, Task, lock, sleep, spawn};

/// Holds the task, and stops it when dropped.
#[derive(Debug)]
pub(crate) struct BackgroundRefresh {
    interval: Duration,
    task: Mutex<Option<Task>>,
}

impl BackgroundRefresh {
    pub(crate) fn new(interval: Duration) -> Self {
        Self {
            interval,
            task: Mutex::new(None),
        }
    }

    /// Starts the task unless it runs. The runtime that it ran on may have ended, so this is asked again by each call
    /// that does not find its token in the slot.
    pub(crate) fn ensure_running(&self, cache: &Arc<TokenCache>) {
        let mut task = lock(&self.task);
        if task.as_ref().is_none_or(Task::is_finished) {
            // Without a runtime the caller hears of it from its own fetch.
            *task = spawn(run(Arc::downgrade(cache), self.interval));
        }
    }
}

impl Drop for BackgroundRefresh {
    fn drop(&mut self) {
        if let Some(task) = lock(&self.task).take() {
            task.abort();
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

async fn run(cache: Weak<TokenCache>, interval: Duration) {
    let _guard = TaskEndGuard(Weak::clone(&cache));
    let mut pause = interval;
    loop {
        sleep(pause).await;
        let Some(cache) = cache.upgrade() else { return };
        // The cache traces the failure and keeps the token that it has.
        let asked_for = match cache.refresh().await {
            Ok(_) => None,
            Err(error) => error.retry_after(),
        };
        pause = interval.max(asked_for.unwrap_or_default());
    }
}
