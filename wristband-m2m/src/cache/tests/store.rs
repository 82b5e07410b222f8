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
