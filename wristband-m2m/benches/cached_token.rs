//! What a cached `get_token` costs, beside its floor and beside plain alternatives.
//!
//! Rounds of the candidates are interleaved and the medians compared, so that a noisy machine disturbs all alike:
//! read the ratios, not the nanoseconds. `cargo bench -p wristband-m2m`.

use std::future::Future;
use std::hint::black_box;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use wristband_m2m::testing::MockWristband;
use wristband_m2m::{
    IssuedToken, LeaseId, LookOutcome, StoreError, StoreQuery, StoreRecord, StoreSlot, TokenError,
    TokenSource, TokenStore, WristbandM2mClient, async_trait, http,
};

const CALLS: u32 = 100_000;
const ROUNDS: usize = 41;
const TASKS: usize = 64;

/// A JWT is about this long.
const TOKEN_LENGTH: usize = 900;

/// A name, the call, and the candidate that is its floor.
type Candidate = (&'static str, Arc<dyn Fn() + Send + Sync>, usize);

/// The floors: a clock read, and a clone that no other thread touches.
const TOKEN_FLOOR: usize = 0;
const HEADER_FLOOR: usize = 1;

/// More than there are threads; each thread clones the copy that is its own.
const COPIES: usize = 64;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    let candidates = candidates(&runtime);
    on_threads(1, &candidates);
    on_threads(2, &candidates);
    on_tasks(&runtime, &candidates);
}

/// The clock that the cache reads: Tokio's, which a build with `test-util`, as this one is, asks first whether it is
/// paused.
fn clock() -> tokio::time::Instant {
    tokio::time::Instant::now()
}

fn candidates(runtime: &tokio::runtime::Runtime) -> Vec<Candidate> {
    let client = WristbandM2mClient::builder()
        .token_source(Fixed)
        .build()
        .expect("a source is all it needs");
    runtime.block_on(client.get_token()).expect("a token");
    let sharing = runtime.block_on(with_store());
    let plain: Arc<str> = "x".repeat(TOKEN_LENGTH).into();
    let expires = clock() + Duration::from_secs(3600);

    let tokens: Vec<Arc<str>> = (0..COPIES).map(|_| Arc::from(&*plain)).collect();
    let headers: Vec<_> = (0..COPIES).map(|_| header(&plain)).collect();
    let with_header = client.clone();
    let locked = Arc::new(tokio::sync::RwLock::new((expires, Arc::clone(&plain))));
    let formatted = Arc::clone(&locked);
    let single = Arc::new(std::sync::Mutex::new((expires, Arc::clone(&plain))));
    vec![
        (
            "floor: clock, own Arc cloned",
            Arc::new(move || {
                black_box((clock() < expires, Arc::clone(&tokens[own_copy()])));
            }),
            TOKEN_FLOOR,
        ),
        (
            "floor: clock, own header cloned",
            Arc::new(move || {
                black_box((clock() < expires, headers[own_copy()].clone()));
            }),
            HEADER_FLOOR,
        ),
        (
            "get_token",
            Arc::new(move || {
                black_box(ready(client.get_token()).is_ok());
            }),
            TOKEN_FLOOR,
        ),
        (
            "get_token, with a token store",
            Arc::new(move || {
                black_box(ready(sharing.get_token()).is_ok());
            }),
            TOKEN_FLOOR,
        ),
        (
            "get_token, header cloned",
            Arc::new(move || {
                let token = ready(with_header.get_token()).expect("a cached token");
                black_box(token.authorization().clone());
            }),
            HEADER_FLOOR,
        ),
        (
            "std Mutex, Arc clone",
            Arc::new(move || {
                let token = single.lock().expect("not poisoned");
                black_box((clock() < token.0).then(|| Arc::clone(&token.1)));
            }),
            TOKEN_FLOOR,
        ),
        (
            "tokio RwLock, Arc clone",
            Arc::new(move || {
                let token = block_on(locked.read());
                black_box((clock() < token.0).then(|| Arc::clone(&token.1)));
            }),
            TOKEN_FLOOR,
        ),
        (
            "tokio RwLock, header formatted",
            Arc::new(move || {
                let token = block_on(formatted.read());
                black_box((clock() < token.0).then(|| format!("Bearer {}", token.1)));
            }),
            HEADER_FLOOR,
        ),
    ]
}

/// Cloned once already: the first clone allocates the reference count.
fn header(token: &str) -> http::HeaderValue {
    let header = http::HeaderValue::from_str(&format!("Bearer {token}")).expect("a header");
    drop(header.clone());
    header
}

