//! The blocking client, inside and outside async programs.

use std::time::Duration;

use wristband_m2m::testing::MockWristband;
use wristband_m2m::{
    IssuedToken, TokenError, TokenSource, WristbandM2mClient, async_trait, blocking,
};

struct Fixed;

#[async_trait]
impl TokenSource for Fixed {
    async fn fetch_token(&self) -> Result<IssuedToken, TokenError> {
        Ok(IssuedToken::new("abc", Duration::from_secs(3600)))
    }
}

#[test]
fn it_needs_no_runtime() {
    let client = WristbandM2mClient::builder()
        .token_source(Fixed)
        .build()
        .unwrap();
    let client = blocking::WristbandM2mClient::new(client);
    let token = client.get_token().unwrap();
    assert_eq!(token.as_str(), "abc");
    assert!(client.get_token().unwrap().is_same_token(&token));
    assert!(client.clear_token_if(&token));
    assert!(!client.get_token().unwrap().is_same_token(&token));
    assert_eq!(client.status().token_requests(), 2);
}

#[test]
fn many_threads_share_one_request_over_a_socket() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let wristband = runtime.block_on(MockWristband::start());
    wristband.set_delay(Duration::from_millis(50));
    let client = blocking::WristbandM2mClient::new(wristband.client());
    std::thread::scope(|scope| {
        for _ in 0..20 {
            scope.spawn(|| client.get_token().unwrap());
        }
    });
    assert_eq!(wristband.token_requests(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_shares_the_cache_of_the_async_client_and_may_be_called_beside_it() {
    let wristband = MockWristband::start().await;
    let client = wristband.client();
    let blocking = blocking::WristbandM2mClient::from(client.clone());
    // On a worker thread of the runtime, which this call blocks.
    let first = blocking.get_token().unwrap();
    assert!(client.get_token().await.unwrap().is_same_token(&first));
    blocking.clear_token();
    client.get_token().await.unwrap();
    assert_eq!(wristband.token_requests(), 2);
}

#[tokio::test]
async fn a_flight_on_the_blocked_thread_does_not_deadlock() {
    struct Gated(tokio::sync::Semaphore, std::sync::atomic::AtomicU32);
    #[async_trait]
    impl TokenSource for Gated {
        async fn fetch_token(&self) -> Result<IssuedToken, TokenError> {
            if self.1.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 0 {
                let _ = self.0.acquire().await;
            }
            Ok(IssuedToken::new("abc", Duration::from_secs(3600)))
        }
    }
    let source = Gated(
        tokio::sync::Semaphore::new(0),
        std::sync::atomic::AtomicU32::new(0),
    );
    let client = WristbandM2mClient::builder()
        .token_source(source)
        .build()
        .unwrap();
    let waiting = tokio::spawn({
        let client = client.clone();
        async move { client.get_token().await }
    });
    while client.status().token_requests() == 0 {
        tokio::task::yield_now().await;
    }
    let blocking = blocking::WristbandM2mClient::new(client);
    assert_eq!(blocking.get_token().unwrap().as_str(), "abc");
    waiting.abort();
}

/// The fetch of the first call waits in this worker's LIFO slot, from which other workers cannot steal.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_flight_queued_behind_the_blocking_call_does_not_stall_it() {
    let wristband = MockWristband::start().await;
    let client = wristband.client();
    let waited = tokio::spawn(async move {
        let mut call = std::pin::pin!(client.get_token());
        std::future::poll_fn(|context| {
            assert!(call.as_mut().poll(context).is_pending());
            std::task::Poll::Ready(())
        })
        .await;
        let start = std::time::Instant::now();
        blocking::WristbandM2mClient::new(client.clone())
            .get_token()
            .unwrap();
        start.elapsed()
    })
    .await
    .unwrap();
    assert!(waited < Duration::from_secs(15), "waited {waited:?}");
}

#[test]
fn its_thread_ends_with_the_last_clone() {
    struct Watched {
        _alive: std::sync::Arc<()>,
    }
    #[async_trait]
    impl TokenSource for Watched {
        async fn fetch_token(&self) -> Result<IssuedToken, TokenError> {
            Ok(IssuedToken::new("abc", Duration::from_secs(3600)))
        }
    }
    let alive = std::sync::Arc::new(());
    let source = Watched {
        _alive: std::sync::Arc::clone(&alive),
    };
    let client = WristbandM2mClient::builder()
        .token_source(source)
        .background_token_refresh_interval(Duration::from_secs(60))
        .build()
        .unwrap();
    let client = blocking::WristbandM2mClient::new(client);
    let clone = client.clone();
    clone.get_token().unwrap();
    drop(client);
    assert_eq!(std::sync::Arc::strong_count(&alive), 2);
    drop(clone);
    let start = std::time::Instant::now();
    while std::sync::Arc::strong_count(&alive) > 1 {
        assert!(
            start.elapsed() < Duration::from_secs(10),
            "the source is still held"
        );
        std::thread::yield_now();
    }
}

#[test]
fn dropping_it_inside_a_runtime_does_not_panic() {
    let client = WristbandM2mClient::builder()
        .token_source(Fixed)
        .build()
        .unwrap();
    let client = blocking::WristbandM2mClient::new(client);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(async move {
        client.get_token().unwrap();
        drop(client);
    });
}
