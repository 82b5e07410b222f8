//! Metrics, compared with what the servers saw.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use wristband_m2m::testing::MockWristband;
use wristband_m2m::{
    BoxError, ClientSecret, FileTokenStore, IssuedToken, SecretSource, TokenError, TokenSource,
    TokenState, WristbandM2mClient, async_trait,
};
use wristband_m2m_reqwest::reqwest_middleware::{ClientBuilder, ClientWithMiddleware};
use wristband_m2m_reqwest::{WristbandAuth, describe_metrics, reqwest};
use wristband_m2m_tests::{ApiServer, Meter, Reply};

const REQUESTS: &str = "wristband_m2m_token_requests_total";
const UNAUTHORIZED: &str = "wristband_m2m_unauthorized_total";
const OPEN: &str = "wristband_m2m_circuit_breakers_open";
const OPENED: &str = "wristband_m2m_circuit_breaker_opened_total";

fn requests(outcome: &str) -> String {
    format!("{REQUESTS}{{outcome={outcome:?}}}")
}

fn unauthorized(result: &str) -> String {
    format!("{UNAUTHORIZED}{{result={result:?}}}")
}

fn clients(state: &str) -> String {
    format!("wristband_m2m_clients{{state={state:?}}}")
}

/// An API that accepts valid tokens, except on `/ill`, and counts its 401s.
struct Api {
    server: ApiServer,
    refused: Arc<AtomicU64>,
}

impl Api {
    async fn start(wristband: &MockWristband) -> Self {
        let (guard, refused) = (wristband.clone(), Arc::new(AtomicU64::new(0)));
        let counting = Arc::clone(&refused);
        let server = ApiServer::start(move |request| {
            if request.target != "/ill" && guard.accepts(&request.headers) {
                return Reply::text(200, "welcome");
            }
            counting.fetch_add(1, Ordering::Relaxed);
            Reply::status(401)
        });
        Self {
            server: server.await,
            refused,
        }
    }

    async fn status(&self, http: &ClientWithMiddleware, path: &str) -> u16 {
        let response = http.get(self.server.url(path)).send().await.unwrap();
        response.status().as_u16()
    }

