//! Client secrets rotated while the process runs: secret files, and a real token endpoint.

mod failures;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tempfile::TempDir;
use tracing_subscriber::layer::{Context, SubscriberExt as _};
use wristband_m2m::{SecretFile, TokenErrorKind, TokenState, WristbandM2mClient};
use wristband_m2m_tests::{ApiServer, Reply};

use super::rotation::secret_of;

/// An endpoint whose secrets an operator adds and revokes.
struct Endpoint {
    server: ApiServer,
    valid: Arc<Mutex<HashSet<String>>>,
    refused: Arc<AtomicUsize>,
    is_down: Arc<AtomicBool>,
}

impl Endpoint {
    async fn start(secret: &str) -> Self {
        let valid = Arc::new(Mutex::new(HashSet::from([secret.to_owned()])));
        let refused = Arc::new(AtomicUsize::new(0));
        let is_down = Arc::new(AtomicBool::new(false));
        let (known, counted) = (Arc::clone(&valid), Arc::clone(&refused));
        let down = Arc::clone(&is_down);
        let server = ApiServer::start(move |request| {
            if down.load(Ordering::SeqCst) {
                return Reply::status(503);
            }
            if known.lock().unwrap().contains(&secret_of(request)) {
                return Reply::json(200, r#"{"access_token":"abc","expires_in":3600}"#);
            }
            counted.fetch_add(1, Ordering::SeqCst);
            Reply::json(401, r#"{"error":"invalid_client"}"#)
        })
        .await;
        Self {
            server,
            valid,
            refused,
            is_down,
        }
    }

    fn add(&self, secret: &str) {
        self.valid.lock().unwrap().insert(secret.to_owned());
    }

    fn revoke(&self, secret: &str) {
        self.valid.lock().unwrap().remove(secret);
    }

    fn set_down(&self, is_down: bool) {
        self.is_down.store(is_down, Ordering::SeqCst);
    }

    fn refused(&self) -> usize {
        self.refused.load(Ordering::SeqCst)
    }

    fn last_secret(&self) -> String {
        secret_of(self.server.requests().last().unwrap())
    }

    fn client(&self, file: &Path) -> WristbandM2mClient {
        WristbandM2mClient::builder()
            .client_id("billing")
            .client_secret_source(SecretFile::new(file))
            .token_endpoint(&self.server.url("/token"))
            .build()
            .unwrap()
    }
}

/// A secret file in a temporary directory.
struct Mounted {
    directory: TempDir,
    file: PathBuf,
}

impl Mounted {
    fn new(secret: &str) -> Self {
        let directory = TempDir::new().unwrap();
        let file = directory.path().join("client-secret");
        std::fs::write(&file, secret).unwrap();
        Self { directory, file }
    }

    /// Replaces the file, as Vault Agent does.
    fn rename(&self, secret: &str) {
        let new = self.directory.path().join("new");
        std::fs::write(&new, secret).unwrap();
        std::fs::rename(new, &self.file).unwrap();
    }

    fn write(&self, secret: &str) {
        std::fs::write(&self.file, secret).unwrap();
    }
}

/// Fetches a new token, as after a 401 from an API.
async fn renew(client: &WristbandM2mClient) {
    let token = client.get_token().await.unwrap();
    client.replace_token(&token).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_rotations_under_load_fail_no_call_and_cost_at_most_one_refused_request_each() {
    let endpoint = Endpoint::start("first").await;
    let mounted = Mounted::new("first\n");
    let client = endpoint.client(&mounted.file);
    client.get_token().await.unwrap();

    // A thousand calls a second.
    let is_over = Arc::new(AtomicBool::new(false));
    let callers: Vec<_> = (0..10)
        .map(|_| {
            let (client, is_over) = (client.clone(), Arc::clone(&is_over));
            tokio::spawn(async move {
                let mut pause = tokio::time::interval(Duration::from_millis(10));
                let mut calls = 0;
                while !is_over.load(Ordering::SeqCst) {
                    client
                        .get_token()
                        .await
                        .expect("a token despite the rotation");
                    calls += 1;
                    pause.tick().await;
                }
                calls
            })
        })
        .collect();

    for (before, secret) in [
        ("first", "second"),
        ("second", "third"),
        ("third", "fourth"),
    ] {
        let refused = endpoint.refused();
        endpoint.add(secret);
        renew(&client).await;
        if secret == "third" {
            // Written in place: empty, then half written, then whole.
            for written in ["", "thi"] {
                mounted.write(written);
                renew(&client).await;
                assert_eq!(endpoint.last_secret(), "second");
                assert!(client.status().last_error().is_some());
            }
            mounted.write("third\r\n");
        } else {
            mounted.rename(secret);
        }
        renew(&client).await;
        assert_eq!(endpoint.last_secret(), secret);
        assert!(client.status().last_error().is_none());
        endpoint.revoke(before);
        renew(&client).await;
        let refused = endpoint.refused() - refused;
        assert!(
            refused <= 1,
            "{refused} refused requests in the rotation to {secret}"
        );
    }

    is_over.store(true, Ordering::SeqCst);
    for caller in callers {
        assert!(caller.await.unwrap() > 0);
    }
    assert_eq!(client.status().state(), TokenState::Fresh);
}

#[tokio::test]
async fn a_rotation_between_two_reads_costs_one_refused_request() {
    let endpoint = Endpoint::start("first").await;
    let mounted = Mounted::new("first");
    let client = endpoint.client(&mounted.file);
    client.get_token().await.unwrap();
    // The source reads the new secret once, and then the old one again.
    endpoint.add("second");
    mounted.rename("second");
    renew(&client).await;
    endpoint.revoke("first");
    mounted.rename("first");
    renew(&client).await;
    assert_eq!(endpoint.last_secret(), "second");
    assert_eq!(endpoint.refused(), 1);
    let error = client.status().last_error().unwrap();
    assert_eq!(error.kind(), TokenErrorKind::Source);
    assert!(error.to_string().contains("was refused"), "{error}");
    // The refused secret is not sent again.
    renew(&client).await;
    assert_eq!(endpoint.refused(), 1);
}

#[tokio::test]
async fn each_fault_of_the_file_is_bridged_and_reported() {
    let endpoint = Endpoint::start("s3cr3t").await;
    let mounted = Mounted::new("s3cr3t");
    let client = endpoint.client(&mounted.file);
    client.get_token().await.unwrap();

    type Break = fn(&Path);
    let breaks: [(Break, &str); 4] = [
        (
            |file| std::fs::remove_file(file).unwrap(),
            "could not be read",
        ),
        (
            |file| std::fs::create_dir(file).unwrap(),
            "is not a regular file",
        ),
        (|file| std::fs::write(file, "\n").unwrap(), "is empty"),
        (
            |file| std::fs::write(file, "s3cr3t\ns3cr3t\n").unwrap(),
            "is not one line",
        ),
    ];
    for (break_file, problem) in breaks {
        break_file(&mounted.file);
        renew(&client).await;
        assert_eq!(endpoint.last_secret(), "s3cr3t");
        assert_eq!(client.status().state(), TokenState::Fresh);
        let error = client.status().last_error().unwrap();
        assert_eq!(error.kind(), TokenErrorKind::Source);
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert!(cause.contains(problem), "{cause}");
        assert!(!format!("{error} {error:?}").contains("s3cr3t"));

        if mounted.file.is_dir() {
            std::fs::remove_dir(&mounted.file).unwrap();
        }
        for whole in ["s3cr3t", "s3cr3t\n", "s3cr3t\r\n"] {
            mounted.write(whole);
            renew(&client).await;
            assert!(client.status().last_error().is_none(), "{whole:?}");
        }
        std::fs::remove_file(&mounted.file).unwrap();
    }
    assert_eq!(endpoint.refused(), 0);
}

/// Counts the warnings emitted on this thread.
#[derive(Clone, Default)]
struct Warnings(Arc<AtomicUsize>);

impl<S: tracing::Subscriber> tracing_subscriber::Layer<S> for Warnings {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        if *event.metadata().level() == tracing::Level::WARN {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }
}

#[tokio::test]
async fn a_source_that_keeps_failing_logs_one_warning() {
    // Keeps every callsite enabled, whichever test is the first to reach it.
    let _ = tracing::subscriber::set_global_default(tracing_subscriber::registry());
    let warnings = Warnings::default();
    let subscriber = tracing_subscriber::registry().with(warnings.clone());
    let _subscribed = tracing::subscriber::set_default(subscriber);

    let endpoint = Endpoint::start("s3cr3t").await;
    let mounted = Mounted::new("s3cr3t");
    let client = endpoint.client(&mounted.file);
    client.get_token().await.unwrap();
    for failures in 1..=2 {
        std::fs::remove_file(&mounted.file).unwrap();
        for _ in 0..3 {
            renew(&client).await;
            assert_eq!(warnings.0.load(Ordering::SeqCst), failures);
        }
        mounted.write("s3cr3t");
        renew(&client).await;
    }
}

#[tokio::test]
async fn a_missing_file_fails_calls_until_it_is_written() {
    let endpoint = Endpoint::start("s3cr3t").await;
    let directory = TempDir::new().unwrap();
    let file = directory.path().join("client-secret");
    let client = endpoint.client(&file);
    let error = client.get_token().await.unwrap_err();
    assert_eq!(error.kind(), TokenErrorKind::Source);
    assert_eq!(error.attempts(), 0);
    assert!(error.is_transient());
    assert_eq!(client.status().state(), TokenState::Failed);
    std::fs::write(&file, "s3cr3t").unwrap();
    client.get_token().await.unwrap();
    assert!(client.status().last_error().is_none());
}
