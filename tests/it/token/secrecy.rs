//! Searches the whole log, at TRACE, for secrets and tokens.

use std::io::Write;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE};
use tracing_subscriber::fmt::MakeWriter;
use wristband_m2m::WristbandM2mClient;
use wristband_m2m_tests::{RawReply, RawServer};

use super::{SECRET, builder_for};

const TOKEN: &str = "eyJ0b2tlbi1vZi10aGlzLXRlc3Q.x_y-z~1+2/3==";

/// The output of all threads during the test.
#[derive(Clone, Default)]
pub(super) struct Captured(Arc<Mutex<Vec<u8>>>);

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Captured {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl Captured {
    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

fn percent_encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b if b.is_ascii_alphanumeric() || b"-_.~".contains(&b) => char::from(b).to_string(),
            b => format!("%{b:02X}"),
        })
        .collect()
}

fn forms_of(value: &str) -> Vec<String> {
    vec![
        value.to_owned(),
        STANDARD.encode(value),
        STANDARD_NO_PAD.encode(value),
        URL_SAFE.encode(value),
        percent_encoded(value),
    ]
}

#[test]
fn neither_secret_nor_token_is_in_anything_traced() {
    // One thread, so that the default subscriber sees everything, hyper and reqwest included.
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
    let client = tracing::subscriber::with_default(subscriber, || runtime.block_on(whole_life()));

    let text = captured.text();
    for logged in [
        "fetched a token",
        "token request failed; trying again",
        "token request failed; no token to serve",
        "fetched a token after failures",
        "cleared the rejected token",
        "wristband_m2m.fetch",
        "attempts=3",
    ] {
        assert!(
            text.contains(logged),
            "`{logged}` was not traced in\n{text}"
        );
    }
    let credential = format!("billing:{SECRET}");
    for secret in [SECRET, TOKEN, &credential] {
        for form in forms_of(secret) {
            assert!(!text.contains(&form), "{form} was traced");
            assert!(!format!("{client:?} {:?}", client.status()).contains(&form));
        }
    }
}

/// Success, clears, an outage, a rejection and the end.
async fn whole_life() -> WristbandM2mClient {
    let busy = || RawReply::json("503 Service Unavailable", TOKEN);
    let refused = format!(r#"{{"error":"invalid_client","error_description":"{SECRET} {TOKEN}"}}"#);
    let server = RawServer::start([
        RawReply::token(TOKEN),
        busy(),
        busy(),
        busy(),
        RawReply::token(TOKEN),
        RawReply::json("401 Unauthorized", &refused),
    ])
    .await;
    let client = builder_for(&server).build().unwrap();
    let token = client.get_token().await.unwrap();
    assert!(client.clear_token_if(&token));
    client.get_token().await.unwrap_err();
    client.get_token().await.unwrap();
    client.clear_token();
    client.get_token().await.unwrap_err();
    server.finish();
    client
}
