//! Processes that share a token, some of which are killed or stopped.

use std::time::Duration;

use tokio::time::{Instant, sleep, sleep_until, timeout};
use wristband_m2m::testing::MockWristband;
use wristband_m2m_fleet_tests::{FleetProcess, RedisServer, TestDirectory};

const PROGRAM: &str = env!("CARGO_BIN_EXE_fleet-process");

/// A store, removed on drop.
enum Store {
    Directory(TestDirectory),
    Redis(RedisServer),
}

impl Store {
    /// Returns a directory, and a Redis if it is installed.
    fn all() -> Vec<Self> {
        let directory = Self::Directory(TestDirectory::new());
        let redis = RedisServer::start().map(Self::Redis);
        std::iter::once(directory).chain(redis).collect()
    }

    fn argument(&self) -> String {
        match self {
            Self::Directory(directory) => format!("file:{}", directory.path().display()),
            Self::Redis(redis) => redis.url(),
        }
    }
}

struct Fleet {
    wristband: MockWristband,
    store: Store,
    processes: Vec<FleetProcess>,
}

impl Fleet {
    async fn start(store: Store, processes: usize) -> Self {
        let mut fleet = Self {
            wristband: MockWristband::start().await,
            store,
            processes: Vec::new(),
        };
        fleet.processes = (0..processes).map(|_| fleet.process()).collect();
        fleet
    }

    fn process(&self) -> FleetProcess {
        FleetProcess::start(PROGRAM, self.wristband.url(), &self.store.argument())
    }

    /// Sends a command to all processes at once.
    async fn run_all(&mut self, command: &str) -> Vec<String> {
        for process in &mut self.processes {
            process.send(command).await;
        }
        let mut replies = Vec::new();
        for process in &mut self.processes {
            replies.push(process.reply().await);
        }
        replies
    }

    /// Returns how many processes bypass the store: on a very busy machine it may respond late, and each process that
    /// notices makes its own request.
    async fn degraded(&mut self) -> u64 {
        let states = self.run_all("store").await;
        let degraded = states.iter().filter(|state| *state != "Ready").count();
        assert!(
            degraded < states.len() / 2,
            "half of the processes bypass the store: {states:?}"
        );
        degraded as u64
    }

    async fn requests(&self, requests: u64) {
        let arrived = async {
            while self.wristband.token_requests() < requests {
                sleep(Duration::from_millis(10)).await;
            }
        };
        timeout(Duration::from_secs(60), arrived)
            .await
            .expect("a token request within a minute");
    }
}

fn all_tokens(replies: &[String]) {
    assert!(
        replies.iter().all(|reply| reply.starts_with("token ")),
        "{replies:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_starts_at_once_make_one_request_and_a_revocation_one_more() {
    for store in Store::all() {
        let mut fleet = Fleet::start(store, 50).await;
        fleet.wristband.set_delay(Duration::from_millis(300));
        let first = fleet.run_all("token").await;
        all_tokens(&first);
        let explained = fleet.degraded().await;
        let cold = fleet.wristband.token_requests();
        assert!(
            (1..=1 + explained).contains(&cold),
            "{cold} requests, {explained} explained"
        );

        fleet.wristband.revoke_all();
        let second = fleet.run_all("replace").await;
        all_tokens(&second);
        let explained = explained + fleet.degraded().await;
        let renewals = fleet.wristband.token_requests() - cold;
        assert!(
            (1..=1 + explained).contains(&renewals),
            "{renewals} requests, {explained} explained"
        );
        if explained == 0 {
            assert!(
                second
                    .iter()
                    .all(|token| *token == second[0] && *token != first[0])
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_that_refuses_everything_costs_a_burst_and_one_renewal_per_five_seconds() {
    let mut fleet = Fleet::start(Store::Directory(TestDirectory::new()), 12).await;
    all_tokens(&fleet.run_all("token").await);
    let before = fleet.wristband.token_requests();
    let start = Instant::now();
    let replies = fleet.run_all("replace-for 11000").await;
    let seconds = start.elapsed().as_secs();
    let renewals = fleet.wristband.token_requests() - before;
    let explained = fleet.degraded().await;
    assert!(
        (4..=3 + seconds / 5 + 1 + explained).contains(&renewals),
        "{renewals} renewals in {seconds} s: {replies:?}"
    );
    assert!(
        replies.iter().any(|reply| !reply.ends_with("limited 0")),
        "{replies:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_endpoint_gets_one_request_per_second() {
    let mut fleet = Fleet::start(Store::Directory(TestDirectory::new()), 12).await;
    fleet.wristband.fail_next(1_000_000, 503);
    let start = Instant::now();
    let replies = fleet.run_all("get-for 5000").await;
    let seconds = start.elapsed().as_secs();
    assert!(
        replies.iter().all(|reply| reply.starts_with("tokens 0 ")),
        "{replies:?}"
    );
    // Three attempts each; without a store each of the twelve would make its burst of thirty.
    let cycles = fleet.wristband.token_requests() / 3;
    let explained = fleet.degraded().await;
    assert!(
        cycles <= seconds + 2 + explained,
        "{cycles} cycles in {seconds} s"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_holder_costs_the_others_its_lease() {
    for store in Store::all() {
        let mut fleet = Fleet::start(store, 8).await;
        let mut holder = fleet.process();
        // Only the lease keeps the others from sending a request.
        fleet.wristband.set_delay(Duration::from_secs(30));
        holder.send("token").await;
        fleet.requests(1).await;
        fleet.wristband.set_delay(Duration::ZERO);
        holder.signal("KILL");
        let start = Instant::now();
        all_tokens(&fleet.run_all("token").await);
        let took = start.elapsed();
        // The lease lasts 2 s; the rest is for a busy machine. The others wait no longer for a live holder either.
        assert!(took < Duration::from_secs(5), "{took:?}");
        let explained = fleet.degraded().await;
        let requests = fleet.wristband.token_requests();
        assert!(
            requests <= 2 + explained,
            "{requests} requests, {explained} explained"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_holder_that_was_stopped_for_ten_seconds_overwrites_nothing() {
    for store in Store::all() {
        let fleet = Fleet::start(store, 0).await;
        let (mut stopped, mut other) = (fleet.process(), fleet.process());
        fleet.wristband.set_delay(Duration::from_secs(1));
        stopped.send("token").await;
        fleet.requests(1).await;
        fleet.wristband.set_delay(Duration::ZERO);
        let stopped_at = Instant::now();
        stopped.signal("STOP");
        let newer = other.run("token").await;
        assert!(newer.starts_with("token "), "{newer}");
        sleep_until(stopped_at + Duration::from_secs(10)).await;
        stopped.signal("CONT");
        let late = stopped.reply().await;
        assert!(late.starts_with("token ") && late != newer, "{late}");
        assert_eq!(fleet.process().run("token").await, newer);
        assert_eq!(fleet.wristband.token_requests(), 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_starts_one_after_another_make_one_request() {
    let fleet = Fleet::start(Store::Directory(TestDirectory::new()), 0).await;
    for _ in 0..100 {
        let reply = fleet.process().run("token").await;
        assert!(reply.starts_with("token "), "{reply}");
    }
    assert_eq!(fleet.wristband.token_requests(), 1);
}
