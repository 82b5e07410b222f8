//! The mock, as seen by clients and by APIs that verify its tokens.

use std::time::Duration;

use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, TokenData, Validation, decode, decode_header};
use serde_json::{Map, Value, json};
use wristband_m2m::testing::MockWristband;
use wristband_m2m::{AccessToken, TokenErrorKind, TokenRetry};

type Claims = Map<String, Value>;

async fn new_token(wristband: &MockWristband) -> AccessToken {
    wristband.client().get_token().await.unwrap()
}

async fn key_set(wristband: &MockWristband) -> JwkSet {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let response = http.get(wristband.jwks_url()).send().await.unwrap();
    assert_eq!(response.status(), 200);
    serde_json::from_slice(&response.bytes().await.unwrap()).unwrap()
}

/// Verifies a token as an API would: with the key it names, for this issuer and this algorithm.
fn verify(
    token: &AccessToken,
    keys: &JwkSet,
    issuer: &str,
) -> Result<TokenData<Claims>, Option<ErrorKind>> {
    let header = decode_header(token.as_str()).unwrap();
    let key = keys.find(&header.kid.unwrap()).ok_or(None)?;
    let mut validation = Validation::new(Algorithm::RS256);
    validation.set_issuer(&[issuer]);
    validation.set_required_spec_claims(&["exp", "iss", "sub"]);
    decode(
        token.as_str(),
        &DecodingKey::from_jwk(key).unwrap(),
        &validation,
    )
    .map_err(|error| Some(error.into_kind()))
}

async fn verified_claims(wristband: &MockWristband) -> Claims {
    let token = new_token(wristband).await;
    let keys = key_set(wristband).await;
    verify(&token, &keys, wristband.issuer()).unwrap().claims
}

#[tokio::test]
async fn a_token_is_a_jwt_that_the_key_set_verifies() {
    let wristband = MockWristband::start().await;
    wristband.set_expires_in(Duration::from_secs(600));
    let token = new_token(&wristband).await;
    assert_eq!(wristband.jwks_requests(), 0);

    let verified = verify(&token, &key_set(&wristband).await, wristband.issuer()).unwrap();

    assert_eq!(verified.header.alg, Algorithm::RS256);
    assert_eq!(verified.header.typ.as_deref(), Some("at+JWT"));
    let claims = verified.claims;
    assert_eq!(claims["iss"], wristband.issuer());
    assert_eq!(claims["sub"], MockWristband::CLIENT_ID);
    assert_eq!(claims["client_id"], MockWristband::CLIENT_ID);
    let seconds = |name: &str| claims[name].as_u64().unwrap();
    assert_eq!(seconds("exp") - seconds("iat"), 600);
    assert_eq!(
        wristband.jwks_url(),
        format!("{}/api/v1/oauth2/jwks", wristband.issuer())
    );
    assert_eq!(wristband.jwks_requests(), 1);
    assert_eq!(wristband.token_requests(), 1);
}

#[tokio::test]
async fn each_token_has_its_own_id() {
    let wristband = MockWristband::start().await;
    let first = verified_claims(&wristband).await;
    let second = verified_claims(&wristband).await;
    assert_ne!(first["jti"], second["jti"]);
}

#[tokio::test]
async fn a_token_of_another_mock_is_not_verified() {
    let (wristband, other) = (MockWristband::start().await, MockWristband::start().await);
    let token = new_token(&other).await;
    let refused = verify(&token, &key_set(&wristband).await, wristband.issuer());
    assert!(matches!(refused, Err(Some(ErrorKind::InvalidIssuer))));
}

#[tokio::test]
async fn claims_are_added_replaced_and_left_out() {
    let wristband = MockWristband::start().await;
    wristband.set_claim("scope", "orders:read");
    wristband.set_claim("roles", json!(["reader", "writer"]));
    wristband.set_claim("client_id", "billing");
    wristband.set_claim("jti", ());
    let claims = verified_claims(&wristband).await;
    assert_eq!(claims["scope"], "orders:read");
    assert_eq!(claims["roles"], json!(["reader", "writer"]));
    assert_eq!(claims["client_id"], "billing");
    assert_eq!(claims["sub"], MockWristband::CLIENT_ID);
    assert!(!claims.contains_key("jti"));
}

#[tokio::test]
async fn a_token_can_claim_to_have_expired_while_the_client_still_sends_it() {
    let wristband = MockWristband::start().await;
    wristband.set_claim("exp", 1_700_000_000);
    let token = new_token(&wristband).await;
    assert!(token.remaining() > Duration::from_secs(3500));
    let refused = verify(&token, &key_set(&wristband).await, wristband.issuer());
    assert!(matches!(refused, Err(Some(ErrorKind::ExpiredSignature))));
}

