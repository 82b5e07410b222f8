//! A loopback API that responds with what a closure returns, and records its requests.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Version};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinSet};

use crate::Reply;
use crate::tls::PrivateRoot;

type Handler = dyn Fn(&Recorded) -> Reply + Send + Sync;

/// An HTTP/1.1 and HTTP/2 server, stopped on drop.
///
/// ```
/// # use wristband_m2m_tests::{ApiServer, Reply};
/// # async fn example() -> reqwest::Result<()> {
/// let server = ApiServer::start(|request| Reply::text(200, request.target.clone())).await;
/// let response = reqwest::get(server.url("/a?b=c")).await?.text().await?;
/// assert_eq!(response, "/a?b=c");
/// assert_eq!(server.requests()[0].method, "GET");
/// # Ok(())
/// # }
/// ```
pub struct ApiServer {
    scheme: &'static str,
    address: SocketAddr,
    log: Arc<Log>,
    accepting: AbortHandle,
}

/// One request as it arrived.
#[derive(Clone, Debug)]
pub struct Recorded {
    pub method: Method,
    /// The path and query, byte for byte.
    pub target: String,
    pub version: Version,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// The number of the connection: 1 for the first one accepted.
    pub connection: usize,
}

struct Log {
    requests: Mutex<Vec<Recorded>>,
    arrived: watch::Sender<usize>,
    connections: watch::Sender<usize>,
}

impl ApiServer {
    /// Listens on a free port of 127.0.0.1. The handler sees each request once its body has been read.
    pub async fn start(handler: impl Fn(&Recorded) -> Reply + Send + Sync + 'static) -> Self {
        Self::listen(Arc::new(handler), None).await
    }

    /// The same over TLS, with a certificate for `localhost` that `root` signed; ALPN offers h2 and http/1.1.
    pub async fn start_tls(
        root: &PrivateRoot,
        handler: impl Fn(&Recorded) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::listen(Arc::new(handler), Some(root.acceptor())).await
    }

    /// The URL of a path, which starts with a slash.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin())
    }

    /// Scheme, host and port.
    pub fn origin(&self) -> String {
        let host = if self.scheme == "https" {
            "localhost"
        } else {
            "127.0.0.1"
        };
        format!("{}://{host}:{}", self.scheme, self.address.port())
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Returns all requests so far, in order of arrival.
    pub fn requests(&self) -> Vec<Recorded> {
        self.log.requests.lock().unwrap().clone()
    }

    /// Returns the number of connections accepted so far.
    pub fn connections(&self) -> usize {
        *self.log.connections.borrow()
    }

    /// Waits until this many requests have arrived in total.
    pub async fn arrived(&self, requests: usize) {
        let mut arrived = self.log.arrived.subscribe();
        let enough = arrived.wait_for(|so_far| *so_far >= requests);
        tokio::time::timeout(Duration::from_secs(20), enough)
            .await
            .expect("too few requests arrived within 20 s")
            .expect("the server has the sender");
    }

    async fn listen(handler: Arc<Handler>, tls: Option<tokio_rustls::TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("a bound listener");
        let scheme = if tls.is_some() { "https" } else { "http" };
        let log = Arc::new(Log {
            requests: Mutex::default(),
            arrived: watch::Sender::new(0),
            connections: watch::Sender::new(0),
        });
        let accepting = tokio::spawn(accept(listener, tls, handler, log.clone())).abort_handle();
        Self {
            scheme,
            address,
            log,
            accepting,
        }
    }
}

impl Drop for ApiServer {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Recorded {
    /// Returns the value of a header, or `None` if it is absent. Panics if it appears twice.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.get_all(name).iter();
        let value = values.next()?;
        assert!(values.next().is_none(), "`{name}` came more than once");
        Some(value.to_str().expect("a header of visible ASCII"))
    }

    /// Returns the `Authorization` header. Panics if it appears twice.
    pub fn authorization(&self) -> Option<&HeaderValue> {
        self.header("authorization")
            .and(self.headers.get("authorization"))
    }
}

async fn accept(
    listener: TcpListener,
    tls: Option<tokio_rustls::TlsAcceptor>,
    handler: Arc<Handler>,
    log: Arc<Log>,
) {
    let mut serving = JoinSet::new();
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => accepted.expect("a listening socket").0,
            Some(_) = serving.join_next() => continue,
        };
        stream.set_nodelay(true).expect("an open socket");
        log.connections.send_modify(|connections| *connections += 1);
        let connection = *log.connections.borrow();
        let (tls, handler, log) = (tls.clone(), handler.clone(), log.clone());
        serving.spawn(async move {
            match tls {
                None => serve(stream, connection, handler, log).await,
                Some(tls) => {
                    if let Ok(stream) = tls.accept(stream).await {
                        serve(stream, connection, handler, log).await;
                    }
                }
            }
        });
    }
}

async fn serve(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    connection: usize,
    handler: Arc<Handler>,
    log: Arc<Log>,
) {
    let service =
        service_fn(move |request| respond(request, connection, handler.clone(), log.clone()));
    let mut server = auto::Builder::new(TokioExecutor::new());
    server.http2().max_concurrent_streams(None);
    // Many tests drop their client.
    let _ = server.serve_connection(TokioIo::new(stream), service).await;
}

async fn respond(
    request: hyper::Request<Incoming>,
    connection: usize,
    handler: Arc<Handler>,
    log: Arc<Log>,
) -> Result<hyper::Response<crate::reply::Body>, Infallible> {
    let (parts, body) = request.into_parts();
    let body = match body.collect().await {
        Ok(body) => body.to_bytes(),
        // The client disconnected mid-request, so it will not see a response.
        Err(_) => std::future::pending().await,
    };
    let target = parts
        .uri
        .path_and_query()
        .map_or("", |target| target.as_str());
    let recorded = Recorded {
        method: parts.method,
        target: target.to_owned(),
        version: parts.version,
        headers: parts.headers,
        body,
        connection,
    };
    log.requests.lock().unwrap().push(recorded.clone());
    log.arrived.send_modify(|arrived| *arrived += 1);
    Ok(handler(&recorded).into_response().await)
}
