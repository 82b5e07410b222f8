//! Connections: none of yesterday, none through a proxy that should not see it, none that is waited for without end.

use std::collections::HashSet;
use std::future::pending;
use std::process::Command;
use std::sync::Mutex;
use std::time::Duration;

use wristband_m2m::{TokenErrorKind, TokenRetry, WristbandM2mClient};
use wristband_m2m_tests::{ApiServer, PrivateRoot, RawReply, RawServer, Recorded, Reply};

use super::{SECRET, builder_for};

const ENDPOINT: &str = "WRISTBAND_TEST_PROXY_CHILD";
const TOKEN: &str = r#"{"access_token":"abc","expires_in":3600}"#;

/// Longer than any of these calls takes, and shorter than the request timeout.
const SOON: Duration = Duration::from_secs(20);

/// Responds to the first request of each connection and to no other.
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
async fn a_connection_that_went_silent_is_not_used_again() {
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
async fn an_http2_connection_that_went_silent_is_not_used_again() {
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
fn a_connection_of_a_runtime_that_stands_still_is_not_used_again() {
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

/// Not a test by itself: what the child process does.
#[tokio::test]
async fn child() {
    let Ok(endpoint) = std::env::var(ENDPOINT) else {
        return;
    };
    let client = WristbandM2mClient::builder()
        .client_id("billing")
        .client_secret(SECRET)
        .token_endpoint(&endpoint)
        .retry(TokenRetry::none())
        .build()
        .unwrap();
    println!(
        "got {:?}",
        client
            .get_token()
            .await
            .map(|token| token.as_str().to_owned())
    );
}

#[tokio::test]
async fn a_loopback_endpoint_is_not_reached_through_a_proxy() {
    let server = ApiServer::start(|_| Reply::json(200, TOKEN)).await;
    let proxy = RawServer::start([]).await;
    let mut child = Command::new(std::env::current_exe().unwrap());
    child
        .args(["token::network::child", "--exact", "--nocapture"])
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .env(ENDPOINT, server.url("/token"));
    for variable in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
        child.env(variable, proxy.url(""));
    }
    let output = tokio::task::spawn_blocking(move || child.output())
        .await
        .unwrap()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains(r#"got Ok("abc")"#), "{said}");
    assert!(
        proxy.requests().is_empty(),
        "the proxy saw {:?}",
        proxy.requests()
    );
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_refusal_whose_document_never_ends_is_known_by_its_status() {
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
        let error = error.expect("the document is waited for").unwrap_err();
        assert_eq!(error.kind(), kind);
        server.finish();
    }
}
