//! Connections: stale ones are not reused, loopback bypasses proxies, and every wait is bounded.

use std::collections::HashSet;
use std::future::pending;
use std::sync::Mutex;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use wristband_m2m::{TokenErrorKind, TokenRetry, WristbandM2mClient};
use wristband_m2m_tests::{
    ApiServer, PrivateRoot, RawReply, RawServer, Recorded, Reply, child_argument, run_child,
};

use super::{SECRET, builder_for};

const TOKEN: &str = r#"{"access_token":"abc","expires_in":3600}"#;

/// Longer than any of these calls takes, but shorter than the request timeout.
const SOON: Duration = Duration::from_secs(20);

/// Responds only to the first request of each connection.
fn once_per_connection() -> impl Fn(&Recorded) -> Reply + Send + Sync + 'static {
    let seen = Mutex::new(HashSet::new());
    move |request| {
        let reply = Reply::json(200, TOKEN);
        if seen.lock().unwrap().insert(request.connection) {
            reply
        } else {
            reply.after(pending::<()>())
        }
    }
}

async fn get_twice(client: &WristbandM2mClient) {
    for _ in 0..2 {
        client.clear_token();
        let token = tokio::time::timeout(SOON, client.get_token()).await;
        token
            .expect("the request hangs on an old connection")
            .unwrap();
    }
}

#[tokio::test]
async fn a_silent_connection_is_not_reused() {
    let server = ApiServer::start(once_per_connection()).await;
    let client = WristbandM2mClient::builder()
        .client_id("billing")
        .client_secret(SECRET)
        .token_endpoint(&server.url("/token"))
        .http_client(reqwest::Client::builder().no_proxy())
        .build()
        .unwrap();
    get_twice(&client).await;
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn a_silent_http2_connection_is_not_reused() {
    let root = PrivateRoot::new();
    let server = ApiServer::start_tls(&root, once_per_connection()).await;
    let client = WristbandM2mClient::builder()
        .client_id("billing")
        .client_secret(SECRET)
        .token_endpoint(&server.url("/token"))
        .http_client(root.client())
        .build()
        .unwrap();
    get_twice(&client).await;
    assert_eq!(server.connections(), 2);
}

#[test]
fn a_connection_of_an_idle_runtime_is_not_reused() {
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
    };
    let serving = tokio::runtime::Runtime::new().unwrap();
    let server = serving.block_on(ApiServer::start(|_| Reply::json(200, TOKEN)));
    let client = WristbandM2mClient::builder()
        .client_id("billing")
        .client_secret(SECRET)
        .token_endpoint(&server.url("/token"))
        .build()
        .unwrap();
    let idle = runtime();
    idle.block_on(client.get_token()).unwrap();
    client.clear_token();
    let token = runtime().block_on(async { tokio::time::timeout(SOON, client.get_token()).await });
    token
        .expect("the request hangs on a connection of an idle runtime")
        .unwrap();
    assert_eq!(server.connections(), 2);
}

/// Not a test by itself: runs in the child process.
#[tokio::test]
async fn loopback_child() {
    let Some(endpoint) = child_argument() else {
        return;
    };
    let client = WristbandM2mClient::builder()
        .client_id("billing")
        .client_secret(SECRET)
        .token_endpoint(&endpoint)
        .retry(TokenRetry::none())
        .build()
        .unwrap();
    let token = client.get_token().await;
    assert_eq!(token.unwrap().as_str(), "abc");
}

#[tokio::test]
async fn a_loopback_endpoint_bypasses_the_proxy() {
    let server = ApiServer::start(|_| Reply::json(200, TOKEN)).await;
    let proxy = RawServer::start([]).await;
    let child = "token::network::loopback_child";
    run_child(child, &server.url("/token"), &proxy.url("")).await;
    let seen = proxy.requests();
    assert!(seen.is_empty(), "the proxy saw {seen:?}");
    assert_eq!(server.requests().len(), 1);
}

/// Not a test by itself: sends the secret while logging everything to standard output.
#[tokio::test]
async fn verbose_child() {
    let Some(endpoint) = child_argument() else {
        return;
    };
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .init();
    let verbose = reqwest::Client::builder()
        .no_proxy()
        .connection_verbose(true);
    match endpoint.strip_prefix("bare ") {
        Some(url) => {
            let request = verbose.build().unwrap().post(url);
            let request = request.basic_auth("billing", Some(SECRET));
            request.send().await.unwrap().bytes().await.unwrap();
        }
        None => {
            let client = WristbandM2mClient::builder()
                .client_id("billing")
                .client_secret(SECRET)
                .token_endpoint(&endpoint)
                .http_client(verbose)
                .build()
                .unwrap();
            client.get_token().await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_verbose_http_client_does_not_log_the_secret_or_the_token() {
    const TOKEN: &str = "token-of-the-verbose-client";
    let response = format!(r#"{{"access_token":"{TOKEN}","expires_in":3600}}"#);
    let server = ApiServer::start(move |_| Reply::json(200, response.clone())).await;
    let log =
        async |argument: String| run_child("token::network::verbose_child", &argument, "").await;
    let credentials = STANDARD.encode(format!("billing:{SECRET}"));

    // What such a client logs if we do not intervene.
    let bare = log(format!("bare {}", server.url("/token"))).await;
    assert!(
        bare.contains(&credentials) && bare.contains(TOKEN),
        "{bare}"
    );

    let ours = log(server.url("/token")).await;
    assert!(ours.contains("fetched a token"), "{ours}");
    for secret in [SECRET, &credentials, TOKEN] {
        assert!(!ours.contains(secret), "{secret} was logged in\n{ours}");
    }
}

#[tokio::test]
async fn an_error_response_that_never_ends_is_known_by_its_status() {
    for (status, kind) in [
        ("401 Unauthorized", TokenErrorKind::Rejected),
        ("503 Service Unavailable", TokenErrorKind::Unavailable),
    ] {
        let endless = format!("HTTP/1.1 {status}\r\n\r\n");
        let server = RawServer::start([RawReply::Drip(endless.into())]).await;
        let client = builder_for(&server)
            .retry(TokenRetry::none())
            .build()
            .unwrap();
        let error = tokio::time::timeout(SOON, client.get_token()).await;
        let error = error.expect("the client waits for the body").unwrap_err();
        assert_eq!(error.kind(), kind);
        server.finish();
    }
}
