//! One operation of the store, within bounds.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use crate::runtime::within;
use crate::store::contract::StoreError;

pub(super) type Operation<T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send>>;

/// The outcome of `operation`, or `None` after `limit`. A store that panics has failed.
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
    // A runtime that was busy for long finds the end of the time before the result that came in the meantime.
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
