//! A token endpoint on loopback, for the tests of services that use this crate (feature `testing`).
//!
//! [`MockWristband`] responds to token requests as Wristband does, over real HTTP, and checks tokens, so that a test can
//! put a protected API beside it. It shows what a service does when the endpoint is slow, fails or revokes tokens.
//!
//! ```
//! # use wristband_m2m::{TokenState, testing::MockWristband};
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let wristband = MockWristband::start().await;
//! let client = wristband.client();
//!
//! // An outage longer than the retries ...
//! wristband.fail_next(3, 503);
//! let error = client.get_token().await.unwrap_err();
//! assert!(error.is_transient());
//! assert_eq!(client.status().state(), TokenState::Failed);
//!
//! // ... and the next call succeeds.
//! client.get_token().await?;
//! assert_eq!(wristband.token_requests(), 4);
//! # Ok(())
//! # }
//! ```
//!
//! A protected API calls [`accepts`](MockWristband::accepts). With axum, for example:
//!
//! ```
//! # use wristband_m2m::testing::MockWristband;
//! # use http::{HeaderMap, StatusCode};
//! async fn list_orders(wristband: MockWristband, headers: HeaderMap) -> Result<&'static str, StatusCode> {
//!     if !wristband.accepts(&headers) {
//!         return Err(StatusCode::UNAUTHORIZED);
//!     }
//!     Ok("[]")
//! }
//! ```

use std::collections::{HashMap, VecDeque};
use std::convert::Infallible;
use std::fmt;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::header::{ALLOW, AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::Instant;

use crate::client::WristbandM2mClient;
use crate::client::{TOKEN_PATH, WristbandM2mClientBuilder};
use crate::clock::LONGEST_LIFE;
use crate::fetch::secret::ClientSecret;
#[cfg(feature = "token-store")]
pub use crate::store::check_token_store;

/// How long accepting pauses after a failure.
const ACCEPT_BACKOFF: Duration = Duration::from_millis(50);

/// An in-process token endpoint. Clones are handles of the same endpoint; it stops when the last one is dropped.
///
/// Tokens are valid for an hour unless changed with [`set_expires_in`](Self::set_expires_in). A wrong id or secret is
/// refused with `invalid_client`, another grant with `unsupported_grant_type`.
#[derive(Clone)]
pub struct MockWristband(Arc<Server>);

struct Server {
    url: String,
    script: Arc<Mutex<Script>>,
    accepting: AbortHandle,
}

struct Script {
    expires_in: Duration,
    delay: Duration,
    failures: VecDeque<(usize, StatusCode)>,
    requests: u64,
    issued: HashMap<String, Instant>,
}

impl MockWristband {
    /// The client id that the endpoint accepts.
    pub const CLIENT_ID: &str = "mock-client";
    /// The secret of that client.
    pub const CLIENT_SECRET: &str = "mock-secret";

    /// Starts an endpoint on a free port of the loopback interface, on the current Tokio runtime.
    ///
    /// # Panics
    ///
    /// Panics if no port of 127.0.0.1 can be bound, or outside of a Tokio runtime with I/O.
    pub async fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .expect("a port of 127.0.0.1 can be bound");
        let address = listener
            .local_addr()
            .unwrap_or(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
        let script = Arc::new(Mutex::new(Script {
            expires_in: Duration::from_secs(3600),
            delay: Duration::ZERO,
            failures: VecDeque::new(),
            requests: 0,
            issued: HashMap::new(),
        }));
        let accepting = tokio::spawn(accept(listener, Arc::clone(&script))).abort_handle();
        Self(Arc::new(Server {
            url: format!("http://{address}{TOKEN_PATH}"),
            script,
            accepting,
        }))
    }

    /// Builds a client that gets its tokens here, with all settings at their defaults.
    ///
    /// # Panics
    ///
    /// Panics if reqwest cannot build its client.
    #[must_use]
    pub fn client(&self) -> WristbandM2mClient {
        self.builder()
            .build()
            .expect("the mock's own settings are complete")
    }

    /// Returns a builder with id, secret and endpoint set, for a client with custom settings.
    ///
    /// # Examples
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use wristband_m2m::testing::MockWristband;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), wristband_m2m::ConfigError> {
    /// let wristband = MockWristband::start().await;
    /// let client = wristband.builder().token_expiration_buffer(Duration::from_secs(5)).build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn builder(&self) -> WristbandM2mClientBuilder {
        WristbandM2mClient::builder()
            .client_id(Self::CLIENT_ID)
            .client_secret(Self::CLIENT_SECRET)
            .token_endpoint(&self.0.url)
            .default_http_client(plain_http())
    }

    /// Returns the URL of the token endpoint, `http://127.0.0.1:{port}/api/v1/oauth2/token`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.0.url
    }

    /// Returns how many token requests were received, refused and failed ones included.
    #[must_use]
    pub fn token_requests(&self) -> u64 {
        self.script().requests
    }

    /// Sets the lifetime of tokens issued from now on: in whole seconds, rounded down, from 1 s to a year. Default: one
    /// hour.
    pub fn set_expires_in(&self, life: Duration) {
        let life = life.min(LONGEST_LIFE);
        self.script().expires_in = Duration::from_secs(life.as_secs().max(1));
    }

    /// Delays the responses to requests received from now on. Default: no delay.
    pub fn set_delay(&self, delay: Duration) {
        self.script().delay = delay;
    }

    /// Responds to the next `requests` requests with `status`, after those of earlier calls.
    ///
    /// # Panics
    ///
    /// Panics if `status` is not a final HTTP status, from 200 to 999.
    pub fn fail_next(&self, requests: usize, status: u16) {
        let status = StatusCode::from_u16(status)
            .ok()
            .filter(|status| !status.is_informational())
            .expect("a final HTTP status, from 200 to 999");
        self.script().failures.push_back((requests, status));
    }

    /// Stops [accepting](Self::accepts) all tokens issued so far, as if an operator had revoked them.
    pub fn revoke_all(&self) {
        self.script().issued.clear();
    }

    /// Returns whether the request headers carry a token that was issued here and is neither revoked nor expired.
    #[must_use]
    pub fn accepts(&self, headers: &HeaderMap) -> bool {
        let mut credentials = headers.get_all(AUTHORIZATION).iter();
        let (Some(only), None) = (credentials.next(), credentials.next()) else {
            return false;
        };
        let Some((scheme, token)) = only.to_str().ok().and_then(|value| value.split_once(' '))
        else {
            return false;
        };
        let script = self.script();
        let expires_at = script.issued.get(token);
        scheme.eq_ignore_ascii_case("bearer")
            && expires_at.is_some_and(|expires_at| Instant::now() < *expires_at)
    }

    fn script(&self) -> MutexGuard<'_, Script> {
        lock(&self.0.script)
    }
}