#[tokio::test]
async fn a_rotation_keeps_the_key_before_and_drops_the_one_before_that() {
    let wristband = MockWristband::start().await;
    let issuer = wristband.issuer();
    let old = new_token(&wristband).await;
    let old_keys = key_set(&wristband).await;
    assert_eq!(old_keys.keys.len(), 1);

    wristband.rotate_keys();
    let new = new_token(&wristband).await;
    assert!(
        matches!(verify(&new, &old_keys, issuer), Err(None)),
        "the cached key set does not have the new key"
    );
    let new_keys = key_set(&wristband).await;
    assert_eq!(new_keys.keys.len(), 2);
    assert!(verify(&new, &new_keys, issuer).is_ok());
    assert!(verify(&old, &new_keys, issuer).is_ok());

    wristband.rotate_keys();
    assert!(matches!(
        verify(&old, &key_set(&wristband).await, issuer),
        Err(None)
    ));
}

#[tokio::test]
async fn key_ids_are_unique_and_successive_keys_differ() {
    let wristband = MockWristband::start().await;
    let mut ids = Vec::new();
    for _ in 0..7 {
        wristband.rotate_keys();
        let keys = key_set(&wristband).await.keys;
        assert_ne!(keys[0].algorithm, keys[1].algorithm);
        assert!(
            verify(
                &new_token(&wristband).await,
                &JwkSet { keys: keys.clone() },
                wristband.issuer()
            )
            .is_ok()
        );
        ids.push(keys[0].common.key_id.clone().unwrap());
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 7);
}

#[tokio::test]
async fn a_revoked_token_still_verifies_as_it_does_with_wristband() {
    let wristband = MockWristband::start().await;
    let token = new_token(&wristband).await;
    let headers =
        http::HeaderMap::from_iter([(http::header::AUTHORIZATION, token.authorization().clone())]);
    assert!(wristband.accepts(&headers));
    wristband.revoke_all();
    assert!(!wristband.accepts(&headers));
    assert!(verify(&token, &key_set(&wristband).await, wristband.issuer()).is_ok());
}

#[tokio::test]
async fn a_mock_accepts_only_its_own_valid_tokens() {
    let wristband = MockWristband::start().await;
    let other = MockWristband::start().await;
    let client = wristband.client();
    let headers = |value: &http::HeaderValue| {
        http::HeaderMap::from_iter([(http::header::AUTHORIZATION, value.clone())])
    };

    let token = client.get_token().await.unwrap();
    assert!(wristband.accepts(&headers(token.authorization())));
    assert!(!other.accepts(&headers(token.authorization())));
    assert!(!wristband.accepts(&http::HeaderMap::new()));
    let mut twice = headers(token.authorization());
    twice.append(http::header::AUTHORIZATION, token.authorization().clone());
    assert!(!wristband.accepts(&twice));

    wristband.revoke_all();
    assert!(!wristband.accepts(&headers(token.authorization())));
    client.clear_token();
    let renewed = client.get_token().await.unwrap();
    assert!(wristband.accepts(&headers(renewed.authorization())));
}

#[tokio::test]
async fn a_wrong_secret_or_grant_is_rejected() {
    let wristband = MockWristband::start().await;
    let client = wristband.builder().client_secret("wrong").build().unwrap();
    let error = client.get_token().await.unwrap_err();
    assert_eq!(error.oauth_error(), Some("invalid_client"));

    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let response = http
        .post(wristband.url())
        .basic_auth(MockWristband::CLIENT_ID, Some(MockWristband::CLIENT_SECRET))
        .body("grant_type=password")
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 400);
    assert_eq!(
        http.get(wristband.url()).send().await.unwrap().status(),
        405
    );
    let elsewhere = wristband.url().replace("/token", "/userinfo");
    assert_eq!(http.post(elsewhere).send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn the_server_stops_with_its_last_handle() {
    let wristband = MockWristband::start().await;
    let client = wristband
        .builder()
        .retry(TokenRetry::none())
        .build()
        .unwrap();
    client.get_token().await.unwrap();
    drop(wristband.clone());
    client.clear_token();
    client.get_token().await.unwrap();
    drop(wristband);
    client.clear_token();
    let error = client.get_token().await.unwrap_err();
    assert_eq!(error.kind(), TokenErrorKind::Network);
}

#[tokio::test]
async fn tokens_may_have_any_lifetime() {
    let wristband = MockWristband::start().await;
    for life in [Duration::ZERO, Duration::MAX] {
        wristband.set_expires_in(life);
        let client = wristband.client();
        let token = client.get_token().await.unwrap();
        let headers = [(http::header::AUTHORIZATION, token.authorization().clone())];
        assert!(wristband.accepts(&http::HeaderMap::from_iter(headers)));
    }
}
