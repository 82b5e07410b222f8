//! A cache that shares its tokens through a store.

use super::*;
use crate::store::SimulatedStore;

fn sharing(store: &SimulatedStore, script: impl IntoIterator<Item = Step>) -> Arc<TokenCache> {
    let policy = ExpiryPolicy {
        buffer: Duration::from_secs(60),
        refresh_ahead: Duration::from_secs(60),
    };
    let backend = Backend::Custom(FakeSource::new(script));
    let shared = Arc::new(SharedTokens::new(Arc::new(store.clone()), policy));
    let fetcher =
        Fetcher::new(backend, TokenRetry::none(), Duration::from_secs(30)).with_store(Some(shared));
    Arc::new(TokenCache::new(fetcher, policy, None))
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_joins_an_adoption_gets_the_life_it_needs() {
    let store = SimulatedStore::new();
    assert_eq!(get(&sharing(&store, [token("a", HOUR)])).await, ok("a"));
    pass(HOUR / 2).await;
    let cache = sharing(&store, [token("b", HOUR)]);
    let (any, long) = tokio::join!(get(&cache), get_for(&cache, HOUR / 4 * 3));
    assert_eq!((any, long), (ok("a"), ok("b")));
}

#[tokio::test(start_paused = true)]
async fn a_background_refresh_that_joins_an_adoption_gets_a_token_as_new_as_it_needs() {
    let store = SimulatedStore::new();
    assert_eq!(get(&sharing(&store, [token("a", HOUR)])).await, ok("a"));
    pass(HOUR / 2).await;
    let cache = sharing(&store, [token("b", HOUR)]);
    let max_age = Duration::from_secs(HOUR / 4);
    let (any, new) = tokio::join!(get(&cache), cache.refresh(max_age));
    assert_eq!(any, ok("a"));
    assert_eq!(new.unwrap().as_str(), "b");
}

#[tokio::test(start_paused = true)]
async fn a_token_that_was_being_put_when_the_cache_was_cleared_is_not_adopted() {
    // The look takes 100 ms, and the put another 100 ms. It takes effect after half of that.
    for cleared_after in [120, 170] {
        let store = SimulatedStore::new();
        store.set_delay(Duration::from_millis(100));
        let cache = sharing(&store, [token("old", HOUR), token("new", HOUR)]);
        let next = async {
            sleep(Duration::from_millis(cleared_after)).await;
            assert_eq!(cache.status().token_requests(), 1);
            cache.clear();
            get(&cache).await
        };
        let (early, next) = tokio::join!(get(&cache), next);
        assert_eq!(early, ok("old"), "its own waiters get its result");
        assert_eq!(next, ok("new"), "cleared after {cleared_after} ms");
    }
}
