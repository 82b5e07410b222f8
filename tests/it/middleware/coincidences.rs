//! Every combination of what one API does, what the token endpoint does, whether a refresh is under way, and what else
//! uses the token. Over real sockets, with separate servers for each cell.

mod contract;
mod healthy;
mod world;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use wristband_m2m_reqwest::{AuthOutcome, reqwest};

use self::contract::Contract;
use self::healthy::{Calls, call_beside};
use self::world::World;
use super::outcome;

/// How many cells run at the same time.
const AT_ONCE: usize = 32;
/// Calls to the rejecting API, one after another.
const REFUSED_CALLS: usize = 4;

/// What the API in question does.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Api {
    Well,
    OneSpurious401,
    Always401,
    OneRoute401,
    InsufficientScope,
}

/// What the token endpoint does once it has issued the first token.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Endpoint {
    Well,
    Responds503,
    Hangs,
    Slow,
}

/// What is under way when the API rejects the token.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Refresh {
    None,
    /// A refresh whose token was issued before the revocation.
    UnderWay,
}

/// What else uses the token at the same time.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Beside {
    OtherApi,
    HealthyRoute,
    OtherRuntime,
    BlockingCaller,
    LongLivedToken,
}

#[derive(Clone, Copy, Debug)]
struct Cell {
    api: Api,
    endpoint: Endpoint,
    refresh: Refresh,
    beside: Beside,
}

/// What was observed in a cell.
struct Report {
    token_requests: u64,
    elapsed: Duration,
    /// The responses to the rejected caller.
    refused: Vec<Response>,
    healthy: Calls,
    /// Healthy calls that ended before the first response to the rejected caller.
    healthy_meanwhile: usize,
}

#[derive(Debug)]
struct Response {
    status: u16,
    outcome: AuthOutcome,
    body: String,
}

fn table() -> Vec<Cell> {
    use {Api::*, Beside::*};
    let mut cells = Vec::new();
    for api in [
        Api::Well,
        OneSpurious401,
        Always401,
        OneRoute401,
        InsufficientScope,
    ] {
        for endpoint in [
            Endpoint::Well,
            Endpoint::Responds503,
            Endpoint::Hangs,
            Endpoint::Slow,
        ] {
            for refresh in [Refresh::None, Refresh::UnderWay] {
                for beside in [
                    OtherApi,
                    HealthyRoute,
                    OtherRuntime,
                    BlockingCaller,
                    LongLivedToken,
                ] {
                    cells.push(Cell {
                        api,
                        endpoint,
                        refresh,
                        beside,
                    });
                }
            }
        }
    }
    cells
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_coincidence_loses_a_healthy_call() {
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let mut running = JoinSet::new();
    for cell in table() {
        let places = Arc::clone(&places);
        running.spawn(async move {
            let _place = places.acquire().await.unwrap();
            let report = run(cell).await;
            let broken = Contract::of(cell).check(&report);
            (!broken.is_empty()).then(|| format!("{cell:?}\n  {}\n  {report}", broken.join("\n  ")))
        });
    }
    let mut failed = Vec::new();
    while let Some(done) = running.join_next().await {
        failed.extend(done.unwrap_or_else(|error| Some(error.to_string())));
    }
    assert!(
        failed.is_empty(),
        "{} cells failed:\n{}",
        failed.len(),
        failed.join("\n")
    );
}

async fn run(cell: Cell) -> Report {
    let world = World::start(cell).await;
    let http = world.authenticated();
    let refreshing = world.begin().await;
    let start = Instant::now();
    let (stop, stopped) = watch::channel(false);
    let made = watch::Sender::new(0);
    let healthy = tokio::spawn(call_beside(world.clone(), made.clone(), stopped));

    let mut refused = Vec::new();
    let mut healthy_meanwhile = 0;
    for _ in 0..REFUSED_CALLS {
        let response = http.get(world.subject()).send().await;
        refused.push(Response::read(response.expect("the token of the start is valid")).await);
        if refused.len() == 1 {
            healthy_meanwhile = *made.borrow();
        }
    }
    stop.send_replace(true);
    let healthy = healthy.await.unwrap();
    drop(refreshing);
    Report {
        token_requests: world.client.status().token_requests(),
        elapsed: start.elapsed(),
        refused,
        healthy,
        healthy_meanwhile,
    }
}

impl Response {
    async fn read(response: reqwest::Response) -> Self {
        Self {
            status: response.status().as_u16(),
            outcome: outcome(&response),
            body: response.text().await.unwrap_or_default(),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} token requests and {} healthy calls ({} of them meanwhile) in {:?}; refused: {:?}",
            self.token_requests,
            self.healthy.made,
            self.healthy_meanwhile,
            self.elapsed,
            self.refused
        )
    }
}
