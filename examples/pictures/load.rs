//! Steady traffic, and what became of it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval_at};

use crate::caller::Caller;

const WORKERS: u32 = 10;
/// Of each worker: all of them make 100 calls a second.
const PERIOD: Duration = Duration::from_millis(100);

/// When something happened, since the start, and whether it went well.
#[derive(Clone, Copy)]
pub(crate) struct Outcome {
    pub(crate) at: Duration,
    pub(crate) well: bool,
}

pub(crate) struct Timeline {
    pub(crate) calls: Vec<Outcome>,
    pub(crate) token_requests: Vec<Outcome>,
}

impl Timeline {
    pub(crate) fn summary(&self) -> String {
        let failed = self.calls.iter().filter(|call| !call.well).count();
        let (calls, requests) = (self.calls.len(), self.token_requests.len());
        format!("{failed} of {calls} calls failed, {requests} token requests")
    }
}

/// Calls for this long.
pub(crate) async fn put_on(caller: impl Caller, start: Instant, length: Duration) -> Vec<Outcome> {
    let caller = Arc::new(caller);
    let mut workers = JoinSet::new();
    for worker in 0..WORKERS {
        let caller = Arc::clone(&caller);
        workers.spawn(async move {
            let mut ticks = interval_at((start + PERIOD * worker / WORKERS).into(), PERIOD);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
            let mut calls = Vec::new();
            while start.elapsed() < length {
                ticks.tick().await;
                let well = caller.call().await.is_ok();
                let at = start.elapsed();
                calls.push(Outcome { at, well });
            }
            calls
        });
    }
    workers.join_all().await.into_iter().flatten().collect()
}
