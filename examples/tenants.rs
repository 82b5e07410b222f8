//! A client for each tenant: settings from a file, made on demand, dropped when idle, all on one HTTP client.
//!
//! ```sh
//! cargo run -p wristband-m2m-examples --bin tenants
//! ```

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use serde::Deserialize;
use wristband_m2m::testing::MockWristband;
use wristband_m2m::{ConfigError, WristbandM2mClient};

#[derive(Deserialize)]
struct Tenant {
    name: String,
    client_id: String,
    client_secret: String,
}

/// The clients of all tenants. A client that nobody uses runs nothing, so dropping one only frees its few kilobytes.
struct Tenants {
    settings: HashMap<String, Tenant>,
    token_endpoint: String,
    /// Its HTTP client is everybody's.
    shared: WristbandM2mClient,
    clients: Mutex<HashMap<String, Used>>,
}

struct Used {
    client: WristbandM2mClient,
    at: Instant,
}

impl Tenants {
    /// Reads a JSON array of tenants.
    fn new(json: &str, token_endpoint: &str, shared: WristbandM2mClient) -> anyhow::Result<Self> {
        let tenants: Vec<Tenant> = serde_json::from_str(json).context("the file of tenants")?;
        let named = tenants
            .into_iter()
            .map(|tenant| (tenant.name.clone(), tenant));
        Ok(Self {
            settings: named.collect(),
            token_endpoint: token_endpoint.to_owned(),
            shared,
            clients: Mutex::default(),
        })
    }

    /// Returns the client of a tenant, and makes it if this is its first call since it was idle; `None` if there is no
    /// such tenant.
    fn client(&self, name: &str) -> Result<Option<WristbandM2mClient>, ConfigError> {
        let Some(tenant) = self.settings.get(name) else {
            return Ok(None);
        };
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(used) = clients.get_mut(name) {
            used.at = Instant::now();
            return Ok(Some(used.client.clone()));
        }
        let client = WristbandM2mClient::builder()
            .client_id(&tenant.client_id)
            .client_secret(&tenant.client_secret)
            // In a service: `.application_vanity_domain(..)`, and the endpoint follows.
            .token_endpoint(&self.token_endpoint)
            .share_connections_with(&self.shared)
            .build()?;
        let used = Used {
            client: client.clone(),
            at: Instant::now(),
        };
        clients.insert(name.to_owned(), used);
        Ok(Some(client))
    }

    /// Drops the clients that were last used `idle` ago or earlier, and returns how many. Whoever still holds a clone of
    /// one can go on using it.
    fn drop_idle(&self, idle: Duration) -> usize {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        let before = clients.len();
        clients.retain(|_, used| used.at.elapsed() < idle);
        before - clients.len()
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let wristband = MockWristband::start().await;
    let json = include_str!("tenants.json"); // In a service: `std::fs::read_to_string(path)?`.
    let tenants = Tenants::new(json, wristband.url(), wristband.client())?;

    for name in ["acme", "globex", "acme", "umbrella"] {
        match tenants.client(name)? {
            Some(client) => {
                let token = client.get_token().await?;
                println!("{name}: a token for {} s", token.remaining().as_secs());
            }
            None => println!("{name}: no such tenant"),
        }
    }
    println!("{} token requests", wristband.token_requests());

    // In a service: from time to time, such as `tenants.drop_idle(Duration::from_secs(3600))`.
    println!("{} idle clients dropped", tenants.drop_idle(Duration::ZERO));

    let client = tenants.client("acme")?.context("a tenant of the file")?;
    client.get_token().await?;
    println!(
        "acme is back, {} token requests",
        wristband.token_requests()
    );
    Ok(())
}
