//! Nothing confidential is sent to a store, or kept in it.

use std::fmt::Write as _;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use wristband_m2m::testing::MockWristband;
use wristband_m2m::{FileTokenStore, RedisTokenStore, TokenStore, WristbandM2mClient};
use wristband_m2m_fleet_tests::{RedisServer, TestDirectory};

/// Uses every operation of a store, and returns the texts that must not be found there.
async fn exercise<S: TokenStore>(store: impl Fn() -> S) -> Vec<String> {
    let wristband = MockWristband::start().await;
    let client =
        || -> WristbandM2mClient { wristband.builder().token_store(store()).build().unwrap() };
    let (one, other) = (client(), client());
    let mut secrets = vec![
        MockWristband::CLIENT_ID.to_owned(),
        MockWristband::CLIENT_SECRET.to_owned(),
        wristband.url().split('/').nth(2).unwrap().to_owned(),
    ];
    // Slow enough for the lease to be renewed.
    wristband.set_delay(Duration::from_millis(900));
    let first = one.get_token().await.unwrap();
    wristband.set_delay(Duration::ZERO);
    other.get_token().await.unwrap();
    let second = one.replace_token(&first).await.unwrap();
    one.clear_token();
    let third = one.get_token().await.unwrap();
    wristband.fail_next(3, 503);
    other.clear_token();
    one.clear_token();
    one.get_token().await.unwrap_err();
    secrets.extend([first, second, third].map(|token| token.as_str().to_owned()));
    secrets
}

/// Returns `text` in the encodings in which it may appear.
fn encodings(text: &str) -> Vec<String> {
    let mut encodings = vec![
        text.to_owned(),
        utf8_percent_encode(text, NON_ALPHANUMERIC).to_string(),
        text.bytes().fold(String::new(), |mut hex, byte| {
            write!(hex, "{byte:02x}").expect("a string");
            hex
        }),
    ];
    // Base64 depends on the offset.
    for before in 0..3 {
        let padded = format!("{}{text}", "x".repeat(before));
        for engine in [STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
            let encoded = engine.encode(&padded);
            let whole = padded.len() / 3 * 4;
            encodings.push(encoded[(before * 8).div_ceil(6)..whole].to_owned());
        }
    }
    encodings
}

fn leaks(bytes: &[u8], secrets: &[String]) -> Vec<String> {
    let needles = secrets.iter().flat_map(|secret| encodings(secret));
    needles
        .filter(|needle| {
            bytes
                .windows(needle.len())
                .any(|window| window == needle.as_bytes())
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn redis_receives_and_keeps_nothing_confidential() {
    let Some(redis) = RedisServer::start() else {
        return;
    };
    // A compressed text would not be found.
    redis.command(&["CONFIG", "SET", "rdbcompression", "no"]);
    let snapshot = || {
        assert_eq!(redis.command(&["SAVE"]), "OK");
        std::fs::read(redis.directory().path().join("dump.rdb")).unwrap()
    };
    let monitor = redis.monitor();
    let secrets = exercise(|| RedisTokenStore::new(redis.url()).unwrap()).await;
    let stored = snapshot();
    let sent = monitor.finish();
    let has_seen = |text: &str| {
        sent.windows(text.len())
            .any(|window| window == text.as_bytes())
    };
    for command in ["evalsha", "getrange", "pexpire", "wm2m1:{", ":failed"] {
        assert!(
            has_seen(command) || has_seen(&command.to_uppercase()),
            "{command} was not used"
        );
    }
    assert!(stored.windows(6).any(|window| window == b"wm2m1:"));
    assert_eq!(leaks(&sent, &secrets), [""; 0]);
    assert_eq!(leaks(&stored, &secrets), [""; 0]);

    // Checks the search itself.
    for secret in &secrets {
        let monitor = redis.monitor();
        let value = STANDARD_NO_PAD.encode(format!("id:{secret}"));
        redis.command(&["SET", "control", &value]);
        assert!(!leaks(&snapshot(), &secrets).is_empty());
        assert!(!leaks(&monitor.finish(), &secrets).is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_keeps_nothing_confidential() {
    let directory = TestDirectory::new();
    let secrets = exercise(|| FileTokenStore::new(directory.path()).unwrap()).await;
    let mut files = 0;
    for file in std::fs::read_dir(directory.path()).unwrap() {
        let path = file.unwrap().path();
        let mut bytes = path.file_name().unwrap().as_encoded_bytes().to_vec();
        bytes.extend(std::fs::read(&path).unwrap());
        assert_eq!(leaks(&bytes, &secrets), [""; 0], "{path:?}");
        files += 1;
    }
    assert!(files >= 2);
}
