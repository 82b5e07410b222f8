//! What a call of a generated client costs, beside the same call hand-written with reqwest and the middleware, in one run.
//!
//! One call at a time, and 64 at once, over loopback to a server that does next to nothing and allocates nothing; the time is
//! the client's and the server's together. Rounds of the candidates are interleaved and the least disturbed compared: read the ratios.
//! `cargo bench -p wristband-m2m-reqwest --bench typed`.
//!
//! For instructions, run one candidate at a time: `valgrind --tool=callgrind <this binary> --only generated 20`.

use std::sync::Arc;
use std::time::{Duration, Instant};

use allocation_counter::measure;
use serde::Deserialize;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;
use wristband_m2m_reqwest::reqwest_middleware::{ClientBuilder, ClientWithMiddleware};
use wristband_m2m_reqwest::{ApiError, Bytes, WristbandAuth, reqwest, wristband_m2m};

use support::{is_whole, serve, token_client, undisturbed};

mod support;

const CALLS: u64 = 640;
const ROUNDS: usize = 61;

#[derive(Deserialize)]
struct Order {
    id: u64,
    state: String,
}

#[wristband_m2m(path = "/v1")]
trait Orders {
    #[get("/customers/{customer}/orders/{id}")]
    async fn find(
        &self,
        customer: &str,
        id: u64,
        #[query] state: Option<&str>,
        #[query("pageSize")] page_size: u32,
    ) -> Result<Option<Order>, ApiError>;
}

/// As one writes it: no encoding, no timeout.
async fn plain(http: &ClientWithMiddleware, base: &str, customer: &str, id: u64) -> Option<Order> {
    let (state, page_size) = ("open", 50);
    let url =
        format!("{base}/v1/customers/{customer}/orders/{id}?state={state}&pageSize={page_size}");
    let response = http.get(url).send().await.expect("a response");
    if response.status() == http::StatusCode::NOT_FOUND {
        return None;
    }
    let response = response.error_for_status().expect("a success");
    let body = response.bytes().await.expect("a body");
    Some(serde_json::from_slice(&body).expect("an order"))
}

/// As one should write it: values encoded, and a timeout over all of it.
async fn careful(
    http: &ClientWithMiddleware,
    base: &str,
    customer: &str,
    id: u64,
) -> Option<Order> {
    let encoded =
        |text| percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC);
    let (customer, state, page_size) = (encoded(customer), encoded("open"), 50);
    let url =
        format!("{base}/v1/customers/{customer}/orders/{id}?state={state}&pageSize={page_size}");
    let call = async {
        let response = http.get(url).header("accept", "application/json").send();
        let response = response.await.expect("a response");
        if response.status() == http::StatusCode::NOT_FOUND {
            return None;
        }
        let response = response.error_for_status().expect("a success");
        let body = response.bytes().await.expect("a body");
        Some(serde_json::from_slice(&body).expect("an order"))
    };
    let in_time = tokio::time::timeout(Duration::from_secs(30), call).await;
    in_time.expect("a response in time")
}

enum Candidate {
    Plain(ClientWithMiddleware, String),
    Careful(ClientWithMiddleware, String),
    Generated(OrdersClient),
}

async fn call(candidate: &Candidate, id: u64) {
    let customer = std::hint::black_box("acme-and-sons");
    let order = match candidate {
        Candidate::Plain(http, base) => plain(http, base, customer, id).await,
        Candidate::Careful(http, base) => careful(http, base, customer, id).await,
        Candidate::Generated(orders) => orders
            .find(customer, id, Some("open"), 50)
            .await
            .expect("a response"),
    };
    let order = order.expect("an order");
    assert_eq!((order.id, order.state.as_str()), (7, "open"));
}

