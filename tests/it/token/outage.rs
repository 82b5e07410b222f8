//! A soak: short-lived tokens, and an endpoint that is down half of the time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use wristband_m2m::{
    IssuedToken, TokenError, TokenRetry, TokenSource, WristbandM2mClient, async_trait,
};

const CALLERS: usize = 500;
const LIFE: Duration = Duration::from_secs(2);
/// Shorter than what is left of a token when its refresh begins.
const STRETCH: Duration = Duration::from_millis(400);

/// Up and down in turns; remembers whether two requests were ever under way at once.
struct Flaky {
    start: Instant,
    under_way: AtomicUsize,
    overlaps: AtomicUsize,
    issued: AtomicU64,
    failed: AtomicU64,
}

#[async_trait]
impl TokenSource for Flaky {
    async fn fetch_token(&self) -> Result<IssuedToken, TokenError> {
        if self.under_way.fetch_add(1, Ordering::SeqCst) > 0 {
            self.overlaps.fetch_add(1, Ordering::SeqCst);
        }
        let turn = self.start.elapsed().as_millis() / STRETCH.as_millis();
        // What a round trip takes.
        tokio::task::yield_now().await;
        self.under_way.fetch_sub(1, Ordering::SeqCst);
        if turn % 2 == 1 {
            self.failed.fetch_add(1, Ordering::Relaxed);
            return Err(TokenError::transient("down"));
        }
        let number = self.issued.fetch_add(1, Ordering::Relaxed);
        Ok(IssuedToken::new(format!("t{number}"), LIFE))
    }
}

/// 20 s, or as many seconds as `SOAK_SECONDS` says.
fn duration() -> Duration {
    let seconds = std::env::var("SOAK_SECONDS").ok();
    Duration::from_secs(seconds.and_then(|text| text.parse().ok()).unwrap_or(20))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_caller_fails_while_a_valid_token_exists() {
    let source = Arc::new(Flaky {
        start: Instant::now(),
        under_way: AtomicUsize::new(0),
        overlaps: AtomicUsize::new(0),
        issued: AtomicU64::new(0),
        failed: AtomicU64::new(0),
    });
    let client = WristbandM2mClient::builder()
        .token_source(Arc::clone(&source))
        .retry(TokenRetry::none())
        .build()
        .unwrap();
    client.get_token().await.unwrap();
    let end = Instant::now() + duration();
    let callers: Vec<_> = (0..CALLERS)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move {
                let mut calls = 0u64;
                // An interval, so that 500 callers leave some of two cores to the rest.
                let mut pause = tokio::time::interval(Duration::from_millis(5));
                while Instant::now() < end {
                    let status = client.status();
                    match client.get_token().await {
                        Ok(token) => {
                            assert!(!token.remaining().is_zero(), "an expired token was served")
                        }
                        Err(error) => assert!(
                            status.expires_in().is_none(),
                            "failed with {error:?} though {status:?}"
                        ),
                    }
                    calls += 1;
                    pause.tick().await;
                }
                calls
            })
        })
        .collect();
    let mut calls = 0;
    for caller in callers {
        calls += caller.await.unwrap();
    }
    assert_eq!(
        source.overlaps.load(Ordering::SeqCst),
        0,
        "two requests at once"
    );
    assert!(calls > 10_000);
    let issued = source.issued.load(Ordering::Relaxed);
    let failed = source.failed.load(Ordering::Relaxed);
    assert!(issued > 2 && failed > 2, "{issued} issued, {failed} failed");
    // The pace: a burst of 30, then one a second.
    assert!(issued + failed <= 32 + duration().as_secs());
}