fn own_copy() -> usize {
    static THREADS: AtomicUsize = AtomicUsize::new(0);
    thread_local!(static COPY: usize = THREADS.fetch_add(1, Ordering::Relaxed) % COPIES);
    COPY.with(|copy| *copy)
}

struct Fixed;

#[async_trait]
impl TokenSource for Fixed {
    async fn fetch_token(&self) -> Result<IssuedToken, TokenError> {
        Ok(IssuedToken::new(
            "x".repeat(TOKEN_LENGTH),
            Duration::from_secs(3600),
        ))
    }
}

/// A client with a token store, and with a token.
async fn with_store() -> WristbandM2mClient {
    let mock = MockWristband::start().await;
    let client = mock.builder().token_store(EmptyStore).build();
    let client = client.expect("a mock's settings are complete");
    client.get_token().await.expect("a token");
    client
}

/// A store that never has a token: a hit does not reach it, so how well it shares does not matter.
struct EmptyStore;

#[async_trait]
impl TokenStore for EmptyStore {
    async fn look(&self, _: &StoreSlot, _: &StoreQuery) -> Result<LookOutcome, StoreError> {
        Ok(LookOutcome::Leased)
    }

    async fn put(
        &self,
        _: &StoreSlot,
        _: &LeaseId,
        _: &StoreRecord,
        _: Option<&StoreRecord>,
        _: Duration,
    ) -> Result<bool, StoreError> {
        Ok(true)
    }

    async fn renew(&self, _: &StoreSlot, _: &LeaseId, _: Duration) -> Result<bool, StoreError> {
        Ok(true)
    }

    async fn fail(
        &self,
        _: &StoreSlot,
        _: &LeaseId,
        _: &StoreRecord,
        _: Duration,
    ) -> Result<bool, StoreError> {
        Ok(true)
    }

    async fn release(&self, _: &StoreSlot, _: &LeaseId) -> Result<(), StoreError> {
        Ok(())
    }
}

fn on_threads(threads: usize, candidates: &[Candidate]) {
    let time = |call: &Candidate| {
        let barrier = Barrier::new(threads);
        let spent: Vec<Duration> = std::thread::scope(|scope| {
            let workers: Vec<_> = (0..threads)
                .map(|_| {
                    scope.spawn(|| {
                        barrier.wait();
                        let start = Instant::now();
                        (0..CALLS).for_each(|_| call.1());
                        start.elapsed()
                    })
                })
                .collect();
            workers
                .into_iter()
                .map(|worker| worker.join().expect("no panic"))
                .collect()
        });
        spent.iter().sum::<Duration>() / (threads as u32 * CALLS / 1000)
    };
    report(&format!("{threads} thread(s)"), candidates, time);
}

fn on_tasks(runtime: &tokio::runtime::Runtime, candidates: &[Candidate]) {
    let time = |call: &Candidate| {
        let calls = CALLS / TASKS as u32;
        let start = Instant::now();
        runtime.block_on(async {
            let tasks: Vec<_> = (0..TASKS)
                .map(|_| {
                    let call = Arc::clone(&call.1);
                    tokio::spawn(async move {
                        for turn in 0..calls {
                            call();
                            if turn % 64 == 0 {
                                tokio::task::yield_now().await;
                            }
                        }
                    })
                })
                .collect();
            for task in tasks {
                task.await.expect("no panic");
            }
        });
        start.elapsed() * 2 / (calls * TASKS as u32 / 1000)
    };
    report("64 tasks on 2 workers", candidates, time);
}

/// `time` gives the cost of a thousand calls.
fn report(title: &str, candidates: &[Candidate], time: impl Fn(&Candidate) -> Duration) {
    let mut rounds = vec![Vec::with_capacity(ROUNDS); candidates.len()];
    for _ in 0..ROUNDS {
        for (candidate, rounds) in candidates.iter().zip(&mut rounds) {
            rounds.push(time(candidate));
        }
    }
    println!("\n{title}: ns per call and thread, ratio to the floor");
    let medians: Vec<f64> = rounds
        .iter_mut()
        .map(|rounds| median(rounds).as_nanos() as f64 / 1000.0)
        .collect();
    for ((name, _, floor), nanos) in candidates.iter().zip(&medians) {
        println!("  {name:<32} {nanos:>8.1} {:>6.2}", nanos / medians[*floor]);
    }
}

fn median(rounds: &mut [Duration]) -> Duration {
    rounds.sort();
    rounds[rounds.len() / 2]
}

/// Inlined, as an `.await` is: the future is polled where it was made.
#[inline(always)]
fn ready<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => unreachable!("a cached token is there at once"),
    }
}

/// For locks that nobody holds for long: polled until it is ready.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()))
        {
            return output;
        }
        std::hint::spin_loop();
    }
}
