//! Client secrets rotated while processes share a store.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use wristband_m2m::{FileTokenStore, SecretFile, StoreState, WristbandM2mClient};
use wristband_m2m_fleet_tests::TestDirectory;
use wristband_m2m_tests::{ApiServer, Recorded, Reply};

fn secret_of(request: &Recorded) -> String {
    let credential = request.header("authorization").unwrap();
    let pair = credential.strip_prefix("Basic ").unwrap();
    let pair = String::from_utf8(STANDARD.decode(pair).unwrap()).unwrap();
    pair.strip_prefix("billing:").unwrap().to_owned()
}

/// An endpoint that numbers its tokens and accepts these secrets.
async fn endpoint(valid: &Arc<Mutex<Vec<&'static str>>>) -> ApiServer {
    let (valid, issued) = (Arc::clone(valid), AtomicUsize::new(0));
    ApiServer::start(move |request| {
        let secret = secret_of(request);
        if !valid.lock().unwrap().contains(&secret.as_str()) {
            return Reply::json(401, r#"{"error":"invalid_client"}"#);
        }
        let number = issued.fetch_add(1, Ordering::SeqCst);
        let token = format!(r#"{{"access_token":"token-{number}","expires_in":3600}}"#);
        Reply::json(200, token)
    })
    .await
}

/// One process, with its own copy of the secret.
fn process(endpoint: &ApiServer, store: &Path, secret: &Path) -> WristbandM2mClient {
    WristbandM2mClient::builder()
        .client_id("billing")
        .client_secret_source(SecretFile::new(secret))
        .token_endpoint(&endpoint.url("/token"))
        .token_store(FileTokenStore::new(store).unwrap())
        .build()
        .unwrap()
}

async fn token(process: &WristbandM2mClient) -> String {
    let token = process.get_token().await.unwrap();
    assert_eq!(process.status().store(), StoreState::Ready);
    token.as_str().to_owned()
}

#[tokio::test]
async fn processes_share_a_token_with_those_that_have_the_same_secret() {
    let valid = Arc::new(Mutex::new(vec!["first"]));
    let endpoint = endpoint(&valid).await;
    let (store, secrets) = (TestDirectory::new(), TestDirectory::new());
    let files: Vec<_> = (0..4)
        .map(|number| secrets.path().join(number.to_string()))
        .collect();
    for file in &files {
        std::fs::write(file, "first").unwrap();
    }
    let processes: Vec<_> = files
        .iter()
        .map(|file| process(&endpoint, store.path(), file))
        .collect();
    for process in &processes {
        assert_eq!(token(process).await, "token-0");
    }

    // Half of them have the new secret when each needs another token.
    valid.lock().unwrap().push("second");
    for file in &files[..2] {
        std::fs::write(file, "second").unwrap();
    }
    let mut tokens = Vec::new();
    for file in &files {
        tokens.push(token(&process(&endpoint, store.path(), file)).await);
    }
    assert_eq!(tokens, ["token-1", "token-1", "token-0", "token-0"]);

    // Now the rest have it, too, and the old one is revoked.
    valid.lock().unwrap().retain(|secret| *secret != "first");
    for file in &files[2..] {
        std::fs::write(file, "second").unwrap();
    }
    for file in &files {
        let started = process(&endpoint, store.path(), file);
        assert_eq!(token(&started).await, "token-1");
    }
    let sent: Vec<_> = endpoint.requests().iter().map(secret_of).collect();
    assert_eq!(sent, ["first", "second"]);
}

#[tokio::test]
async fn a_process_with_a_refused_secret_adopts_the_token_of_the_previous_one() {
    let valid = Arc::new(Mutex::new(vec!["first"]));
    let endpoint = endpoint(&valid).await;
    let (store, secrets) = (TestDirectory::new(), TestDirectory::new());
    let file = secrets.path().join("client-secret");
    std::fs::write(&file, "first").unwrap();
    let one = process(&endpoint, store.path(), &file);
    let other = process(&endpoint, store.path(), &file);
    assert_eq!(token(&one).await, "token-0");
    assert_eq!(token(&other).await, "token-0");

    // The other process has renewed the token before this one reads a half-written secret.
    let rejected = other.get_token().await.unwrap();
    other.replace_token(&rejected).await.unwrap();
    std::fs::write(&file, "seco").unwrap();
    let rejected = one.get_token().await.unwrap();
    let replacement = one.replace_token(&rejected).await.unwrap();
    assert_eq!(replacement.as_str(), "token-1");
    assert!(one.is_adopted(&replacement));
    assert!(one.status().last_error().is_some());
    let sent: Vec<_> = endpoint.requests().iter().map(secret_of).collect();
    assert_eq!(sent, ["first", "first", "seco"]);
}
