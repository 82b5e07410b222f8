//! Coinciding failures, and sources that misbehave.

use std::future::pending;
use std::pin::Pin;

use wristband_m2m::{BoxError, ClientSecret, SecretSource, async_trait};

use super::*;
use crate::token::SECRET;
use crate::token::secrecy::Captured;

#[derive(Clone, Copy, Debug)]
enum Mood {
    Gives,
    Fails,
    Panics,
    Hangs,
}

/// A source that knows the secret; its mood decides whether it returns it.
#[derive(Clone)]
struct Moody(Arc<Mutex<Mood>>);

impl Moody {
    fn new(mood: Mood) -> Self {
        Self(Arc::new(Mutex::new(mood)))
    }

    fn turn(&self, mood: Mood) {
        *self.0.lock().unwrap() = mood;
    }
}

#[async_trait]
impl SecretSource for Moody {
    async fn client_secret(&self) -> Result<ClientSecret, BoxError> {
        let mood = *self.0.lock().unwrap();
        match mood {
            Mood::Gives => Ok(SECRET.to_owned().into()),
            Mood::Fails => Err(format!("could not parse `{SECRET}`").into()),
            Mood::Panics => panic!("the source panics on purpose"),
            Mood::Hangs => pending().await,
        }
    }
}

fn client_of(endpoint: &Endpoint, source: impl SecretSource) -> WristbandM2mClient {
    WristbandM2mClient::builder()
        .client_id("billing")
        .client_secret_source(source)
        .token_endpoint(&endpoint.server.url("/token"))
        .request_timeout(Duration::from_secs(3))
        .build()
        .unwrap()
}

/// Waits until the client has a fresh token.
async fn healed(client: &WristbandM2mClient) {
    let healed = async {
        while client.status().state() != TokenState::Fresh {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), healed)
        .await
        .expect("no fresh token within a minute");
}

#[tokio::test]
async fn a_broken_source_fails_no_call_while_a_secret_is_known() {
    let endpoint = Endpoint::start(SECRET).await;
    let source = Moody::new(Mood::Gives);
    let client = client_of(&endpoint, source.clone());
    client.get_token().await.unwrap();
    for mood in [Mood::Fails, Mood::Hangs, Mood::Panics] {
        source.turn(mood);
        renew(&client).await;
        let error = client.status().last_error().unwrap();
        assert_eq!(error.kind(), TokenErrorKind::Source, "{mood:?}");
        source.turn(Mood::Gives);
        renew(&client).await;
        assert!(client.status().last_error().is_none(), "{mood:?}");
    }
    assert_eq!(endpoint.refused(), 0);
}

#[tokio::test]
async fn a_source_that_never_returned_a_secret_fails_each_call() {
    let endpoint = Endpoint::start(SECRET).await;
    for mood in [Mood::Fails, Mood::Hangs, Mood::Panics] {
        let source = Moody::new(mood);
        let client = client_of(&endpoint, source.clone());
        let error = client.get_token().await.unwrap_err();
        assert_eq!(error.kind(), TokenErrorKind::Source, "{mood:?}");
        assert!(error.is_transient());
        source.turn(Mood::Gives);
        client.get_token().await.unwrap();
    }
    assert_eq!(endpoint.refused(), 0);
}

#[tokio::test]
async fn a_source_that_panics_before_returning_a_future_has_failed() {
    struct Broken;

    // What `async_trait` expands to.
    impl SecretSource for Broken {
        fn client_secret<'a, 'b>(
            &'a self,
        ) -> Pin<Box<dyn Future<Output = Result<ClientSecret, BoxError>> + Send + 'b>>
        where
            'a: 'b,
            Self: 'b,
        {
            panic!("the source panics on purpose")
        }
    }

    let endpoint = Endpoint::start(SECRET).await;
    let error = client_of(&endpoint, Broken).get_token().await.unwrap_err();
    assert_eq!(error.kind(), TokenErrorKind::Source);
}

#[tokio::test]
async fn a_rotation_during_an_outage_heals_with_the_new_secret() {
    let endpoint = Endpoint::start("first").await;
    let mounted = Mounted::new("first");
    let client = endpoint.client(&mounted.file);
    let token = client.get_token().await.unwrap();

    endpoint.set_down(true);
    client.replace_token(&token).await.unwrap_err();
    mounted.rename("second");
    endpoint.add("second");
    endpoint.revoke("first");
    assert_eq!(client.status().state(), TokenState::Degraded);
    assert!(client.get_token().await.unwrap().is_same_token(&token));

    endpoint.set_down(false);
    healed(&client).await;
    assert_eq!(endpoint.last_secret(), "second");
    assert_eq!(endpoint.refused(), 0);
    assert!(client.status().last_error().is_none());
}

#[tokio::test]
async fn a_missing_file_and_a_revoked_secret_leave_the_valid_token_in_use() {
    let endpoint = Endpoint::start("first").await;
    let mounted = Mounted::new("first");
    let client = endpoint.client(&mounted.file);
    let token = client.get_token().await.unwrap();

    std::fs::remove_file(&mounted.file).unwrap();
    endpoint.add("second");
    endpoint.revoke("first");
    let error = client.replace_token(&token).await.unwrap_err();
    assert_eq!(error.oauth_error(), Some("invalid_client"));
    assert_eq!(client.status().state(), TokenState::Degraded);
    assert!(client.get_token().await.unwrap().is_same_token(&token));

    mounted.write("second");
    client.clear_token();
    client.get_token().await.unwrap();
    assert!(endpoint.refused() > 0);
    assert!(client.status().last_error().is_none());
}

#[test]
fn no_error_of_a_source_is_traced() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    // With a single subscriber, `tracing` permanently disables an event that a thread of another test reaches first.
    let _second = tracing::Dispatch::new(tracing::subscriber::NoSubscriber::default());
    let captured = Captured::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(tracing_subscriber::fmt::format::FmtSpan::FULL)
        .with_writer(captured.clone())
        .with_ansi(false)
        .finish();
    let failing = async {
        let endpoint = Endpoint::start(SECRET).await;
        let source = Moody::new(Mood::Fails);
        let client = client_of(&endpoint, source.clone());
        let first = client.get_token().await.unwrap_err();
        source.turn(Mood::Gives);
        client.get_token().await.unwrap();
        source.turn(Mood::Fails);
        renew(&client).await;
        let cause = std::error::Error::source(&first).map(ToString::to_string);
        format!(
            "{first} {first:?} {cause:?} {client:?} {:?}",
            client.status()
        )
    };
    let shown = tracing::subscriber::with_default(subscriber, || runtime.block_on(failing));
    let traced = captured.text();
    assert!(
        traced.contains("using the client secret from before"),
        "{traced}"
    );
    assert!(shown.contains("is not shown"), "{shown}");
    assert!(!traced.contains(SECRET) && !shown.contains(SECRET));
}
