//! What a cold start costs: many callers, an empty cache and a slow source, beside as many tasks that wait for a bare watch
//! channel. In both the delay begins when the first of them is spawned.
//!
//! Rounds of the two are interleaved and the medians compared: read the ratios. `cargo bench -p wristband-m2m`.

use std::time::{Duration, Instant};

use wristband_m2m::{IssuedToken, TokenError, TokenSource, WristbandM2mClient, async_trait};

const CALLERS: usize = 10_000;
const DELAY: Duration = Duration::from_millis(100);
const ROUNDS: u32 = 41;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    let mut herd = Herd::default();
    let mut waking = Herd::default();
    for _ in 0..ROUNDS {
        herd.measure(|| {
            runtime.block_on(async {
                let client = WristbandM2mClient::builder()
                    .token_source(Slow)
                    .build()
                    .expect("a source is all it needs");
                let callers: Vec<_> = (0..CALLERS)
                    .map(|_| {
                        let client = client.clone();
                        tokio::spawn(async move { client.get_token().await.map(drop) })
                    })
                    .collect();
                for caller in callers {
                    caller.await.expect("no panic").expect("a token");
                }
                assert_eq!(client.status().token_requests(), 1);
            });
        });
        waking.measure(|| {
            runtime.block_on(async {
                let (sender, receiver) = tokio::sync::watch::channel(false);
                tokio::spawn(async move {
                    tokio::time::sleep(DELAY).await;
                    sender.send_replace(true);
                    // The channel stays open until all have read it.
                    sender.closed().await;
                });
                let callers: Vec<_> = (0..CALLERS)
                    .map(|_| {
                        let mut receiver = receiver.clone();
                        tokio::spawn(async move { receiver.wait_for(|done| *done).await.map(drop) })
                    })
                    .collect();
                drop(receiver);
                for caller in callers {
                    caller.await.expect("no panic").expect("an open channel");
                }
            });
        });
    }
    println!("cold start of {CALLERS} callers, 1 token request of {DELAY:?}: wall time, CPU time");
    let (wall, cpu) = waking.report("a bare watch channel", None);
    herd.report("get_token", Some((wall, cpu)));
}

struct Slow;

#[async_trait]
impl TokenSource for Slow {
    async fn fetch_token(&self) -> Result<IssuedToken, TokenError> {
        tokio::time::sleep(DELAY).await;
        Ok(IssuedToken::new("abc", Duration::from_secs(3600)))
    }
}

#[derive(Default)]
struct Herd {
    wall: Vec<Duration>,
    cpu: Vec<Duration>,
}

impl Herd {
    fn measure(&mut self, work: impl FnOnce()) {
        let (start, cpu) = (Instant::now(), cpu_time());
        work();
        self.wall.push(start.elapsed());
        self.cpu.push(cpu_time().saturating_sub(cpu));
    }

    fn report(mut self, name: &str, base: Option<(Duration, Duration)>) -> (Duration, Duration) {
        let (wall, cpu) = (median(&mut self.wall), median(&mut self.cpu));
        let (base_wall, base_cpu) = base.unwrap_or((wall, cpu));
        println!(
            "  {name:<32} {wall:>8.1?} {:>5.2}  {cpu:>8.1?} {:>5.2}",
            wall.as_secs_f64() / base_wall.as_secs_f64(),
            cpu.as_secs_f64() / base_cpu.as_secs_f64(),
        );
        (wall, cpu)
    }
}

/// The time that the threads of this process have run; zero where there is no `/proc`.
fn cpu_time() -> Duration {
    let nanos = |path: std::path::PathBuf| {
        let text = std::fs::read_to_string(path.join("schedstat")).ok()?;
        text.split(' ').next()?.parse::<u64>().ok()
    };
    let threads = std::fs::read_dir("/proc/self/task").into_iter().flatten();
    Duration::from_nanos(
        threads
            .flatten()
            .filter_map(|thread| nanos(thread.path()))
            .sum(),
    )
}

fn median(rounds: &mut [Duration]) -> Duration {
    rounds.sort();
    rounds[rounds.len() / 2]
}
