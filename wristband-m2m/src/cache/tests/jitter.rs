//! Clients that started at the same moment spread their requests out.

use super::*;

const CLIENTS: usize = 64;

/// Issues tokens that live for an hour; only the first one if `has_outage`.
struct Issuer {
    has_outage: bool,
    has_issued: AtomicBool,
}

#[async_trait]
impl TokenSource for Issuer {
    async fn fetch_token(&self) -> Result<IssuedToken, TokenError> {
        if self.has_issued.swap(true, Ordering::Relaxed) && self.has_outage {
            return Err(TokenError::transient("down"));
        }
        Ok(issued("a", HOUR))
    }
}

async fn clients(interval: Option<Duration>, has_outage: bool) -> Vec<WristbandM2mClient> {
    let mut clients = Vec::new();
    for _ in 0..CLIENTS {
        let source = Issuer {
            has_outage,
            has_issued: AtomicBool::new(false),
        };
        let mut builder = WristbandM2mClient::builder()
            .token_source(source)
            .retry(TokenRetry::none());
        if let Some(interval) = interval {
            builder = builder.background_token_refresh_interval(interval);
        }
        clients.push(builder.build().unwrap());
    }
    get_all(&clients).await;
    clients
}

async fn get_all(clients: &[WristbandM2mClient]) {
    for client in clients {
        client.get_token().await.unwrap();
    }
}

/// Asserts that some clients have sent this many requests, and others fewer.
async fn assert_spread(clients: &[WristbandM2mClient], requests: u64) {
    for _ in 0..10 {
        yield_now().await;
    }
    let sent = clients
        .iter()
        .filter(|client| client.status().token_requests() >= requests)
        .count();
    assert!(
        (1..CLIENTS).contains(&sent),
        "{sent} of {CLIENTS} clients have sent request {requests}"
    );
}

#[tokio::test(start_paused = true)]
async fn clients_that_started_together_refresh_ahead_at_different_times() {
    let clients = clients(None, false).await;
    pass(HOUR - 112).await;
    get_all(&clients).await;
    assert_spread(&clients, 2).await;
}

#[tokio::test(start_paused = true)]
async fn clients_that_failed_together_retry_at_different_times() {
    let clients = clients(None, true).await;
    pass(HOUR - 50).await;
    get_all(&clients).await;
    advance(Duration::from_millis(875)).await;
    assert_spread(&clients, 3).await;
}

#[tokio::test(start_paused = true)]
async fn clients_that_started_together_refresh_in_the_background_at_different_times() {
    let clients = clients(Some(Duration::from_secs(600)), false).await;
    // The tasks begin to sleep.
    yield_now().await;
    pass(600).await;
    assert_spread(&clients, 2).await;
}
