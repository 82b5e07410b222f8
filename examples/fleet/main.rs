//! One token for a fleet: what a store saves, measured with real processes. Each of them is this program again.
//!
//! ```sh
//! cargo run -p wristband-m2m-examples --bin fleet                         # 20 processes on a directory
//! cargo run -p wristband-m2m-examples --bin fleet -- --processes 50 --redis redis://127.0.0.1
//! ```

mod store;

use std::net::Ipv4Addr;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::get;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::net::TcpListener;
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use wristband_m2m::testing::MockWristband;
use wristband_m2m::{FileTokenStore, RedisTokenStore, WristbandM2mClient};
use wristband_m2m_reqwest::reqwest_middleware::ClientBuilder;
use wristband_m2m_reqwest::{WristbandAuth, reqwest};

use self::store::Store;

/// How a process of the fleet learns that it is one: the token endpoint, and the store.
const ENDPOINT: &str = "FLEET_ENDPOINT";
const STORE: &str = "FLEET_STORE";

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    if let Ok(endpoint) = std::env::var(ENDPOINT) {
        return be_a_process(&endpoint, &std::env::var(STORE)?).await;
    }
    let options = Options::from_arguments()?;
    let with_store = measure(&options, true).await?;
    let without = measure(&options, false).await?;

    let place = options.redis.as_ref().map_or("a directory", |_| "Redis");
    println!("{} processes, a store in {place}", options.processes);
    println!("{:34}{:>18}{:>24}", "", "token requests", "slowest call");
    println!(
        "{:34}{:>9}{:>9}{:>12}{:>12}",
        "", "shared", "alone", "shared", "alone"
    );
    for (shared, alone) in with_store.iter().zip(&without) {
        println!(
            "{:34}{:>9}{:>9}{:>9} ms{:>9} ms",
            shared.name,
            shared.requests,
            alone.requests,
            shared.slowest.as_millis(),
            alone.slowest.as_millis(),
        );
    }
    Ok(())
}

struct Options {
    processes: usize,
    redis: Option<String>,
}

impl Options {
    fn from_arguments() -> anyhow::Result<Self> {
        let mut options = Self {
            processes: 20,
            redis: None,
        };
        let mut arguments = std::env::args().skip(1);
        while let Some(name) = arguments.next() {
            let value = arguments
                .next()
                .with_context(|| format!("{name} needs a value"))?;
            match name.as_str() {
                "--processes" => options.processes = value.parse()?,
                "--redis" => options.redis = Some(value),
                _ => bail!("{name} is not an option: --processes N, --redis URL"),
            }
        }
        Ok(options)
    }

    async fn store(&self) -> anyhow::Result<Store> {
        match &self.redis {
            Some(url) => Store::redis(url).await,
            None => Ok(Store::directory()),
        }
    }
}

/// The rows of the table. Two fleets: what the second one goes through would weigh on the first one's renewals.
async fn measure(options: &Options, is_shared: bool) -> anyhow::Result<Vec<Measured>> {
    let mut rows = Vec::new();
    let mut fleet = Fleet::start(options, is_shared).await?;
    rows.push(fleet.all_call("a cold start", "/orders", 200).await?);
    fleet.wristband.revoke_all();
    rows.push(fleet.all_call("a revocation", "/orders", 200).await?);
    fleet.store.kill()?;
    fleet.wristband.revoke_all();
    rows.push(
        fleet
            .all_call("the store killed, a revocation", "/orders", 200)
            .await?,
    );

    let mut fleet = Fleet::start(options, is_shared).await?;
    fleet.all_call("a cold start", "/orders", 200).await?;
    rows.push(
        fleet
            .all_call("an API that refuses everything", "/refuses", 401)
            .await?,
    );
    Ok(rows)
}

