//! Responses that an attacker, a proxy or a bad day may send.

use std::time::{Duration, Instant};

use wristband_m2m::{TokenError, TokenErrorKind};
use wristband_m2m_tests::{RawReply, RawServer};

use super::{SECRET, builder_for, client_of};

/// Part of each hostile body; must not appear in any error.
const MARK: &str = "body-that-must-not-show";

const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";

async fn error_for(reply: RawReply) -> TokenError {
    let server = RawServer::start([reply]).await;
    let client = builder_for(&server)
        .request_timeout(Duration::from_millis(500))
        .build()
        .unwrap();
    let start = Instant::now();
    let error = client.get_token().await.unwrap_err();
    assert!(
        start.elapsed() < Duration::from_secs(10),
        "the wait was not bounded"
    );
    assert_eq!(error.attempts(), 1);
    let mut shown = format!("{error} {error:?} {error:#?}");
    let mut cause = std::error::Error::source(&error);
    while let Some(inner) = cause {
        shown.push_str(&format!(" {inner} {inner:?}"));
        cause = inner.source();
    }
    for hidden in [MARK, SECRET, "YmlsbGluZzpz", "127.0.0.1"] {
        assert!(!shown.contains(hidden), "{hidden} in {shown}");
    }
    server.finish();
    error
}

async fn kind_for(reply: RawReply) -> TokenErrorKind {
    error_for(reply).await.kind()
}

fn ok(body: impl AsRef<[u8]>) -> RawReply {
    RawReply::whole("200 OK", "content-type: application/json\r\n", body)
}

