//! A primary and a secondary secret during a rotation.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use wristband_m2m::{TokenErrorKind, WristbandM2mClient};
use wristband_m2m_tests::{ApiServer, RawReply, RawServer, Recorded, Reply};

use super::SECRET;

pub(super) fn secret_of(request: &Recorded) -> String {
    let credential = request.header("authorization").unwrap();
    let pair = STANDARD
        .decode(credential.strip_prefix("Basic ").unwrap())
        .unwrap();
    let pair = String::from_utf8(pair).unwrap();
    pair.strip_prefix("billing:").unwrap().to_owned()
}

/// An endpoint that accepts one secret.
async fn endpoint(known: &'static str) -> ApiServer {
    ApiServer::start(move |request| {
        if secret_of(request) == known {
            Reply::json(200, r#"{"access_token":"abc","expires_in":3600}"#)
        } else {
            Reply::json(401, r#"{"error":"invalid_client"}"#)
        }
    })
    .await
}

fn client_of(endpoint: &ApiServer) -> WristbandM2mClient {
    WristbandM2mClient::builder()
        .client_id("billing")
        .client_secret("first")
        .secondary_client_secret("second")
        .token_endpoint(&endpoint.url("/token"))
        .build()
        .unwrap()
}

#[tokio::test]
async fn the_other_secret_is_tried_once_and_preferred_once_it_works() {
    let endpoint = endpoint("second").await;
    let client = client_of(&endpoint);
    client.get_token().await.unwrap();
    client.clear_token();
    client.get_token().await.unwrap();
    let secrets: Vec<_> = endpoint.requests().iter().map(secret_of).collect();
    assert_eq!(secrets, ["first", "second", "second"]);
    assert_eq!(client.status().token_requests(), 3);
}

#[tokio::test]
async fn a_secret_that_works_leaves_the_other_alone() {
    let endpoint = endpoint("first").await;
    client_of(&endpoint).get_token().await.unwrap();
    assert_eq!(endpoint.requests().len(), 1);
}

#[tokio::test]
async fn a_refused_secret_is_not_sent_again_by_the_retries() {
    let endpoint = ApiServer::start(|request| match secret_of(request).as_str() {
        "first" => Reply::json(401, r#"{"error":"invalid_client"}"#),
        _ => Reply::status(503),
    })
    .await;
    let error = client_of(&endpoint).get_token().await.unwrap_err();
    assert_eq!(error.kind(), TokenErrorKind::Unavailable);
    let secrets: Vec<_> = endpoint.requests().iter().map(secret_of).collect();
    assert_eq!(secrets, ["first", "second", "second", "second"]);
}

#[tokio::test]
async fn two_wrong_secrets_are_one_rejection() {
    let endpoint = endpoint("third").await;
    let error = client_of(&endpoint).get_token().await.unwrap_err();
    assert_eq!(error.kind(), TokenErrorKind::Rejected);
    assert_eq!(error.oauth_error(), Some("invalid_client"));
    assert_eq!(endpoint.requests().len(), 2);
}

#[tokio::test]
async fn the_other_secret_is_tried_only_after_invalid_client() {
    for (status, body) in [
        ("400 Bad Request", r#"{"error":"invalid_request"}"#),
        ("401 Unauthorized", "no document"),
        ("403 Forbidden", r#"{"error":"unauthorized_client"}"#),
    ] {
        let server = RawServer::start([RawReply::json(status, body)]).await;
        let client = super::builder_for(&server)
            .secondary_client_secret("second")
            .build()
            .unwrap();
        client.get_token().await.unwrap_err();
        server.finish();
    }
}

#[tokio::test]
async fn neither_secret_is_printed() {
    let endpoint = endpoint("third").await;
    let builder = WristbandM2mClient::builder()
        .client_id("billing")
        .client_secret(SECRET)
        .secondary_client_secret("another-s3cr3t")
        .token_endpoint(&endpoint.url("/token"));
    let mut shown = format!("{builder:?}");
    let client = builder.build().unwrap();
    let error = client.get_token().await.unwrap_err();
    shown.push_str(&format!(
        "{client:?} {error:?} {error} {:?}",
        client.status()
    ));
    assert!(
        !shown.contains(SECRET) && !shown.contains("another-s3cr3t"),
        "{shown}"
    );
}
