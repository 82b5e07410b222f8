//! The token request on the wire, and how ordinary responses are handled.

use std::time::Duration;

use wristband_m2m::{TokenErrorKind, WristbandM2mClient};
use wristband_m2m_tests::{ApiServer, PrivateRoot, RawReply, RawServer, Reply};

use super::{SECRET, client_of};

#[tokio::test]
async fn the_request_is_the_documented_one() {
    let server = RawServer::start([RawReply::token("abc")]).await;
    let token = client_of(&server).get_token().await.unwrap();
    assert_eq!(token.as_str(), "abc");
    assert_eq!(token.authorization(), "Bearer abc");

    let request = &server.requests()[0];
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let mut lines = head.lines();
    assert_eq!(lines.next(), Some("POST /api/v1/oauth2/token HTTP/1.1"));
    let header = |name: &str| {
        let mut values = head.lines().filter_map(|line| {
            let (key, value) = line.split_once(": ")?;
            key.eq_ignore_ascii_case(name).then_some(value)
        });
        let value = values.next();
        assert_eq!(values.next(), None, "{name} appears twice");
        value
    };
    // printf 'billing:s3cr3t/with+odd=chars' | base64
    assert_eq!(
        header("authorization"),
        Some("Basic YmlsbGluZzpzM2NyM3Qvd2l0aCtvZGQ9Y2hhcnM=")
    );
    assert_eq!(
        header("content-type"),
        Some("application/x-www-form-urlencoded")
    );
    assert_eq!(header("accept"), Some("application/json"));
    assert!(
        header("user-agent")
            .unwrap()
            .starts_with("wristband-m2m-rust/")
    );
    assert_eq!(body, "grant_type=client_credentials");
    server.finish();
}

#[tokio::test]
async fn the_endpoint_of_a_vanity_domain_is_reached_over_tls() {
    let root = PrivateRoot::new();
    let server = ApiServer::start_tls(&root, |request| {
        assert_eq!(request.target, "/api/v1/oauth2/token");
        Reply::json(
            200,
            r#"{"access_token":"abc","expires_in":3600,"token_type":"bearer"}"#,
        )
    })
    .await;
    let client = WristbandM2mClient::builder()
        .client_id("billing")
        .client_secret(SECRET)
        .application_vanity_domain(format!("localhost:{}", server.port()))
        .http_client(root.client())
        .build()
        .unwrap();
    assert_eq!(client.get_token().await.unwrap().as_str(), "abc");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_server_error_is_tried_three_times_in_all() {
    let busy = || RawReply::json("503 Service Unavailable", "{}");
    let server = RawServer::start([busy(), busy(), RawReply::token("abc")]).await;
    let client = client_of(&server);
    assert_eq!(client.get_token().await.unwrap().as_str(), "abc");
    assert_eq!(client.status().token_requests(), 3);
    server.finish();

    let server = RawServer::start([busy(), busy(), busy()]).await;
    let error = client_of(&server).get_token().await.unwrap_err();
    assert_eq!(error.kind(), TokenErrorKind::Unavailable);
    assert_eq!(error.status().unwrap(), 503);
    assert_eq!(error.attempts(), 3);
    assert!(error.is_transient());
    server.finish();
}

#[tokio::test]
async fn a_rejection_is_returned_at_once() {
    let body = r#"{"error":"invalid_client","error_description":"Unknown client"}"#;
    let server = RawServer::start([RawReply::json("401 Unauthorized", body)]).await;
    let error = client_of(&server).get_token().await.unwrap_err();
    assert_eq!(error.kind(), TokenErrorKind::Rejected);
    assert_eq!(error.status().unwrap(), 401);
    assert_eq!(error.oauth_error(), Some("invalid_client"));
    assert_eq!(error.oauth_error_description(), Some("Unknown client"));
    assert_eq!(error.attempts(), 1);
    assert!(!error.is_transient());
    assert_eq!(
        error.to_string(),
        "the token endpoint rejected the request with 401 Unauthorized, invalid_client (Unknown client)"
    );
    server.finish();
}

#[tokio::test]
async fn temporary_rejections_are_transient_and_not_retried() {
    for status in ["408 Request Timeout", "429 Too Many Requests"] {
        let reply = RawReply::whole(status, "retry-after: 17\r\n", "slow down");
        let server = RawServer::start([reply]).await;
        let error = client_of(&server).get_token().await.unwrap_err();
        assert_eq!(error.kind(), TokenErrorKind::Rejected);
        assert!(error.is_transient());
        assert_eq!(error.retry_after(), Some(Duration::from_secs(17)));
        assert_eq!(error.oauth_error(), None);
        server.finish();
    }
}

#[tokio::test]
async fn an_unreachable_endpoint_is_a_network_failure() {
    let port = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    let client = WristbandM2mClient::builder()
        .client_id("billing")
        .client_secret(SECRET)
        .token_endpoint(&format!("http://127.0.0.1:{port}/token?tenant=hidden"))
        .build()
        .unwrap();
    let error = client.get_token().await.unwrap_err();
    assert_eq!(error.kind(), TokenErrorKind::Network);
    assert_eq!(error.attempts(), 1);
    assert!(error.is_transient());
    let shown = format!(
        "{error} {error:?} {:?}",
        std::error::Error::source(&error).unwrap()
    );
    assert!(!shown.contains("hidden"), "{shown}");
}
