//! The socket, and what comes in by it.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};

use super::issuer::Issuer;
use super::response::{method_not_allowed, refusal, response};
use super::script::Script;
use crate::client::TOKEN_PATH;

/// Where Wristband publishes the keys that verify its tokens.
const JWKS_PATH: &str = "/api/v1/oauth2/jwks";
/// How long accepting pauses after a failure.
const ACCEPT_BACKOFF: Duration = Duration::from_millis(50);

/// A listening socket; it closes, with all its connections, when this is dropped.
pub(super) struct Server {
    pub(super) url: String,
    pub(super) issuer: String,
    pub(super) jwks_url: String,
    script: Arc<Mutex<Script>>,
    accepting: AbortHandle,
}

impl Server {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .expect("a port of 127.0.0.1 can be bound");
        let address = listener
            .local_addr()
            .unwrap_or(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
        let issuer = format!("http://{address}");
        let script = Arc::new(Mutex::new(Script::new(Issuer::new(issuer.clone()))));
        let accepting = tokio::spawn(accept(listener, Arc::clone(&script))).abort_handle();
        Self {
            url: format!("{issuer}{TOKEN_PATH}"),
            jwks_url: format!("{issuer}{JWKS_PATH}"),
            issuer,
            script,
            accepting,
        }
    }

    pub(super) fn script(&self) -> MutexGuard<'_, Script> {
        lock(&self.script)
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
        service_fn(|request| async { Ok::<_, Infallible>(respond(request, &script).await) });
    // A connection that breaks is the client's business.
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

async fn respond(request: Request<Incoming>, script: &Mutex<Script>) -> Response<Full<Bytes>> {
    // Gateways may add a prefix to the path.
    let path = request.uri().path();
    if path.ends_with(TOKEN_PATH) {
        respond_to_token_request(request, script).await
    } else if path.ends_with(JWKS_PATH) {
        respond_to_jwks_request(request.method(), &mut lock(script))
    } else {
        refusal(StatusCode::NOT_FOUND, "not_found")
    }
}

async fn respond_to_token_request(
    request: Request<Incoming>,
    script: &Mutex<Script>,
) -> Response<Full<Bytes>> {
    if request.method() != Method::POST {
        return method_not_allowed("POST");
    }
    let delay = {
        let mut script = lock(script);
        script.token_requests += 1;
        script.delay
    };
    let (head, body) = request.into_parts();
    let body = Limited::new(body, 64 * 1024).collect().await;
    let body = body.map(|body| body.to_bytes()).unwrap_or_default();
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    lock(script).respond(&head.headers, &body)
}

fn respond_to_jwks_request(method: &Method, script: &mut Script) -> Response<Full<Bytes>> {
    if method != Method::GET {
        return method_not_allowed("GET");
    }
    script.jwks_requests += 1;
    response(StatusCode::OK, script.issuer.key_set().to_string())
}