/// Calls each URL that it reads, and writes the status and the milliseconds.
async fn be_a_process(endpoint: &str, store: &str) -> anyhow::Result<()> {
    // In a service: `WristbandM2mClientBuilder::from_env()`, and no HTTP client.
    let plain_http = || reqwest::Client::builder().no_proxy().tls_certs_only([]);
    let builder = WristbandM2mClient::builder()
        .client_id(MockWristband::CLIENT_ID)
        .client_secret(MockWristband::CLIENT_SECRET)
        .token_endpoint(endpoint)
        .http_client(plain_http());
    let builder = match store.split_once(':') {
        None => builder,
        Some(("directory", path)) => builder.token_store(FileTokenStore::new(path)?),
        Some(_) => builder.token_store(RedisTokenStore::new(store)?),
    };
    let http = ClientBuilder::new(plain_http().build()?)
        .with(WristbandAuth::new(builder.build()?))
        .build();
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while let Some(url) = lines.next_line().await? {
        let start = Instant::now();
        let status = http.get(&url).send().await?.status().as_u16();
        println!("{status} {}", start.elapsed().as_millis());
    }
    Ok(())
}

struct Process {
    // Killed when it is dropped.
    _child: Child,
    urls: ChildStdin,
    replies: Lines<BufReader<ChildStdout>>,
}

struct Fleet {
    wristband: MockWristband,
    store: Store,
    processes: Vec<Process>,
    api: String,
}

/// One row of the table.
struct Measured {
    name: &'static str,
    requests: u64,
    slowest: Duration,
}

impl Fleet {
    async fn start(options: &Options, is_shared: bool) -> anyhow::Result<Self> {
        let wristband = MockWristband::start().await;
        // About what a token endpoint takes.
        wristband.set_delay(Duration::from_millis(150));
        let mut fleet = Self {
            api: serve_api(wristband.clone()).await?,
            wristband,
            store: if is_shared {
                options.store().await?
            } else {
                Store::None
            },
            processes: Vec::new(),
        };
        for _ in 0..options.processes {
            fleet.processes.push(fleet.process()?);
        }
        Ok(fleet)
    }

    fn process(&self) -> anyhow::Result<Process> {
        let mut child = Command::new(std::env::current_exe()?)
            .env(ENDPOINT, self.wristband.url())
            .env(STORE, self.store.argument())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let urls = child.stdin.take().context("a pipe")?;
        let replies = child.stdout.take().context("a pipe")?;
        Ok(Process {
            _child: child,
            urls,
            replies: BufReader::new(replies).lines(),
        })
    }

    /// Has all processes call at once.
    async fn all_call(
        &mut self,
        name: &'static str,
        path: &str,
        expected: u16,
    ) -> anyhow::Result<Measured> {
        let before = self.wristband.token_requests();
        let line = format!("{}{path}\n", self.api);
        for process in &mut self.processes {
            process.urls.write_all(line.as_bytes()).await?;
        }
        let mut slowest = Duration::ZERO;
        for process in &mut self.processes {
            let reply = process
                .replies
                .next_line()
                .await?
                .context("a process ended")?;
            let (status, millis) = reply.split_once(' ').context("a reply")?;
            if status.parse::<u16>()? != expected {
                bail!("{name}: a call returned {status}");
            }
            slowest = slowest.max(Duration::from_millis(millis.parse()?));
        }
        Ok(Measured {
            name,
            requests: self.wristband.token_requests() - before,
            slowest,
        })
    }
}

/// An API that takes good tokens at `/orders`, and none at `/refuses`.
async fn serve_api(wristband: MockWristband) -> anyhow::Result<String> {
    let orders = move |headers: HeaderMap| async move {
        if wristband.accepts(&headers) {
            StatusCode::OK
        } else {
            StatusCode::UNAUTHORIZED
        }
    };
    let api = Router::new()
        .route("/orders", get(orders))
        .route("/refuses", get(async || StatusCode::UNAUTHORIZED));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let url = format!("http://{}", listener.local_addr()?);
    tokio::spawn(async move { axum::serve(listener, api).await });
    Ok(url)
}
