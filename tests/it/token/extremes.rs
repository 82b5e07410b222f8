//! Durations of zero, and durations longer than any clock can represent.

use std::time::Duration;

use wristband_m2m::testing::MockWristband;
use wristband_m2m::{TokenRetry, TokenState, WristbandM2mClientBuilder};

type Setter = fn(WristbandM2mClientBuilder, Duration) -> WristbandM2mClientBuilder;

const SETTERS: [(&str, Setter); 5] = [
    ("buffer", WristbandM2mClientBuilder::token_expiration_buffer),
    ("refresh_ahead", WristbandM2mClientBuilder::refresh_ahead),
    (
        "background_token_refresh_interval",
        WristbandM2mClientBuilder::background_token_refresh_interval,
    ),
    ("retry", |builder, delay| {
        builder.retry(TokenRetry::new(u32::MAX, delay))
    }),
    (
        "request_timeout",
        WristbandM2mClientBuilder::request_timeout,
    ),
];

/// Takes a client through its life: fetch, cache hits, renewal, rejection, recovery.
async fn live(wristband: &MockWristband, builder: WristbandM2mClientBuilder, setting: &str) {
    let client = builder
        .build()
        .unwrap_or_else(|error| panic!("{setting}: {error}"));
    let first = client.get_token().await.expect(setting);
    for min_lifetime in [Duration::ZERO, Duration::MAX] {
        let token = client.get_token_valid_for(min_lifetime).await;
        assert!(token.expect(setting).is_same_token(&first), "{setting}");
    }
    assert!(client.cached_token().is_some(), "{setting}");
    let second = client.replace_token(&first).await.expect(setting);
    wristband.fail_next(1, 401);
    client.replace_token(&second).await.expect_err(setting);
    assert_eq!(client.status().state(), TokenState::Degraded, "{setting}");
    client.get_token().await.expect(setting);
    client.clear_token();
    client.get_token().await.expect(setting);
}

#[tokio::test]
async fn settings_may_be_durations_of_any_length() {
    for life in [Duration::from_secs(3600), Duration::MAX] {
        let wristband = MockWristband::start().await;
        wristband.set_expires_in(life);
        for (name, setter) in SETTERS {
            for length in [Duration::MAX, Duration::MAX / 2, Duration::from_secs(60)] {
                let setting = format!("{name} of {length:?}, tokens of {life:?}");
                live(&wristband, setter(wristband.builder(), length), &setting).await;
            }
        }
        let all = SETTERS.iter().fold(wristband.builder(), |builder, setter| {
            setter.1(builder, Duration::MAX)
        });
        live(&wristband, all, "all at once").await;
    }
}

#[tokio::test]
async fn settings_may_be_zero_where_that_makes_sense() {
    let wristband = MockWristband::start().await;
    for (name, setter) in [SETTERS[0], SETTERS[1], SETTERS[3]] {
        live(
            &wristband,
            setter(wristband.builder(), Duration::ZERO),
            name,
        )
        .await;
    }
}