    async fn until_welcome(&self, http: &ClientWithMiddleware) {
        let end = Instant::now() + Duration::from_secs(20);
        while self.status(http, "/well").await != 200 {
            assert!(Instant::now() < end, "no recovery within 20 s");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    fn refused(&self) -> f64 {
        self.refused.load(Ordering::Relaxed) as f64
    }
}

#[test]
fn an_outage_a_revocation_and_an_open_circuit_are_counted_as_the_servers_saw_them() {
    let meter = Meter::default();
    meter.record(async {
        describe_metrics();
        let wristband = MockWristband::start().await;
        let (healthy, ill) = (Api::start(&wristband).await, Api::start(&wristband).await);
        let client = wristband.client();
        let http = ClientBuilder::new(reqwest::Client::new())
            .with(WristbandAuth::new(&client))
            .build();
        assert_eq!(meter.value(&clients("empty")), 1.0);

        assert_eq!(healthy.status(&http, "/well").await, 200);
        assert_eq!(meter.value(&clients("fresh")), 1.0);
        assert_eq!(meter.value(&requests("success")), 1.0);

        // A revocation.
        wristband.revoke_all();
        assert_eq!(healthy.status(&http, "/well").await, 200);
        assert_eq!(meter.value(&unauthorized("renewed")), 1.0);

        // An API that rejects every token: three renewals, then none.
        while meter.value(&unauthorized("circuit_open")) == 0.0 {
            assert_eq!(ill.status(&http, "/ill").await, 401);
        }
        assert_eq!(meter.value(OPEN), 1.0);
        assert!(meter.value(OPENED) >= 1.0);

        // A second revocation, while Wristband is down.
        wristband.fail_next(3, 503);
        wristband.revoke_all();
        assert_eq!(healthy.status(&http, "/well").await, 401);
        assert_eq!(meter.value(&unauthorized("no_token")), 1.0);
        assert_eq!(meter.value(&requests("unavailable")), 3.0);
        assert_eq!(client.status().state(), TokenState::Degraded);
        assert_eq!(meter.value(&clients("degraded")), 1.0);

        // Wristband has recovered, and an accepted replay closes the circuit.
        healthy.until_welcome(&http).await;
        wristband.revoke_all();
        ill.until_welcome(&http).await;
        meter.until(&clients("fresh"), 1.0).await;
        assert_eq!(meter.value(OPEN), 0.0);

        assert_eq!(meter.total(REQUESTS), wristband.token_requests() as f64);
        assert_eq!(
            meter.total(REQUESTS),
            client.status().token_requests() as f64
        );
        assert_eq!(meter.total(UNAUTHORIZED), healthy.refused() + ill.refused());
        let readings = meter.readings();
        let durations: usize = readings
            .iter()
            .filter(|(series, _)| series.contains("token_request_duration_seconds"))
            .map(|(_, reading)| reading.samples.len())
            .sum();
        assert_eq!(durations as u64, wristband.token_requests());
        for (series, reading) in &readings {
            assert!(reading.is_described, "{series} has no description");
        }
    });
    // A dropped client leaves no gauge behind.
    for (series, reading) in meter.readings() {
        let is_gauge = reading.samples.is_empty() && !series.contains("_total");
        assert!(!is_gauge || reading.value == 0.0, "{series}");
    }
}

#[test]
fn without_a_token_to_serve_a_failure_lasts_until_a_request_succeeds() {
    let meter = Meter::default();
    meter.record(async {
        let wristband = MockWristband::start().await;
        wristband.fail_next(1, 400);
        let client = wristband.client();
        client.get_token().await.unwrap_err();
        assert_eq!(meter.value(&clients("failed")), 1.0);
        wristband.set_delay(Duration::from_millis(300));
        let next = tokio::spawn({
            let client = client.clone();
            async move { client.get_token().await }
        });
        meter.until("wristband_m2m_token_waiters", 1.0).await;
        assert_eq!(client.status().state(), TokenState::Refreshing);
        assert_eq!(meter.value(&clients("failed")), 1.0);
        next.await.unwrap().unwrap();
        assert_eq!(meter.value(&clients("fresh")), 1.0);
        assert_eq!(meter.value(&clients("failed")), 0.0);
    });
}

#[test]
fn waiters_are_counted_while_they_wait_dropped_ones_too() {
    const WAITERS: &str = "wristband_m2m_token_waiters";
    let meter = Meter::default();
    meter.record(async {
        let wristband = MockWristband::start().await;
        wristband.set_delay(Duration::from_secs(1));
        let client = wristband.client();
        let mut calls: Vec<_> = (0..10)
            .map(|_| {
                let client = client.clone();
                tokio::spawn(async move { client.get_token().await })
            })
            .collect();
        meter.until(WAITERS, 10.0).await;
        calls.pop().expect("a caller").abort();
        meter.until(WAITERS, 9.0).await;
        for call in calls {
            call.await.unwrap().unwrap();
        }
        assert_eq!(meter.value(WAITERS), 0.0);
        assert_eq!(meter.value(&requests("success")), 1.0);
    });
}

#[test]
fn a_rate_limited_request_records_its_wait() {
    const WAIT: &str = "wristband_m2m_rate_limiter_wait_seconds";
    let meter = Meter::default();
    meter.record(async {
        let wristband = MockWristband::start().await;
        let client = wristband.client();
        while !meter.readings().contains_key(WAIT) {
            client.clear_token();
            client.get_token().await.unwrap();
        }
        let waits = meter.readings()[WAIT].samples.clone();
        assert!(
            waits.len() == 1 && (0.0..5.0).contains(&waits[0]),
            "{waits:?}"
        );
        assert_eq!(meter.total(REQUESTS), wristband.token_requests() as f64);
    });
}

#[test]
fn a_replaced_token_records_the_life_it_had_left() {
    const REMAINING: &str = "wristband_m2m_token_remaining_seconds";
    let meter = Meter::default();
    meter.record(async {
        let wristband = MockWristband::start().await;
        let life = Duration::from_secs(30);
        wristband.set_expires_in(life);
        let client = wristband.client();
        // A first token replaces none, and a rejected one has no life left worth counting.
        let rejected = client.get_token().await.unwrap();
        client.replace_token(&rejected).await.unwrap();
        assert!(!meter.readings().contains_key(REMAINING));
        // For a minimum life beyond that, a token is too old once a sixtieth of its life has passed.
        let end = Instant::now() + Duration::from_secs(20);
        while meter.total(REQUESTS) < 3.0 {
            assert!(Instant::now() < end, "the token is not renewed");
            client.get_token_valid_for(2 * life).await.unwrap();
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let remaining = meter.readings()[REMAINING].samples.clone();
        assert!(
            remaining.len() == 1 && remaining[0] > 0.0 && remaining[0] < life.as_secs_f64(),
            "{remaining:?}"
        );
    });
}

/// Fails, as a source that needs a password would.
struct Sealed;

#[async_trait]
impl TokenSource for Sealed {
    async fn fetch_token(&self) -> Result<IssuedToken, TokenError> {
        Err(TokenError::permanent("vault sealed"))
    }
}

#[test]
fn a_thousand_clients_have_as_many_series_as_one() {
    let series_of = |tenants: usize| {
        let meter = Meter::default();
        meter.record(async {
            let wristband = MockWristband::start().await;
            let all: Vec<_> = (0..tenants)
                .map(|tenant| {
                    let secret = format!("secret-{tenant}");
                    let builder = wristband.builder().client_id(format!("tenant-{tenant}"));
                    let client = builder.client_secret(secret).token_source(Sealed);
                    client.build().unwrap()
                })
                .collect();
            for client in &all {
                client.get_token().await.unwrap_err();
            }
            assert_eq!(meter.value(&clients("failed")), tenants as f64);
            meter.readings().into_keys().collect::<Vec<_>>()
        })
    };
    assert_eq!(series_of(1000), series_of(1));
}

#[test]
fn a_recorder_installed_late_sees_no_negative_gauge() {
    let meter = Meter::default();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let wristband = runtime.block_on(MockWristband::start());
    let client = wristband.client();
    runtime.block_on(client.get_token()).unwrap();
    meter.record(async {
        client.clear_token();
        client.get_token().await.unwrap();
        client.clear_token();
    });
    assert_eq!(meter.value(&clients("empty")), 1.0);
    assert_eq!(meter.value(&clients("fresh")), 0.0);
}

#[test]
fn a_dropped_client_leaves_no_gauge_behind_while_its_flight_is_stuck() {
    let meter = Meter::default();
    let directory = tempfile::tempdir().unwrap();
    let store = FileTokenStore::new(directory.path().join("tokens")).unwrap();
    // Nobody drives it after the call, so the flight there does not end.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let client = meter.record(async {
        let builder = WristbandM2mClient::builder()
            .client_id("id")
            .token_endpoint("http://127.0.0.1:9/token");
        let hung = builder.client_secret_source(Hung).token_store(store);
        hung.build().unwrap()
    });
    let call = async { tokio::time::timeout(Duration::from_millis(10), client.get_token()).await };
    runtime.block_on(call).unwrap_err();
    let stores = "wristband_m2m_token_stores{state=\"ready\"}";
    assert_eq!(meter.value(stores), 1.0);
    drop(client);
    assert_eq!(meter.value(stores), 0.0);
}

struct Hung;

#[async_trait]
impl SecretSource for Hung {
    async fn client_secret(&self) -> Result<ClientSecret, BoxError> {
        std::future::pending().await
    }
}
