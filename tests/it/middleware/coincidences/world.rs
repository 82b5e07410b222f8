//! The servers and the client of one cell.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;
use wristband_m2m_reqwest::reqwest_middleware::{ClientBuilder, ClientWithMiddleware};
use wristband_m2m_reqwest::wristband_m2m::WristbandM2mClient;
use wristband_m2m_reqwest::{WristbandAuth, reqwest};
use wristband_m2m_tests::{ApiServer, Recorded, Reply};

use super::{Api, Beside, Cell, Endpoint, Refresh};

/// The life of the first token. After a sixtieth of it, a call that needs a longer life starts a refresh.
const FIRST_LIFE: Duration = Duration::from_secs(60);
/// The life of all other tokens.
const LIFE: Duration = Duration::from_secs(3600);
/// The request timeout for a hanging endpoint: long enough for a healthy one on a busy machine.
const HANG: Duration = Duration::from_secs(5);
/// The delay of a slow endpoint.
const SLOW: Duration = Duration::from_millis(250);

/// Loads no roots: for 600 clients that would take longer than the test itself.
fn plain_http() -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .no_proxy()
        .tls_backend_rustls()
        .tls_certs_only([])
}

#[derive(Clone)]
pub(super) struct World {
    pub(super) cell: Cell,
    pub(super) client: WristbandM2mClient,
    rules: Arc<Rules>,
    endpoint: Arc<ApiServer>,
    api: Arc<ApiServer>,
    other_api: Arc<ApiServer>,
}

/// Decides which tokens are accepted. They are numbered from 1, in the order of their requests.
struct Rules {
    cell: Cell,
    requests: AtomicU64,
    /// Tokens up to this number are revoked.
    revoked: AtomicU64,
    /// Tokens up to this number are rejected by the API in question.
    rejected: AtomicU64,
    is_spurious_to_come: AtomicBool,
    /// Set at the first request to the API in question: then the refresh under way completes.
    landing: watch::Sender<bool>,
}

impl World {
    pub(super) async fn start(cell: Cell) -> Self {
        let rules = Arc::new(Rules {
            cell,
            requests: AtomicU64::new(0),
            revoked: AtomicU64::new(0),
            rejected: AtomicU64::new(0),
            is_spurious_to_come: AtomicBool::new(true),
            landing: watch::Sender::new(false),
        });
        let [for_tokens, for_api, for_other] = [(); 3].map(|()| Arc::clone(&rules));
        let endpoint = ApiServer::start(move |_| for_tokens.issue()).await;
        let api = ApiServer::start(move |request| for_api.respond(request)).await;
        let other_api = ApiServer::start(move |request| for_other.guard(request)).await;
        let mut client = WristbandM2mClient::builder()
            .client_id("billing")
            .client_secret("s3cr3t")
            .token_endpoint(&endpoint.url("/token"))
            .http_client(plain_http())
            // No refresh except those of the cell.
            .token_expiration_buffer(Duration::ZERO)
            .refresh_ahead(Duration::ZERO);
        if cell.endpoint == Endpoint::Hangs {
            client = client.request_timeout(HANG);
        }
        Self {
            cell,
            client: client.build().unwrap(),
            rules,
            endpoint: Arc::new(endpoint),
            api: Arc::new(api),
            other_api: Arc::new(other_api),
        }
    }

    /// Fetches the first token, lets it age, starts the refresh of the cell, if any, and then revokes.
    pub(super) async fn begin(&self) -> Option<JoinHandle<()>> {
        let first = self
            .client
            .get_token()
            .await
            .expect("the endpoint is healthy");
        while first.remaining() > FIRST_LIFE * 59 / 60 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        if self.cell.refresh == Refresh::None {
            return None;
        }
        let client = self.client.clone();
        let refreshing = tokio::spawn(async move {
            client.get_token_valid_for(LIFE).await.unwrap();
        });
        self.endpoint.arrived(2).await;
        if self.is_revoked_for_all() {
            self.rules.revoked.store(2, Ordering::SeqCst);
        }
        self.rules.rejected.store(2, Ordering::SeqCst);
        Some(refreshing)
    }

    /// Without new tokens no call survives a revocation, so then only the API in question rejects the token.
    fn is_revoked_for_all(&self) -> bool {
        matches!(self.cell.endpoint, Endpoint::Well | Endpoint::Slow)
    }

    /// An HTTP client whose requests carry the token.
    pub(super) fn authenticated(&self) -> ClientWithMiddleware {
        ClientBuilder::new(plain_http().build().unwrap())
            .with(WristbandAuth::new(&self.client))
            .build()
    }

    /// The URL for the caller that may be rejected.
    pub(super) fn subject(&self) -> String {
        self.api.url("/subject")
    }

    /// The URL for healthy calls.
    pub(super) fn healthy(&self) -> String {
        match (self.cell.beside, self.cell.api) {
            (Beside::HealthyRoute, Api::Always401) => self.api.url("/public"),
            (Beside::HealthyRoute, _) => self.api.url("/ok"),
            _ => self.other_api.url("/"),
        }
    }

    /// Returns whether a healthy API accepts the token with this text.
    pub(super) fn accepts(&self, token: &str) -> bool {
        self.rules.accepts(token)
    }
}

impl Rules {
    fn issue(&self) -> Reply {
        let number = self.requests.fetch_add(1, Ordering::SeqCst) + 1;
        let token = |life: Duration| {
            let life = life.as_secs();
            Reply::json(
                200,
                format!(r#"{{"access_token":"{number}","expires_in":{life}}}"#),
            )
        };
        if number == 1 {
            return token(FIRST_LIFE);
        }
        if number == 2 && self.cell.refresh == Refresh::UnderWay {
            let mut landing = self.landing.subscribe();
            return token(LIFE).after(async move {
                let _ = landing.wait_for(|landing| *landing).await;
            });
        }
        match self.cell.endpoint {
            Endpoint::Well => token(LIFE),
            Endpoint::Responds503 => Reply::status(503),
            Endpoint::Hangs => token(LIFE).after(pending()),
            Endpoint::Slow => token(LIFE).delayed(SLOW),
        }
    }

    /// The API in question.
    fn respond(&self, request: &Recorded) -> Reply {
        match &*request.target {
            "/public" => return Reply::text(200, "yes"),
            "/ok" => return self.guard(request),
            _ => {}
        }
        self.landing.send_replace(true);
        let no = Reply::text(401, "no");
        match self.cell.api {
            Api::Well => self.guard(request),
            Api::Always401 | Api::OneRoute401 => no,
            Api::InsufficientScope => no.header(
                "www-authenticate",
                r#"Bearer error="insufficient_scope", scope="orders""#,
            ),
            Api::OneSpurious401 => {
                let rejected = self.rejected.load(Ordering::SeqCst);
                let is_spurious = self.is_spurious_to_come.swap(false, Ordering::SeqCst);
                if is_spurious || bearer(request) <= rejected {
                    no
                } else {
                    self.guard(request)
                }
            }
        }
    }

    /// A healthy API.
    fn guard(&self, request: &Recorded) -> Reply {
        if bearer(request) > self.revoked.load(Ordering::SeqCst) {
            Reply::text(200, "yes")
        } else {
            Reply::text(401, "no")
        }
    }

    fn accepts(&self, token: &str) -> bool {
        number(token) > self.revoked.load(Ordering::SeqCst)
    }
}

fn bearer(request: &Recorded) -> u64 {
    let value = request.header("authorization").expect("a token");
    number(value.strip_prefix("Bearer ").expect("a bearer token"))
}

fn number(token: &str) -> u64 {
    token.parse().expect("the endpoint numbers its tokens")
}
