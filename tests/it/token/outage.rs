//! A soak test: short-lived tokens, an endpoint that is down half the time, an API that sometimes rejects good tokens,
//! and revocations.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use wristband_m2m::{
    AccessToken, IssuedToken, TokenError, TokenSource, TokenState, WristbandM2mClient, async_trait,
};

const CALLERS: usize = 200;
const LIFE: Duration = Duration::from_secs(2);
/// How long the endpoint stays up or down: less than the life left in a token when its refresh begins.
const STRETCH: Duration = Duration::from_millis(400);
/// The duration of a round trip.
const LATENCY: Duration = Duration::from_millis(20);
/// A token with less life may end while a call is under way.
const SAFE: Duration = Duration::from_millis(500);

/// Alternates between up and down. Tokens are numbered, and every API rejects those below `revoked`.
struct Flaky {
    start: Instant,
    issued: AtomicU64,
    failed: AtomicU64,
    revoked: AtomicU64,
}

#[async_trait]
impl TokenSource for Flaky {
    async fn fetch_token(&self) -> Result<IssuedToken, TokenError> {
        let turn = self.start.elapsed().as_millis() / STRETCH.as_millis();
        if turn % 2 == 1 {
            tokio::time::sleep(LATENCY).await;
            self.failed.fetch_add(1, Ordering::Relaxed);
            return Err(TokenError::transient("down"));
        }
        let number = self.issued.fetch_add(1, Ordering::SeqCst);
        tokio::time::sleep(LATENCY).await;
        Ok(IssuedToken::new(number.to_string(), LIFE))
    }
}

fn number(token: &AccessToken) -> u64 {
    token
        .as_str()
        .parse()
        .expect("the source numbers its tokens")
}

/// Returns the duration of the test: 6 s, or the value of `SOAK_SECONDS`.
fn duration() -> Duration {
    let seconds = std::env::var("SOAK_SECONDS").ok();
    Duration::from_secs(seconds.and_then(|text| text.parse().ok()).unwrap_or(6))
}

/// Gets a token as a call to a healthy API would; fails the test if there is an error despite a valid token.
async fn healthy_call(client: &WristbandM2mClient) -> Option<AccessToken> {
    let status = client.status();
    match client.get_token().await {
        Ok(token) => {
            assert!(!token.remaining().is_zero(), "an expired token was served");
            Some(token)
        }
        Err(error) => {
            let left = status.expires_in().unwrap_or_default();
            assert!(left < SAFE, "failed with {error:?} despite {status:?}");
            None
        }
    }
}

/// Replaces a revoked token as the middleware does; fails the test if two replacements in a row are revoked too.
///
/// One may be: a refresh sent before the revocation, or the replacement for the API that rejects good tokens,
/// has landed or is joined.
async fn recover(client: &WristbandM2mClient, source: &Flaky, mut token: AccessToken) {
    let revoked = source.revoked.load(Ordering::SeqCst);
    for _ in 0..2 {
        if number(&token) >= revoked {
            return;
        }
        let Ok(renewed) = client.replace_token(&token).await else {
            return;
        };
        token = renewed;
    }
    let number = number(&token);
    assert!(
        number >= revoked,
        "token {number} is revoked too, as are all below {revoked}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_healthy_call_is_lost_while_a_valid_token_exists() {
    let source = Arc::new(Flaky {
        start: Instant::now(),
        issued: AtomicU64::new(0),
        failed: AtomicU64::new(0),
        revoked: AtomicU64::new(0),
    });
    let client = WristbandM2mClient::builder()
        .token_source(Arc::clone(&source))
        .build()
        .unwrap();
    client.get_token().await.unwrap();
    let end = Instant::now() + duration();

    let callers: Vec<_> = (0..CALLERS)
        .map(|_| {
            let (client, source) = (client.clone(), Arc::clone(&source));
            tokio::spawn(async move {
                let mut calls = 0u64;
                // The interval leaves CPU time for the other tasks.
                let mut pause = tokio::time::interval(Duration::from_millis(5));
                while Instant::now() < end {
                    if let Some(token) = healthy_call(&client).await {
                        recover(&client, &source, token).await;
                    }
                    calls += 1;
                    pause.tick().await;
                }
                calls
            })
        })
        .collect();
    // An API that sometimes rejects good tokens.
    let refused = tokio::spawn({
        let client = client.clone();
        async move {
            while Instant::now() < end {
                if let Some(token) = healthy_call(&client).await {
                    let renewed = client.replace_token(&token).await;
                    assert!(!renewed.is_ok_and(|renewed| renewed.is_same_token(&token)));
                }
                tokio::time::sleep(Duration::from_millis(700)).await;
            }
        }
    });
    let revoking = tokio::spawn({
        let source = Arc::clone(&source);
        async move {
            while Instant::now() < end {
                tokio::time::sleep(Duration::from_millis(1900)).await;
                source
                    .revoked
                    .store(source.issued.load(Ordering::SeqCst), Ordering::SeqCst);
            }
        }
    });

    let mut calls = 0;
    for caller in callers {
        calls += caller.await.unwrap();
    }
    refused.await.unwrap();
    revoking.await.unwrap();
    assert!(calls > 10_000, "{calls} calls");
    let issued = source.issued.load(Ordering::Relaxed);
    let failed = source.failed.load(Ordering::Relaxed);
    assert!(issued > 2 && failed > 2, "{issued} issued, {failed} failed");
    // The rate limit: a burst of 30, then one a second.
    let most = 32 + duration().as_secs() + 2;
    assert!(issued + failed <= most, "{issued} issued, {failed} failed");
    assert_ne!(client.status().state(), TokenState::Empty);
}