async fn batch(candidate: &Arc<Candidate>, in_flight: u64) {
    let mut calls = JoinSet::new();
    for first in 0..in_flight {
        let candidate = Arc::clone(candidate);
        calls.spawn(async move {
            for id in (first..CALLS).step_by(in_flight as usize) {
                call(&candidate, id).await;
            }
        });
    }
    calls.join_all().await;
}

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.expect("a runtime");
    let base = runtime.block_on(serve(respond));
    let candidates = candidates(&runtime, &base);
    let arguments: Vec<_> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|argument| argument == "--only") {
        let name = arguments.get(at + 1).expect("a candidate after `--only`");
        let candidate = candidates.iter().find(|(known, _)| known == name);
        let (_, candidate) = candidate.expect("a known candidate");
        // The difference between two lengths is free of what starting up costs.
        let batches = arguments.get(at + 2);
        for _ in 0..batches.map_or(20, |count| count.parse().expect("a count")) {
            runtime.block_on(batch(candidate, 1));
        }
        return;
    }
    for in_flight in [1, 64] {
        compare(&runtime, &candidates, in_flight);
    }
}

fn respond(request: &[u8]) -> Option<Bytes> {
    let response = b"HTTP/1.1 200 OK\r\ncontent-length: 23\r\n\r\n{\"id\":7,\"state\":\"open\"}";
    is_whole(request).then(|| Bytes::from_static(response))
}

fn candidates(runtime: &Runtime, base: &str) -> Vec<(&'static str, Arc<Candidate>)> {
    let client = token_client();
    runtime.block_on(client.get_token()).expect("a token");
    let stack = || {
        let http = reqwest::Client::builder().build().expect("an HTTP client");
        let auth = WristbandAuth::new(client.clone());
        ClientBuilder::new(http).with(auth).build()
    };
    let orders = OrdersClient::with_base_url(base, client.clone()).expect("a client");
    let candidates = [
        ("hand-written", Candidate::Plain(stack(), base.to_owned())),
        (
            "hand-written with care",
            Candidate::Careful(stack(), base.to_owned()),
        ),
        ("generated", Candidate::Generated(orders)),
    ];
    candidates
        .map(|(name, candidate)| (name, Arc::new(candidate)))
        .into()
}

/// What one call cost.
struct Cost {
    nanos: f64,
    allocations: f64,
    bytes: f64,
}

fn compare(runtime: &Runtime, candidates: &[(&str, Arc<Candidate>)], in_flight: u64) {
    let mut costs: Vec<Vec<Cost>> = candidates.iter().map(|_| Vec::new()).collect();
    for _ in 0..ROUNDS {
        for ((_, candidate), costs) in candidates.iter().zip(&mut costs) {
            costs.push(cost(runtime, candidate, in_flight));
        }
    }
    println!(
        "{:<24}{:>18}{:>18}{:>16}",
        format!("{in_flight} in flight"),
        "time",
        "allocations",
        "bytes"
    );
    let of_rounds = |of: fn(&Cost) -> f64| -> Vec<f64> {
        costs
            .iter()
            .map(|costs| undisturbed(costs.iter().map(of).collect()))
            .collect()
    };
    let time = of_rounds(|cost| cost.nanos);
    let [allocations, bytes] = [
        of_rounds(|cost| cost.allocations),
        of_rounds(|cost| cost.bytes),
    ];
    for (at, (name, _)) in candidates.iter().enumerate() {
        println!(
            "{name:<24}{:>9.1} us {:>4.2}x{:>10.1} ({:+.1}){:>8.0} {:>5.2}x",
            time[at] / 1e3,
            time[at] / time[0],
            allocations[at],
            allocations[at] - allocations[0],
            bytes[at],
            bytes[at] / bytes[0],
        );
    }
}

fn cost(runtime: &Runtime, candidate: &Arc<Candidate>, in_flight: u64) -> Cost {
    let start = Instant::now();
    let counted = measure(|| runtime.block_on(batch(candidate, in_flight)));
    let each = |total: f64| total / CALLS as f64;
    Cost {
        nanos: each(start.elapsed().as_nanos() as f64),
        allocations: each(counted.count_total as f64),
        bytes: each(counted.bytes_total as f64),
    }
}
