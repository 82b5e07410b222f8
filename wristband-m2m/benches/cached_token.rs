//! What a cached `get_token` costs, beside its floor and beside plain alternatives, all in one run.
//!
//! Rounds of the candidates are interleaved and the medians compared, so that a noisy machine disturbs all alike:
//! read the ratios, not the nanoseconds. `cargo bench -p wristband-m2m`.

use std::future::Future;
use std::hint::black_box;
use std::pin::pin;
use std::sync::{Arc, Barrier};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use wristband_m2m::testing::MockWristband;
use wristband_m2m::{IssuedToken, TokenError, TokenSource, WristbandM2mClient, async_trait};

const CALLS: u32 = 100_000;
const ROUNDS: usize = 41;
const TASKS: usize = 64;
const COLD_CALLERS: usize = 10_000;

/// A JWT is about this long.
const TOKEN_LENGTH: usize = 900;

type Candidate = (&'static str, Arc<dyn Fn() + Send + Sync>);

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
    cold_start(&runtime);
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
    let plain: Arc<str> = "x".repeat(TOKEN_LENGTH).into();
    let expires = clock() + Duration::from_secs(3600);

    let floor = Arc::clone(&plain);
    let with_header = client.clone();
    let locked = Arc::new(tokio::sync::RwLock::new((expires, Arc::clone(&plain))));
    let formatted = Arc::clone(&locked);
    let single = Arc::new(std::sync::Mutex::new((expires, Arc::clone(&plain))));
    vec![
        (
            "floor: clock read, Arc clone",
            Arc::new(move || {
                // An `Arc` for each thread would be cheaper than what any shared cache can do; on several threads this
                // floor pays for one reference count that travels between cores.
                black_box((clock() < expires, Arc::clone(&floor)));
            }),
        ),
        (
            "get_token",
            Arc::new(move || {
                black_box(ready(client.get_token()).is_ok());
            }),
        ),
        (
            "get_token, header cloned",
            Arc::new(move || {
                let token = ready(with_header.get_token()).expect("a cached token");
                black_box(token.authorization().clone());
            }),
        ),
        (
            "std Mutex, Arc clone",
            Arc::new(move || {
                let token = single.lock().expect("not poisoned");
                black_box((clock() < token.0).then(|| Arc::clone(&token.1)));
            }),
        ),
        (
            "tokio RwLock, Arc clone",
            Arc::new(move || {
                let token = block_on(locked.read());
                black_box((clock() < token.0).then(|| Arc::clone(&token.1)));
            }),
        ),
        (
            "tokio RwLock, header formatted",
            Arc::new(move || {
                let token = block_on(formatted.read());
                black_box((clock() < token.0).then(|| format!("Bearer {}", token.1)));
            }),
        ),
    ]
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
    for ((name, _), nanos) in candidates.iter().zip(&medians) {
        println!("  {name:<32} {nanos:>8.1} {:>6.2}", nanos / medians[0]);
    }
}

/// Many callers, an empty cache, a slow endpoint: one request, and hardly more time than the endpoint takes.
fn cold_start(runtime: &tokio::runtime::Runtime) {
    const DELAY: Duration = Duration::from_millis(100);
    let mut over = Vec::new();
    let mut waking = Vec::new();
    for _ in 0..11 {
        runtime.block_on(async {
            let mock = MockWristband::start().await;
            mock.set_delay(DELAY);
            let client = mock.client();
            let start = Instant::now();
            let callers: Vec<_> = (0..COLD_CALLERS)
                .map(|_| {
                    let client = client.clone();
                    tokio::spawn(async move { client.get_token().await.map(drop) })
                })
                .collect();
            for caller in callers {
                caller.await.expect("no panic").expect("a token");
            }
            over.push(start.elapsed().saturating_sub(DELAY));
            assert_eq!(mock.token_requests(), 1);

            // The same crowd waiting for a bare channel: what waking the tasks costs by itself.
            let (sender, receiver) = tokio::sync::watch::channel(false);
            let start = Instant::now();
            let callers: Vec<_> = (0..COLD_CALLERS)
                .map(|_| {
                    let mut receiver = receiver.clone();
                    tokio::spawn(async move { receiver.wait_for(|done| *done).await.map(drop) })
                })
                .collect();
            tokio::time::sleep(DELAY).await;
            sender.send_replace(true);
            for caller in callers {
                caller.await.expect("no panic").expect("a word");
            }
            waking.push(start.elapsed().saturating_sub(DELAY));
        });
    }
    println!(
        "\ncold start of {COLD_CALLERS} callers, 1 token request: time beyond the endpoint's own 100 ms"
    );
    println!(
        "  get_token                        {:>8.1?}",
        median(&mut over)
    );
    println!(
        "  a bare watch channel             {:>8.1?}",
        median(&mut waking)
    );
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
