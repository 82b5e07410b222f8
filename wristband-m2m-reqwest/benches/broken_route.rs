//! What one route that rejects every token costs the healthy routes beside it.
//!
//! Sixteen callers of a healthy route, and one caller of another route of the same API: that one is healthy too, or it responds
//! 401 to every request. Both runs share nothing but the server; their rounds are interleaved. Compare their rates and tails, and
//! count the token requests: three until the circuit breaker opens, then one per pause of 1, 2, 4, ... seconds.
//! `cargo bench -p wristband-m2m-reqwest --bench broken_route`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use tokio::task::JoinSet;
use wristband_m2m_reqwest::reqwest_middleware::{ClientBuilder, ClientWithMiddleware};
use wristband_m2m_reqwest::wristband_m2m::WristbandM2mClient;
use wristband_m2m_reqwest::wristband_m2m::testing::MockWristband;
use wristband_m2m_reqwest::{Bytes, WristbandAuth, reqwest};

use support::{is_whole, median, serve};

mod support;

const CALLERS: usize = 16;
const CALLS: usize = 500;
const ROUNDS: usize = 31;

/// A client, the route that is called beside the healthy one, and what the calls of the healthy one have cost so far.
struct Run {
    name: &'static str,
    route: &'static str,
    client: WristbandM2mClient,
    http: ClientWithMiddleware,
    calls_per_second: Vec<f64>,
    median_micros: Vec<f64>,
    p99_micros: Vec<f64>,
}

#[tokio::main(worker_threads = 2)]
async fn main() {
    let base = serve(respond).await;
    let wristband = MockWristband::start().await;
    let mut runs = [
        Run::new("all routes healthy", "/other", &wristband),
        Run::new("one route broken", "/broken", &wristband),
    ];
    let start = Instant::now();
    for _ in 0..ROUNDS {
        for run in &mut runs {
            run.round(&base).await;
        }
    }
    // A pause goes on while the other run has its round.
    let lasted = start.elapsed().as_secs_f64();
    println!(
        "{:<24}{:>18}{:>16}{:>18}{:>28}",
        "", "healthy calls/s", "median", "p99", "token requests"
    );
    let baseline = runs[0].medians();
    for run in &runs {
        let [rate, typical, tail] = run.medians();
        println!(
            "{:<24}{rate:>12.0} {:>4.2}x{typical:>10.0} us{tail:>10.0} us {:>4.2}x{:>12} in {lasted:>4.1} s",
            run.name,
            rate / baseline[0],
            tail / baseline[2],
            run.client.status().token_requests(),
        );
    }
}

fn respond(request: &[u8]) -> Option<Bytes> {
    let response: &[u8] = if request.starts_with(b"GET /broken ") {
        b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 7\r\n\r\nnot you"
    } else {
        b"HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\nwelcome"
    };
    is_whole(request).then(|| Bytes::from_static(response))
}

impl Run {
    fn new(name: &'static str, route: &'static str, wristband: &MockWristband) -> Self {
        let client = wristband.client();
        let http = reqwest::Client::builder().build().expect("an HTTP client");
        let auth = WristbandAuth::new(client.clone());
        Self {
            name,
            route,
            client,
            http: ClientBuilder::new(http).with(auth).build(),
            calls_per_second: Vec::new(),
            median_micros: Vec::new(),
            p99_micros: Vec::new(),
        }
    }

    async fn round(&mut self, base: &str) {
        let is_over = Arc::new(AtomicBool::new(false));
        let beside = {
            let (http, url) = (self.http.clone(), format!("{base}{}", self.route));
            let is_over = Arc::clone(&is_over);
            tokio::spawn(async move {
                while !is_over.load(Ordering::Relaxed) {
                    get(&http, &url).await;
                }
            })
        };
        let start = Instant::now();
        let mut callers = JoinSet::new();
        for _ in 0..CALLERS {
            let (http, url) = (self.http.clone(), format!("{base}/healthy"));
            callers.spawn(async move {
                let mut micros = Vec::with_capacity(CALLS);
                for _ in 0..CALLS {
                    let start = Instant::now();
                    assert_eq!(get(&http, &url).await, 200);
                    micros.push(start.elapsed().as_secs_f64() * 1e6);
                }
                micros
            });
        }
        let mut micros = callers.join_all().await.concat();
        let lasted = start.elapsed();
        is_over.store(true, Ordering::Relaxed);
        beside.await.expect("no panic");

        micros.sort_by(f64::total_cmp);
        self.calls_per_second
            .push(micros.len() as f64 / lasted.as_secs_f64());
        self.median_micros.push(micros[micros.len() / 2]);
        self.p99_micros.push(micros[micros.len() * 99 / 100]);
    }

    /// Of the rounds: calls a second, the median and the 99th percentile of a call.
    fn medians(&self) -> [f64; 3] {
        [
            &self.calls_per_second,
            &self.median_micros,
            &self.p99_micros,
        ]
        .map(|of| median(of.clone()))
    }
}

async fn get(http: &ClientWithMiddleware, url: &str) -> u16 {
    let response = http.get(url).send().await.expect("a response");
    let status = response.status().as_u16();
    response.bytes().await.expect("a body");
    status
}
