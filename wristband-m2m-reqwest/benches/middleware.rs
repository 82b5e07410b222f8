//! What an authenticated request costs, beside the same request with a constant header, all in one run.
//!
//! One keep-alive connection over loopback to a server that does next to nothing and allocates nothing; time and CPU
//! are the client's and the server's together. Rounds of the candidates are interleaved and the medians compared, so
//! that a noisy machine disturbs all alike: read the ratios. `cargo bench -p wristband-m2m-reqwest`.
//!
//! For instructions, run one candidate at a time: `valgrind --tool=callgrind <this binary> --only WristbandAuth 20`.

use std::time::Instant;

use allocation_counter::measure;
use http::header::{AUTHORIZATION, HeaderValue};
use tokio::runtime::Runtime;
use wristband_m2m_reqwest::reqwest_middleware::{
    ClientBuilder, ClientWithMiddleware, Middleware, Next, Result,
};
use wristband_m2m_reqwest::{Bytes, WristbandAuth, async_trait, reqwest};

use support::{TOKEN_LENGTH, is_whole, median, serve, token_client};

mod support;

const REQUESTS: u32 = 300;
const ROUNDS: usize = 61;

const END_OF_BODY: &[u8] = b"the end of the body";

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.expect("a runtime");
    let base = runtime.block_on(serve(respond));
    let url = format!("{base}/v1/orders/7");
    let clients = clients(&runtime);
    let arguments: Vec<_> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|argument| argument == "--only") {
        let name = arguments.get(at + 1).expect("a candidate after `--only`");
        let client = clients
            .iter()
            .find(|(known, _)| known == name)
            .expect("a known candidate");
        // The difference between two lengths is free of what starting up costs.
        let batches = arguments
            .get(at + 2)
            .map_or(20, |count| count.parse().expect("a count"));
        for _ in 0..batches {
            runtime.block_on(batch(&client.1, &url, None));
        }
        return;
    }
    compare("GET", &runtime, &clients, &url, None);
    let body = [&[b'x'; 1000], END_OF_BODY].concat();
    compare("POST, 1 KiB", &runtime, &clients, &url, Some(body.into()));
}

fn respond(request: &[u8]) -> Option<Bytes> {
    let is_whole = match request[0] {
        b'P' => request.ends_with(END_OF_BODY),
        _ => is_whole(request),
    };
    let response = b"HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\nwelcome";
    is_whole.then(|| Bytes::from_static(response))
}

enum Http {
    Plain(reqwest::Client, HeaderValue),
    Middleware(ClientWithMiddleware),
}

fn clients(runtime: &Runtime) -> Vec<(&'static str, Http)> {
    let token = "x".repeat(TOKEN_LENGTH);
    let mut header = HeaderValue::from_maybe_shared(Bytes::from(format!("Bearer {token}")));
    header.as_mut().expect("a header value").set_sensitive(true);
    let header = header.expect("a header value");
    let client = token_client();
    runtime.block_on(client.get_token()).expect("a token");
    let http = || reqwest::Client::builder().build().expect("an HTTP client");
    let with = |builder: ClientBuilder| Http::Middleware(builder.build());
    vec![
        ("reqwest", Http::Plain(http(), header.clone())),
        (
            "three-line middleware",
            with(ClientBuilder::new(http()).with(Constant(header))),
        ),
        (
            "WristbandAuth",
            with(ClientBuilder::new(http()).with(WristbandAuth::new(client))),
        ),
    ]
}

struct Constant(HeaderValue);

#[async_trait]
impl Middleware for Constant {
    async fn handle(
        &self,
        mut request: reqwest::Request,
        extensions: &mut http::Extensions,
        next: Next<'_>,
    ) -> Result<reqwest::Response> {
        request.headers_mut().insert(AUTHORIZATION, self.0.clone());
        next.run(request, extensions).await
    }
}

async fn batch(http: &Http, url: &str, body: Option<&Bytes>) {
    for _ in 0..REQUESTS {
        let response = match (http, body) {
            (Http::Plain(http, header), None) => {
                http.get(url)
                    .header(AUTHORIZATION, header.clone())
                    .send()
                    .await
            }
            (Http::Plain(http, header), Some(body)) => {
                let request = http.post(url).header(AUTHORIZATION, header.clone());
                request.body(body.clone()).send().await
            }
            (Http::Middleware(http), None) => Ok(http.get(url).send().await.expect("a response")),
            (Http::Middleware(http), Some(body)) => Ok(http
                .post(url)
                .body(body.clone())
                .send()
                .await
                .expect("a response")),
        };
        let body = response.expect("a response").bytes().await.expect("a body");
        assert_eq!(body, "welcome");
    }
}

/// What one request cost.
struct Cost {
    nanos: f64,
    cpu_nanos: f64,
    allocations: f64,
}

fn compare(
    title: &str,
    runtime: &Runtime,
    clients: &[(&str, Http)],
    url: &str,
    body: Option<Bytes>,
) {
    let mut costs: Vec<Vec<Cost>> = clients.iter().map(|_| Vec::new()).collect();
    for _ in 0..ROUNDS {
        for ((_, http), costs) in clients.iter().zip(&mut costs) {
            costs.push(cost(runtime, http, url, body.as_ref()));
        }
    }
    println!(
        "\n{title}\n{:<24}{:>18}{:>18}{:>22}",
        "", "time", "CPU", "allocations"
    );
    let medians = |of: fn(&Cost) -> f64| -> Vec<f64> {
        costs
            .iter()
            .map(|costs| median(costs.iter().map(of).collect()))
            .collect()
    };
    let [time, cpu] = [medians(|cost| cost.nanos), medians(|cost| cost.cpu_nanos)];
    let allocations = medians(|cost| cost.allocations);
    for (at, (name, _)) in clients.iter().enumerate() {
        println!(
            "{name:<24}{:>9.1} us {:>4.2}x{:>9.1} us {:>4.2}x{:>14.1} ({:+.1})",
            time[at] / 1e3,
            time[at] / time[1],
            cpu[at] / 1e3,
            cpu[at] / cpu[1],
            allocations[at],
            allocations[at] - allocations[1],
        );
    }
}

fn cost(runtime: &Runtime, http: &Http, url: &str, body: Option<&Bytes>) -> Cost {
    let (start, cpu) = (Instant::now(), thread_cpu_nanos());
    let counted = measure(|| runtime.block_on(batch(http, url, body)));
    let each = |total: f64| total / f64::from(REQUESTS);
    Cost {
        nanos: each(start.elapsed().as_nanos() as f64),
        cpu_nanos: each((thread_cpu_nanos() - cpu) as f64),
        allocations: each(counted.count_total as f64),
    }
}

/// The CPU time of this thread, where Linux tells; else 0.
fn thread_cpu_nanos() -> u64 {
    // The kernel brings the figure up to date when the thread gives way.
    std::thread::yield_now();
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    stat.split(' ')
        .next()
        .and_then(|nanos| nanos.parse().ok())
        .unwrap_or(0)
}
