//! What a line of JSON costs that arrives in a long response, beside the same by hand: with tokio's `lines`, as one writes it, and with
//! `read_until`, which saves the text of each line.
//!
//! All run on one thread over loopback, the server too, and each reads the same bytes. Rounds are interleaved and the least disturbed
//! compared: read the ratios. `cargo bench -p wristband-m2m-reqwest --bench lines --features stream`.

use std::io;
use std::time::Instant;

use serde::Deserialize;
use tokio::io::{AsyncBufRead, AsyncBufReadExt};
use tokio_util::io::StreamReader;
use wristband_m2m_reqwest::{ApiError, ByteStream, Bytes, JsonLines, wristband_m2m};

use support::{is_whole, serve, token_client, undisturbed};

mod support;

const LINES: u64 = 20_000;
const ROUNDS: usize = 31;

#[derive(Deserialize)]
struct Payment {
    id: u64,
    state: String,
    customer: String,
    amount: u64,
}

#[wristband_m2m]
trait Payments {
    #[get("/payments")]
    async fn lines(&self) -> Result<JsonLines<Payment>, ApiError>;
    #[get("/payments")]
    async fn bytes(&self) -> Result<ByteStream, ApiError>;
}

#[derive(Clone, Copy)]
enum Candidate {
    Lines,
    ReadUntil,
    Generated,
}

const CANDIDATES: [(&str, Candidate); 3] = [
    ("AsyncBufReadExt::lines", Candidate::Lines),
    ("read_until", Candidate::ReadUntil),
    ("JsonLines", Candidate::Generated),
];

async fn sum(payments: &PaymentsClient, candidate: Candidate) -> u64 {
    match candidate {
        Candidate::Lines => {
            let mut lines = reader(payments).await.lines();
            let mut sum = 0;
            while let Some(line) = lines.next_line().await.expect("a line") {
                sum += checked(&serde_json::from_str(&line).expect("a payment"));
            }
            sum
        }
        Candidate::ReadUntil => {
            let mut reader = reader(payments).await;
            let (mut line, mut sum) = (Vec::new(), 0);
            while reader.read_until(b'\n', &mut line).await.expect("a line") > 0 {
                sum += checked(&serde_json::from_slice(&line).expect("a payment"));
                line.clear();
            }
            sum
        }
        Candidate::Generated => {
            let mut lines = payments.lines().await.expect("a response");
            let mut sum = 0;
            while let Some(payment) = lines.next().await {
                sum += checked(&payment.expect("a payment"));
            }
            sum
        }
    }
}

/// The chunks of a response, as everything in tokio reads them.
async fn reader(payments: &PaymentsClient) -> impl AsyncBufRead + Unpin + use<> {
    let bytes = payments.bytes().await.expect("a response");
    StreamReader::new(Chunks(bytes))
}

/// Says what an error is in the terms of `std::io`.
struct Chunks(ByteStream);

impl futures_core::Stream for Chunks {
    type Item = io::Result<Bytes>;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        let chunk = std::pin::Pin::new(&mut self.0).poll_next(context);
        chunk.map(|chunk| chunk.map(|chunk| chunk.map_err(io::Error::other)))
    }
}

fn checked(payment: &Payment) -> u64 {
    assert_eq!((payment.state.len(), payment.customer.len()), (4, 13));
    payment.id + payment.amount
}

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.expect("a runtime");
    let response = payments();
    let base = runtime.block_on(serve(move |request| {
        is_whole(request).then(|| response.clone())
    }));
    let payments = PaymentsClient::with_base_url(base, token_client()).expect("a client");

    let mut nanos = CANDIDATES.map(|_| Vec::new());
    for _ in 0..ROUNDS {
        for ((_, candidate), nanos) in CANDIDATES.iter().zip(&mut nanos) {
            let start = Instant::now();
            let sum = runtime.block_on(sum(&payments, *candidate));
            nanos.push(start.elapsed().as_nanos() as f64 / LINES as f64);
            assert_eq!(sum, (0..LINES).sum::<u64>() + 7 * LINES);
        }
    }
    println!("{:<28}{:>22}", "a line of 86 bytes", "time");
    let nanos = nanos.map(undisturbed);
    for ((name, _), time) in CANDIDATES.iter().zip(nanos) {
        println!("{name:<28}{time:>13.1} ns {:>5.2}x", time / nanos[0]);
    }
}

/// A response of many lines.
fn payments() -> Bytes {
    let line = |id| {
        format!(
            "{{\"id\":{id:>8},\"state\":\"open\",\"customer\":\"acme-and-sons\",\"amount\":7,\"note\":\"{:<11}\"}}\n",
            "none"
        )
    };
    let body: String = (0..LINES).map(line).collect();
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
    (head + &body).into()
}
