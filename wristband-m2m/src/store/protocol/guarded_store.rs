//! The store behind its circuit breaker.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use super::health::{Health, StoreState};
use crate::clock::Moment;
use crate::runtime::{Mutex, lock, within};
use crate::store::contract::{StoreError, TokenStore};
use crate::telemetry::{StateGauge, store_changed, store_operation};

pub(super) type Operation<T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send>>;

/// A [`TokenStore`] whose operations are bounded in time, and which is left alone after one has failed.
pub(super) struct GuardedStore {
    store: Arc<dyn TokenStore>,
    health: Mutex<Health>,
    state_gauge: StateGauge<StoreState>,
}

impl GuardedStore {
    pub(super) fn new(store: Arc<dyn TokenStore>) -> Self {
        Self {
            store,
            health: Mutex::default(),
            state_gauge: StateGauge::new(StoreState::Ready),
        }
    }

    /// The client is gone, even if one of its flights is not.
    pub(super) fn clear_gauge(&self) {
        self.state_gauge.clear();
    }

    pub(super) fn state(&self) -> StoreState {
        lock(&self.health).state()
    }

    pub(super) fn error(&self) -> Option<StoreError> {
        lock(&self.health).error()
    }

    /// Returns how long an operation may take now; `None` while the store is left alone.
    pub(super) fn limit(&self) -> Option<Duration> {
        lock(&self.health).limit(&Moment::now())
    }

    /// Prepares an operation, traced under `name`.
    pub(super) fn operation<T: 'static, F>(
        &self,
        name: &'static str,
        operate: impl FnOnce(Arc<dyn TokenStore>) -> F,
    ) -> Operation<T>
    where
        F: Future<Output = Result<T, StoreError>> + Send + 'static,
    {
        Box::pin(store_operation(name, operate(Arc::clone(&self.store))))
    }

    /// Runs one operation, unless the store is left alone. Returns `None` if it failed or took too long.
    pub(super) async fn attempt<T>(&self, operation: Operation<T>) -> Option<T> {
        self.attempt_within(self.limit()?, operation).await
    }

    /// Like [`attempt`](Self::attempt), but within `limit` instead of [`limit()`](Self::limit).
    pub(super) async fn attempt_within<T>(
        &self,
        limit: Duration,
        mut operation: Operation<T>,
    ) -> Option<T> {
        self.limit()?;
        match self.run(limit, &mut operation).await {
            Some(outcome) => outcome,
            None => {
                self.timed_out();
                None
            }
        }
    }

    /// Runs one operation. Returns `None` if it is still under way after `limit`, and `Some(None)` if it failed.
    pub(super) async fn run<T>(
        &self,
        limit: Duration,
        operation: &mut Operation<T>,
    ) -> Option<Option<T>> {
        let result = bounded(limit, operation).await?;
        Some(self.note(result))
    }

    pub(super) fn timed_out(&self) {
        self.failed("the token store did not respond in time");
    }

    pub(super) fn failed(&self, message: &'static str) {
        self.note::<()>(Err(StoreError::because(message)));
    }

    fn note<T>(&self, result: Result<T, StoreError>) -> Option<T> {
        let change = {
            let mut health = lock(&self.health);
            match &result {
                Ok(_) => health.succeeded(),
                Err(error) => health.failed(error.clone(), &Moment::now()),
            }
        };
        // The lock is released: a subscriber may read the client's status.
        if let Some(change) = change {
            self.state_gauge.update(|| self.state());
            store_changed(change);
        }
        result.ok()
    }
}

/// Returns the outcome of `operation`, or `None` after `limit`. A store that panics has failed.
pub(super) async fn bounded<T>(
    limit: Duration,
    operation: &mut Operation<T>,
) -> Option<Result<T, StoreError>> {
    let mut guarded = std::future::poll_fn(|context| {
        let poll = catch_unwind(AssertUnwindSafe(|| operation.as_mut().poll(context)));
        poll.unwrap_or_else(|_| Poll::Ready(Err(StoreError::because("the token store panicked"))))
    });
    if let Some(result) = within(limit, &mut guarded).await {
        return Some(result);
    }
    // A runtime that was busy for a while sees the timeout before the reply that has arrived in the meantime.
    for _ in 0..3 {
        tokio::task::yield_now().await;
        let polled = std::future::poll_fn(|context| {
            Poll::Ready(match Pin::new(&mut guarded).poll(context) {
                Poll::Ready(result) => Some(result),
                Poll::Pending => None,
            })
        });
        if let Some(result) = polled.await {
            return Some(result);
        }
    }
    None
}
