//! A cache whose source counts its fetches.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use shuttle::future::yield_now;

use super::HOUR;
use crate::cache::TokenCache;
use crate::error::{TokenError, TokenErrorKind};
use crate::fetch::{Backend, Fetcher, IssuedToken, TokenRetry, TokenSource};
use crate::token::expiry::ExpiryPolicy;

/// Counts its fetches, numbers its tokens, and fails the fetches that the test lists.
#[derive(Default)]
pub(super) struct Counting {
    pub(super) started: AtomicU64,
    under_way: AtomicU64,
    pub(super) most_under_way: AtomicU64,
    fails: Vec<u64>,
}

/// A fetch that is dropped is no longer under way either.
struct UnderWay<'a>(&'a Counting);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Ordering::Relaxed);
    }
}

#[async_trait]
impl TokenSource for Counting {
    async fn fetch_token(&self) -> Result<IssuedToken, TokenError> {
        let number = self.started.fetch_add(1, Ordering::Relaxed) + 1;
        let under_way = self.under_way.fetch_add(1, Ordering::Relaxed) + 1;
        self.most_under_way.fetch_max(under_way, Ordering::Relaxed);
        let _under_way = UnderWay(self);
        yield_now().await;
        if self.fails.contains(&number) {
            return Err(TokenError::new(TokenErrorKind::Network, "as scripted"));
        }
        Ok(IssuedToken::new(number.to_string(), HOUR))
    }
}

pub(super) struct World {
    pub(super) cache: Arc<TokenCache>,
    pub(super) source: Arc<Counting>,
}

/// `buffer` as long as the life, less a moment, makes each token one that wants to be renewed.
pub(super) fn world(buffer: Duration, fails: &[u64]) -> World {
    let source = Arc::new(Counting {
        fails: fails.to_vec(),
        ..Counting::default()
    });
    let backend = Backend::Custom(Arc::new(Arc::clone(&source)));
    let fetcher = Fetcher::new(backend, TokenRetry::none(), HOUR);
    let policy = ExpiryPolicy {
        buffer,
        refresh_ahead: Duration::ZERO,
    };
    World {
        cache: Arc::new(TokenCache::new(fetcher, policy, None)),
        source,
    }
}
