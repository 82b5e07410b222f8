//! Wristband behind a gateway that can go down and counts, and an API.

use std::future::IntoFuture as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use orders_api::OrdersApi;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use wristband_m2m_reqwest::reqwest;
use wristband_m2m_reqwest::wristband_m2m::testing::MockWristband;

use crate::caller;
use crate::load::Outcome;

pub(crate) struct StandIns {
    gateway: Gateway,
    gateway_url: String,
    api: OrdersApi,
    _server: JoinSet<std::io::Result<()>>,
}

#[derive(Clone)]
struct Gateway {
    wristband: MockWristband,
    http: reqwest::Client,
    is_down: Arc<AtomicBool>,
    requests: Arc<Mutex<Vec<(Instant, bool)>>>,
}

impl StandIns {
    pub(crate) async fn start(token_life: Duration) -> anyhow::Result<Self> {
        let wristband = MockWristband::start().await;
        wristband.set_expires_in(token_life);
        let api = OrdersApi::start(&wristband).await?;
        let gateway = Gateway {
            wristband,
            http: caller::http().build()?,
            is_down: Arc::default(),
            requests: Arc::default(),
        };
        let routes = Router::new()
            .route("/api/v1/oauth2/token", post(pass_on))
            .with_state(gateway.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let gateway_url = format!("http://{}", listener.local_addr()?);
        let mut server = JoinSet::new();
        server.spawn(axum::serve(listener, routes).into_future());
        Ok(Self {
            gateway,
            gateway_url,
            api,
            _server: server,
        })
    }

    pub(crate) fn wristband(&self) -> &MockWristband {
        &self.gateway.wristband
    }

    pub(crate) fn token_endpoint(&self) -> String {
        format!("{}/api/v1/oauth2/token", self.gateway_url)
    }

    pub(crate) fn api_url(&self) -> String {
        format!("{}/v1/orders", self.api.url())
    }

    pub(crate) fn revoke_all(&self) {
        self.gateway.wristband.revoke_all();
    }

    pub(crate) fn set_down(&self, is_down: bool) {
        self.gateway.is_down.store(is_down, Ordering::Relaxed);
    }

    pub(crate) fn token_requests(&self, start: Instant) -> Vec<Outcome> {
        let requests = self.gateway.requests.lock();
        let requests = requests.unwrap_or_else(PoisonError::into_inner);
        let outcomes = requests.iter().map(|(at, well)| Outcome {
            at: at.saturating_duration_since(start),
            well: *well,
        });
        outcomes.collect()
    }
}

async fn pass_on(
    State(gateway): State<Gateway>,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, Bytes) {
    let at = Instant::now();
    let response = gateway.ask(&headers, body).await;
    let (status, body) = response.unwrap_or((StatusCode::SERVICE_UNAVAILABLE, Bytes::new()));
    let mut requests = gateway
        .requests
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    requests.push((at, status.is_success()));
    (status, body)
}

impl Gateway {
    /// `None` while it is down.
    async fn ask(&self, headers: &HeaderMap, body: Bytes) -> Option<(StatusCode, Bytes)> {
        if self.is_down.load(Ordering::Relaxed) {
            return None;
        }
        let request = self.http.post(self.wristband.url());
        let request = request.header("authorization", headers.get("authorization")?);
        let response = request.body(body).send().await.ok()?;
        Some((response.status(), response.bytes().await.ok()?))
    }
}
