//! What the middleware logs, and what it does not.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tracing::instrument::WithSubscriber;
use tracing_subscriber::fmt::MakeWriter;

use super::*;

/// The whole log, as text.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).expect("text")
    }

    fn lines_with<'a>(text: &'a str, words: &[&str]) -> Vec<&'a str> {
        text.lines()
            .filter(|line| words.iter().all(|word| line.contains(word)))
            .collect()
    }

    fn subscriber(&self) -> impl tracing::Subscriber + Send + Sync + use<> {
        // Keeps every callsite enabled: one first reached by a test without a subscriber could be cached as
        // disabled while this one is being registered.
        let _ = tracing::subscriber::set_global_default(tracing_subscriber::registry());
        tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_span_events(tracing_subscriber::fmt::format::FmtSpan::FULL)
            .with_ansi(false)
            .with_writer(self.clone())
            .finish()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn a_recovery_is_logged_without_the_token_or_the_request() {
    let log = Log::default();
    let story = async {
        let wristband = MockWristband::start().await;
        let api = protected_api(&wristband).await;
        let client = wristband.client();
        let old = client.get_token().await.unwrap();
        wristband.revoke_all();
        let http = authenticated(&client);
        let request = http
            .post(api.url("/secret-path?secret-query"))
            .body("secret-body");
        assert_eq!(request.send().await.unwrap().status(), 200);
        let new = client.get_token().await.unwrap();
        [old.as_str().to_owned(), new.as_str().to_owned()]
    };
    let tokens = story.with_subscriber(log.subscriber()).await;

    let text = log.text();
    let ours = Log::lines_with(&text, &["wristband_m2m_reqwest"]).join("\n");
    assert_eq!(
        Log::lines_with(&ours, &["DEBUG", "rejected the token", "http://127.0.0.1"]).len(),
        1,
        "{ours}"
    );
    assert_eq!(
        Log::lines_with(&text, &["sending the request again"]).len(),
        1,
        "{ours}"
    );
    assert!(!ours.contains("WARN"), "{ours}");
    // reqwest and hyper may log the path at TRACE; we never do, and no crate logs the token.
    assert!(!ours.contains("secret"), "{ours}");
    for token in tokens {
        assert!(!text.contains(&token));
    }
    assert!(!text.contains("secret-body"));
}

#[tokio::test]
async fn an_open_circuit_warns_once_and_reports_when_it_closes() {
    let log = Log::default();
    let reading = log.clone();
    let story = async {
        let wristband = MockWristband::start().await;
        let guarding = wristband.clone();
        let api = ApiServer::start(move |request| match &*request.target {
            "/well" => guard(&guarding, request),
            _ => Reply::status(401),
        })
        .await;
        let http = authenticated(&wristband.client());
        for _ in 0..3 {
            http.get(api.url("/ill")).send().await.unwrap();
        }
        assert!(
            reading.text().contains("WARN"),
            "the third failed renewal opens the circuit"
        );
        for _ in 0..17 {
            http.get(api.url("/ill")).send().await.unwrap();
        }
        wristband.revoke_all();
        // Half-open after 1 to 1.25 s, and then a replay is accepted.
        let end = Instant::now() + Duration::from_secs(5);
        while http.get(api.url("/well")).send().await.unwrap().status() == 401 {
            assert!(Instant::now() < end, "the circuit stays open");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    story.with_subscriber(log.subscriber()).await;

    let text = log.text();
    let ours = Log::lines_with(&text, &["wristband_m2m_reqwest"]).join("\n");
    assert_eq!(Log::lines_with(&ours, &["WARN"]).len(), 1, "{ours}");
    let warning = [
        "WARN",
        "circuit breaker opened",
        "http://127.0.0.1",
        "pause_ms=1",
    ];
    assert_eq!(Log::lines_with(&ours, &warning).len(), 1, "{ours}");
    assert_eq!(
        Log::lines_with(&ours, &["INFO", "circuit breaker closed"]).len(),
        1,
        "{ours}"
    );
    assert!(
        !Log::lines_with(&ours, &["DEBUG", "circuit breaker is open"]).is_empty(),
        "{ours}"
    );
}

#[tokio::test]
async fn the_middleware_shows_its_settings_and_no_secret() {
    let wristband = MockWristband::start().await;
    let client = wristband.client();
    let token = client.get_token().await.unwrap();
    let auth = WristbandAuth::builder(client).allow_origin("https://api.example.com");
    let text = format!(
        "{auth:?} {:?} {:#?}",
        auth.clone().build(),
        auth.clone().build()
    );
    assert!(text.contains("https://api.example.com"));
    assert!(!text.contains(token.as_str()));
    assert!(!text.contains(MockWristband::CLIENT_SECRET));
}