impl fmt::Debug for MockWristband {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MockWristband")
            .field("url", &self.0.url)
            .finish_non_exhaustive()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

fn lock(script: &Mutex<Script>) -> MutexGuard<'_, Script> {
    script.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Loads no root certificates: there may be none on a machine that only runs tests.
fn plain_http() -> reqwest::ClientBuilder {
    let builder = reqwest::Client::builder().no_proxy();
    #[cfg(any(feature = "rustls", feature = "native-tls"))]
    let builder = builder.tls_certs_only([]);
    builder
}

async fn accept(listener: TcpListener, script: Arc<Mutex<Script>>) {
    // Dropped with this task, which ends all connections.
    let mut connections = JoinSet::new();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => drop(connections.spawn(serve(stream, Arc::clone(&script)))),
            // Out of file descriptors, for example: let others close theirs.
            Err(_) => tokio::time::sleep(ACCEPT_BACKOFF).await,
        }
        while connections.try_join_next().is_some() {}
    }
}

async fn serve(stream: TcpStream, script: Arc<Mutex<Script>>) {
    let service =
        service_fn(|request| async { Ok::<_, Infallible>(answer(request, &script).await) });
    // A connection that breaks is the client's business.
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

async fn answer(request: Request<Incoming>, script: &Mutex<Script>) -> Response<Full<Bytes>> {
    // Gateways may add a prefix to the path.
    if !request.uri().path().ends_with(TOKEN_PATH) {
        return refusal(StatusCode::NOT_FOUND, "not_found");
    }
    if request.method() != Method::POST {
        let mut response = refusal(StatusCode::METHOD_NOT_ALLOWED, "invalid_request");
        response
            .headers_mut()
            .insert(ALLOW, HeaderValue::from_static("POST"));
        return response;
    }
    let delay = {
        let mut script = lock(script);
        script.requests += 1;
        script.delay
    };
    let (head, body) = request.into_parts();
    let body = Limited::new(body, 64 * 1024).collect().await;
    let body = body.map(|body| body.to_bytes()).unwrap_or_default();
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    lock(script).answer(&head.headers, &body)
}

impl Script {
    fn answer(&mut self, headers: &HeaderMap, body: &[u8]) -> Response<Full<Bytes>> {
        if let Some(status) = self.next_failure() {
            let error = match status {
                StatusCode::UNAUTHORIZED => "invalid_client",
                status if status.is_server_error() => "server_error",
                _ => "invalid_request",
            };
            return refusal(status, error);
        }
        let expected = ClientSecret::new(MockWristband::CLIENT_SECRET)
            .basic_credential(MockWristband::CLIENT_ID);
        if headers.get(AUTHORIZATION) != Some(&expected) {
            return refusal(StatusCode::UNAUTHORIZED, "invalid_client");
        }
        if body != b"grant_type=client_credentials" {
            return refusal(StatusCode::BAD_REQUEST, "unsupported_grant_type");
        }
        let token = format!(
            "mock-{}-{:016x}",
            self.requests,
            RandomState::new().build_hasher().finish()
        );
        self.issued
            .insert(token.clone(), Instant::now() + self.expires_in);
        let document = json!({
            "access_token": token,
            "expires_in": self.expires_in.as_secs(),
            "token_type": "bearer",
        });
        response(StatusCode::OK, document.to_string())
    }

    fn next_failure(&mut self) -> Option<StatusCode> {
        self.failures.retain(|(requests, _)| *requests > 0);
        let (requests, status) = self.failures.front_mut()?;
        *requests -= 1;
        Some(*status)
    }
}

fn refusal(status: StatusCode, error: &str) -> Response<Full<Bytes>> {
    response(status, json!({ "error": error }).to_string())
}

fn response(status: StatusCode, document: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(document));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
