//! The background refresh, and the end of everything.

use super::*;

fn background_client(
    script: impl IntoIterator<Item = Step>,
) -> (WristbandM2mClient, Arc<FakeSource>) {
    let source = FakeSource::new(script);
    let client = WristbandM2mClient::builder()
        .token_source(Arc::clone(&source))
        .retry(TokenRetry::none())
        .background_token_refresh_interval(Duration::from_secs(600))
        .build();
    (client.unwrap(), source)
}

#[tokio::test(start_paused = true)]
async fn the_background_renews_at_its_interval_and_survives_failures() {
    let (client, _source) = background_client([
        token("a", HOUR),
        token("b", HOUR),
        refusal(),
        Panic,
        token("c", HOUR),
    ]);
    assert_eq!(client.get_token().await.unwrap().as_str(), "a");
    let start = Instant::now();
    until(|| client.status().token_requests() == 2).await;
    assert_eq!(start.elapsed().as_secs(), 600);
    assert_eq!(client.get_token().await.unwrap().as_str(), "b");
    until(|| client.status().state() == TokenState::Degraded).await;
    assert_eq!(start.elapsed().as_secs(), 1200);
    assert_eq!(client.get_token().await.unwrap().as_str(), "b");
    until(|| client.status().state() == TokenState::Fresh).await;
    assert_eq!(client.get_token().await.unwrap().as_str(), "c");
}

#[tokio::test(start_paused = true)]
async fn everything_stops_when_the_last_handle_is_dropped() {
    let tasks = || {
        tokio::runtime::Handle::current()
            .metrics()
            .num_alive_tasks()
    };
    let idle = tasks();
    let (client, source) = background_client([token("a", HOUR), outage(), Hang]);
    assert_eq!(tasks(), idle, "nothing is spawned in the constructor");
    let clone = client.clone();
    clone.get_token().await.unwrap();
    assert_eq!(tasks(), idle + 1);
    // The background's refresh fails, and the detached retry that follows hangs.
    until(|| client.status().token_requests() == 3).await;
    drop(client);
    yield_now().await;
    assert!(tasks() > idle);
    drop(clone);
    until(|| tasks() == idle).await;
    assert_eq!(Arc::strong_count(&source), 1);
}

#[test]
fn the_background_moves_to_the_next_runtime_though_the_token_is_cached() {
    let (client, _source) =
        background_client([token("a", HOUR), token("b", HOUR), token("c", HOUR)]);
    for (requests, value) in [(2, "a"), (3, "b")] {
        runtime().block_on(async {
            assert_eq!(client.get_token().await.unwrap().as_str(), value);
            until(|| client.status().token_requests() == requests).await;
            let renewed = client.get_token().await.unwrap();
            assert_ne!(renewed.as_str(), value);
        });
    }
}

#[test]
fn a_background_without_a_runtime_does_not_panic() {
    let background = BackgroundRefresh::new(Duration::from_secs(60));
    background.ensure_running(&cache([]));
}