#[tokio::test]
async fn what_is_not_a_token_response_is_invalid() {
    let bodies: [Vec<u8>; 6] = [
        format!("<html><body>{MARK}</body></html>").into(),
        format!(r#"{{"access_token":"{MARK}","expires_in":0}}"#).into(),
        format!(r#"{{"access_token":"{MARK}","token_type":"DPoP"}}"#).into(),
        format!(r#"{{"access_token":"{MARK}\r\nX-Injected: 1","expires_in":60}}"#).into(),
        vec![0xff; 1000],
        // Compressed, though the request did not allow it.
        vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xab, 0x56, 0],
    ];
    for body in bodies {
        let kind = kind_for(ok(&body)).await;
        let shown = String::from_utf8_lossy(&body);
        assert_eq!(kind, TokenErrorKind::InvalidResponse, "{shown:.60}");
    }
}

#[tokio::test]
async fn a_body_beyond_64_kib_is_not_read() {
    let announced = format!("{HEAD}content-length: 999999999\r\n\r\n{{\"x\":\"{MARK}");
    assert_eq!(
        kind_for(RawReply::Flood(announced.into())).await,
        TokenErrorKind::InvalidResponse
    );
    let unannounced = format!("{HEAD}connection: close\r\n\r\n{{\"x\":\"{MARK}");
    assert_eq!(
        kind_for(RawReply::Flood(unannounced.into())).await,
        TokenErrorKind::InvalidResponse
    );
    let chunk = format!("{:x}\r\n{}\r\n", 1 << 20, " ".repeat(1 << 20));
    let chunked = format!("{HEAD}transfer-encoding: chunked\r\n\r\n{chunk}0\r\n\r\n");
    assert_eq!(
        kind_for(RawReply::Bytes(chunked.into())).await,
        TokenErrorKind::InvalidResponse
    );
}

#[tokio::test]
async fn a_body_of_exactly_64_kib_is_read() {
    let document = r#"{"access_token":"abc","expires_in":60}"#;
    let body = format!("{document}{}", " ".repeat(64 * 1024 - document.len()));
    let server = RawServer::start([ok(body)]).await;
    assert_eq!(
        client_of(&server).get_token().await.unwrap().as_str(),
        "abc"
    );
    server.finish();
}

#[tokio::test]
async fn a_compression_bomb_is_invalid() {
    // reqwest's gzip support is compiled into this test. Eight megabytes of spaces are 8 KiB of gzip.
    let bomb = include_bytes!("bomb.json.gz");
    let reply = RawReply::whole(
        "200 OK",
        "content-type: application/json\r\ncontent-encoding: gzip\r\n",
        bomb,
    );
    assert_eq!(kind_for(reply).await, TokenErrorKind::InvalidResponse);
}

#[tokio::test]
async fn a_response_that_never_arrives_times_out() {
    assert_eq!(kind_for(RawReply::Hang).await, TokenErrorKind::Timeout);
    let head = RawReply::Drip(b"HTTP/1.1 200 OK\r\nx: ".to_vec());
    assert_eq!(kind_for(head).await, TokenErrorKind::Timeout);
    let body = RawReply::Drip(format!("{HEAD}content-length: 60000\r\n\r\n{MARK}").into());
    assert_eq!(kind_for(body).await, TokenErrorKind::Timeout);
}

#[tokio::test]
async fn a_broken_response_is_a_network_failure() {
    let part = format!("{HEAD}content-length: 100\r\n\r\n{{\"access_token\":\"{MARK}");
    assert_eq!(
        kind_for(RawReply::Bytes(part.clone().into())).await,
        TokenErrorKind::Network
    );
    assert_eq!(
        kind_for(RawReply::Reset(part.into())).await,
        TokenErrorKind::Network
    );
    assert_eq!(
        kind_for(RawReply::Bytes(Vec::new())).await,
        TokenErrorKind::Network
    );
    let nonsense = format!("{MARK}\r\n\r\n");
    assert_eq!(
        kind_for(RawReply::Bytes(nonsense.into())).await,
        TokenErrorKind::Network
    );
}

#[tokio::test]
async fn a_204_is_invalid() {
    let error = error_for(RawReply::Bytes(b"HTTP/1.1 204 No Content\r\n\r\n".to_vec())).await;
    assert_eq!(error.kind(), TokenErrorKind::InvalidResponse);
    assert_eq!(error.status().unwrap(), 204);
}

#[tokio::test]
async fn a_redirect_is_not_followed_with_the_secret() {
    for status in [
        "301 Moved Permanently",
        "302 Found",
        "307 Temporary Redirect",
        "308 Permanent Redirect",
    ] {
        let elsewhere = RawServer::start([]).await;
        let location = format!("location: {}\r\n", elsewhere.url("/stolen"));
        let error = error_for(RawReply::whole(status, &location, "")).await;
        assert_eq!(error.kind(), TokenErrorKind::InvalidResponse);
        assert!(error.to_string().contains("redirect"), "{error}");
        assert!(elsewhere.requests().is_empty());
        elsewhere.finish();
    }
}

#[tokio::test]
async fn a_rejection_with_a_broken_body_is_still_a_rejection() {
    let bodies = [
        RawReply::json("401 Unauthorized", &format!("<html>{MARK}</html>")),
        RawReply::Bytes(
            format!("HTTP/1.1 401 Unauthorized\r\ncontent-length: 999\r\n\r\n{MARK}").into(),
        ),
        RawReply::Flood(format!("HTTP/1.1 401 Unauthorized\r\n\r\n{MARK}").into()),
        RawReply::Drip(format!("HTTP/1.1 401 Unauthorized\r\n\r\n{MARK}").into()),
    ];
    for reply in bodies {
        let error = error_for(reply).await;
        assert_eq!(error.kind(), TokenErrorKind::Rejected);
        assert_eq!(error.status().unwrap(), 401);
        assert_eq!(error.oauth_error(), None);
    }
}

#[tokio::test]
async fn a_secret_repeated_by_the_endpoint_is_redacted() {
    let body = format!(r#"{{"error":"invalid_client","error_description":"'{SECRET}' is wrong"}}"#);
    let error = error_for(RawReply::json("401 Unauthorized", &body)).await;
    assert_eq!(error.oauth_error_description(), Some("[redacted]"));
}
