use super::*;
use crate::error::ErrorDocument;
use http::StatusCode;
use std::error::Error as _;
use std::future::pending;
use std::io;
use std::sync::Mutex as StdMutex;

use async_trait::async_trait;

use crate::TokenErrorKind;
use crate::fetch::secret_source::BoxError;

const LIMIT: Duration = Duration::from_secs(5);

enum Response {
    Gives(&'static str),
    Fails(&'static str),
    Reads(io::ErrorKind),
    Panics,
    Hangs,
}
use Response::*;

/// Responds in turn; beyond the script it panics, which is a fault like any other.
struct Script(StdMutex<std::vec::IntoIter<Response>>);

#[async_trait]
impl SecretSource for Script {
    async fn client_secret(&self) -> Result<ClientSecret, BoxError> {
        let response = self.0.lock().unwrap().next();
        match response.expect("asked beyond the script") {
            Gives(secret) => Ok(secret.to_owned().into()),
            Fails(message) => Err(message.into()),
            Reads(kind) => Err(Box::new(io::Error::new(kind, "could not read s3cr3t"))),
            Panics => panic!("the source panics"),
            Hangs => pending().await,
        }
    }
}

fn scripted(script: impl Into<Vec<Response>>) -> Secrets {
    let script = Script(StdMutex::new(script.into().into_iter()));
    Secrets::from_source(Arc::new(script), None)
}

fn invalid_client() -> TokenError {
    let document = ErrorDocument {
        error: Some("invalid_client".to_owned()),
        ..ErrorDocument::default()
    };
    TokenError::from_status(StatusCode::UNAUTHORIZED, document, None)
}

/// One fetch, of an endpoint that knows one secret. Returns what was sent.
async fn fetch(secrets: &Secrets, valid: &str) -> Vec<String> {
    let mut trial = secrets.begin(LIMIT).await.unwrap();
    let mut sent = Vec::new();
    loop {
        sent.push(trial.secret.expose().to_owned());
        if trial.secret.expose() == valid {
            secrets.settle(&trial);
            return sent;
        }
        if trial.refused.is_some() || !secrets.switch(&mut trial, &invalid_client(), LIMIT).await {
            return sent;
        }
    }
}

fn shown(error: &TokenError) -> String {
    let cause = error.source().map(ToString::to_string);
    format!("{error} {error:?} {cause:?}")
}

#[tokio::test]
async fn a_new_secret_is_tried_first_and_the_one_before_after_it() {
    let secrets = scripted([Gives("a"), Gives("b"), Gives("c"), Gives("c")]);
    assert_eq!(fetch(&secrets, "a").await, ["a"]);
    assert_eq!(fetch(&secrets, "b").await, ["b"]);
    // The source is ahead of the endpoint.
    assert_eq!(fetch(&secrets, "b").await, ["c", "b"]);
    let error = secrets.error().unwrap();
    assert_eq!(error.kind(), TokenErrorKind::Source);
    assert!(error.to_string().contains("was refused"), "{error}");
}

#[tokio::test]
async fn a_secret_that_was_refused_is_not_tried_first_again_until_the_other_is_refused() {
    let secrets = scripted([
        Gives("a"),
        Gives("b"),
        Gives("b"),
        Gives("b"),
        Gives("b"),
        Gives("b"),
    ]);
    fetch(&secrets, "a").await;
    assert_eq!(fetch(&secrets, "a").await, ["b", "a"]);
    assert_eq!(fetch(&secrets, "a").await, ["a"]);
    assert_eq!(fetch(&secrets, "b").await, ["a", "b"]);
    assert!(secrets.error().is_none());
}

#[tokio::test]
async fn a_rotation_between_the_response_and_the_request_costs_one_refusal() {
    let secrets = scripted([Gives("a"), Gives("b"), Gives("b"), Gives("c"), Gives("c")]);
    fetch(&secrets, "a").await;
    fetch(&secrets, "b").await;
    // The endpoint knows only the next one by the time of the request.
    assert_eq!(fetch(&secrets, "c").await, ["b", "c"]);
    assert!(secrets.error().is_none());
    assert_eq!(fetch(&secrets, "c").await, ["c"]);
}

#[tokio::test]
async fn a_secret_read_half_written_costs_one_refusal() {
    let secrets = scripted([
        Gives("a"),
        Gives("b-ha"),
        Gives("b-ha"),
        Gives("b-half"),
        Gives("b-half"),
    ]);
    fetch(&secrets, "a").await;
    assert_eq!(fetch(&secrets, "a").await, ["b-ha", "a"]);
    assert!(secrets.error().is_some());
    assert_eq!(fetch(&secrets, "b-half").await, ["b-half"]);
    assert!(secrets.error().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_source_that_fails_is_no_reason_to_fail() {
    for fault in [
        Fails("sealed"),
        Gives(" "),
        Gives("a\nb"),
        Panics,
        Hangs,
        Reads(io::ErrorKind::NotFound),
    ] {
        let secrets = scripted([Gives("a"), fault, Gives("b")]);
        fetch(&secrets, "a").await;
        assert_eq!(fetch(&secrets, "a").await, ["a"]);
        let error = secrets.error().unwrap();
        assert_eq!(error.kind(), TokenErrorKind::Source);
        assert!(error.is_transient() && error.source().is_some());
        assert_eq!(fetch(&secrets, "b").await, ["b"]);
        assert!(secrets.error().is_none());
    }
}

#[tokio::test]
async fn a_secret_that_was_never_tried_is_not_the_last_good_one() {
    let secrets = scripted([Gives("a"), Gives("b-ha"), Fails("sealed")]);
    fetch(&secrets, "a").await;
    // The endpoint is down, and nobody knows what "b-ha" is.
    assert_eq!(secrets.begin(LIMIT).await.unwrap().secret.expose(), "b-ha");
    assert_eq!(fetch(&secrets, "a").await, ["a"]);
}

#[tokio::test]
async fn without_any_secret_the_error_says_what_to_do() {
    let secrets = scripted([Reads(io::ErrorKind::NotFound)]);
    let error = secrets.begin(LIMIT).await.err().unwrap();
    assert_eq!(error.kind(), TokenErrorKind::Source);
    assert!(error.is_transient());
    assert!(error.to_string().ends_with(": check the source"), "{error}");
    assert_eq!(
        error.source().unwrap().to_string(),
        "the source could not read the secret"
    );
    let secondary = Some(ClientSecret::new("second"));
    let script = Script(StdMutex::new(vec![Fails("sealed")].into_iter()));
    let secrets = Secrets::from_source(Arc::new(script), secondary);
    assert_eq!(fetch(&secrets, "second").await, ["second"]);
}

#[tokio::test]
async fn no_error_of_a_source_is_quoted() {
    for fault in [
        Fails("invalid secret s3cr3t"),
        Gives("s3cr3t\n"),
        Reads(io::ErrorKind::InvalidData),
    ] {
        let secrets = scripted([fault]);
        let error = secrets.begin(LIMIT).await.err().unwrap();
        let shown = shown(&error);
        assert!(!shown.contains("s3cr3t"), "{shown}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_source_that_gives_nothing_is_asked_as_seldom_as_an_endpoint() {
    struct Sealed;
    #[async_trait]
    impl SecretSource for Sealed {
        async fn client_secret(&self) -> Result<ClientSecret, BoxError> {
            Err("sealed".into())
        }
    }
    let client = crate::WristbandM2mClient::builder()
        .client_id("billing")
        .client_secret_source(Sealed)
        .token_endpoint("http://127.0.0.1:9/token")
        .http_client(reqwest::Client::builder().no_proxy())
        .build()
        .unwrap();
    let start = tokio::time::Instant::now();
    for _ in 0..32 {
        let error = client.get_token().await.unwrap_err();
        assert_eq!(error.kind(), TokenErrorKind::Source);
        assert_eq!(error.attempts(), 0);
    }
    assert!(start.elapsed() >= Duration::from_secs(2));
    assert_eq!(client.status().token_requests(), 0);
}
