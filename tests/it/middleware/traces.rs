//! What is logged, and what is not.

use std::io;
use std::sync::{Arc, Mutex};

use tracing::instrument::WithSubscriber;
use tracing_subscriber::fmt::MakeWriter;

use super::*;

/// Everything that is traced, as text.
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
async fn a_recovery_is_told_without_the_token_or_the_request() {
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
        Log::lines_with(&text, &["INFO", "rejected the token", "http://127.0.0.1"]).len(),
        1,
        "{ours}"
    );
    assert_eq!(Log::lines_with(&text, &["sent again"]).len(), 1, "{ours}");
    assert!(!ours.contains("WARN"), "{ours}");
    // reqwest and hyper may tell the path at TRACE; we never do, and nobody tells the token.
    assert!(!ours.contains("secret"), "{ours}");
    for token in tokens {
        assert!(!text.contains(&token));
    }
    assert!(!text.contains("secret-body"));
}

#[tokio::test]
async fn a_cool_down_warns_once_and_tells_when_it_is_over() {
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
            "the third renewal in vain begins it"
        );
        for _ in 0..17 {
            http.get(api.url("/ill")).send().await.unwrap();
        }
        http.get(api.url("/well")).send().await.unwrap();
        http.get(api.url("/well")).send().await.unwrap();
    };
    story.with_subscriber(log.subscriber()).await;

    let text = log.text();
    let ours = Log::lines_with(&text, &["wristband_m2m_reqwest"]).join("\n");
    assert_eq!(Log::lines_with(&ours, &["WARN"]).len(), 1, "{ours}");
    let warning = [
        "WARN",
        "refuses new tokens",
        "http://127.0.0.1",
        "cool_down_ms=1",
    ];
    assert_eq!(Log::lines_with(&ours, &warning).len(), 1, "{ours}");
    assert_eq!(
        Log::lines_with(&ours, &["INFO", "accepts tokens again"]).len(),
        1,
        "{ours}"
    );
    assert!(
        !Log::lines_with(&ours, &["DEBUG", "cools down"]).is_empty(),
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
