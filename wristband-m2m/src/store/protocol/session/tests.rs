//! Fleets of processes without a cache, on a simulated store, in paused time.

mod failures;
mod leases;
mod rejection;
mod sharing;
mod trouble;

use super::*;
use crate::error::TokenErrorKind;
use crate::fetch::Need;
use crate::store::StoreState;
use crate::store::contract::SlotState;
use crate::store::protocol::sealing::Purpose;
use crate::store::simulation::{
    Process, Response, SimulatedEndpoint, SimulatedStore, Trouble, sealer,
};
use tokio::task::JoinSet;
use tokio::time::Instant;

const HOUR: Duration = Duration::from_secs(3600);

fn millis(n: u64) -> Duration {
    Duration::from_millis(n)
}

fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

struct Fleet {
    store: SimulatedStore,
    endpoint: SimulatedEndpoint,
}

impl Fleet {
    fn new() -> Self {
        Self {
            store: SimulatedStore::new(),
            endpoint: SimulatedEndpoint::new(),
        }
    }

    fn process(&self) -> Process {
        Process::new(self.store.clone(), &self.endpoint)
    }

    fn processes(&self, count: usize) -> Vec<Process> {
        (0..count).map(|_| self.process()).collect()
    }

    /// A session that holds the lease and has not fetched yet.
    async fn holder(&self) -> StoreSession {
        let mut session = self.process().shared.session();
        let looked = session.look(sealer("secret"), &Demand::default).await;
        assert!(looked.unwrap().is_none());
        session
    }

    fn slot<T>(&self, act: impl FnOnce(&mut SlotState) -> T) -> T {
        act(self.store.inner().slot(sealer("secret").slot()))
    }
}

/// Has all processes fetch at once. Returns what each got, and after how long.
async fn all(processes: &[Process]) -> Vec<(Result<AccessToken, TokenError>, Duration)> {
    let start = Instant::now();
    let mut calls = JoinSet::new();
    for process in processes {
        let process = process.clone();
        calls.spawn(async move { (process.first().await, start.elapsed()) });
    }
    calls.join_all().await
}

async fn timed<T>(call: impl Future<Output = T>) -> (T, Duration) {
    let start = Instant::now();
    let outcome = call.await;
    (outcome, start.elapsed())
}
