//! Body: the chunks of a response, with a bound on each wait.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;
use tokio::runtime::{Handle, Id};
use tokio::time::{Sleep, sleep};

use crate::client::endpoint::Endpoint;
use crate::client::error::{ApiError, ApiErrorKind};
use crate::client::response::{CallDeadline, Incoming, ResponseHead};

pub(super) struct Body {
    /// The first chunk, read to see whether there is a body.
    first: Option<Bytes>,
    /// `None` once it has ended.
    rest: Option<Pin<Box<dyn Stream<Item = reqwest::Result<Bytes>> + Send>>>,
    /// Runs while a chunk is waited for.
    idle_timeout: Option<IdleTimeout>,
    /// The runtime of the call, for a reader that is outside of any.
    runtime: Option<Handle>,
    head: ResponseHead,
    deadline: CallDeadline,
}

/// A timer fires only while its runtime is driven, so it is one of the runtime that waits.
struct IdleTimeout {
    runtime: Id,
    sleep: Pin<Box<Sleep>>,
}

impl From<Incoming> for Body {
    fn from(incoming: Incoming) -> Self {
        let (mut response, first, deadline) = incoming.into_parts();
        Self {
            first,
            head: ResponseHead::take(&mut response),
            rest: Some(Box::pin(response.bytes_stream())),
            idle_timeout: None,
            runtime: Handle::try_current().ok(),
            deadline,
        }
    }
}

impl Body {
    /// Reads no further.
    pub(super) fn end(&mut self) {
        self.rest = None;
    }

    pub(super) fn endpoint(&self) -> &'static Endpoint {
        self.deadline.endpoint
    }

    /// An error about a part of this response.
    pub(super) fn decode_error(&self, problem: String) -> ApiError {
        self.error(ApiError::new(
            self.deadline.endpoint,
            ApiErrorKind::Decode,
            problem,
        ))
    }

    fn poll_idle_timeout(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let current = Handle::try_current().ok();
        let Some(runtime) = current.as_ref().or(self.runtime.as_ref()) else {
            return Poll::Pending;
        };
        let idle_timeout = self
            .idle_timeout
            .take_if(|running| running.runtime == runtime.id())
            .unwrap_or_else(|| {
                let _entered = runtime.enter();
                IdleTimeout {
                    runtime: runtime.id(),
                    sleep: Box::pin(sleep(self.deadline.timeout)),
                }
            });
        let idle_timeout = self.idle_timeout.insert(idle_timeout);
        idle_timeout.sleep.as_mut().poll(context)
    }

    fn error(&self, error: ApiError) -> ApiError {
        error.with_response(self.head.clone())
    }
}

impl Stream for Body {
    type Item = Result<Bytes, ApiError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if let Some(first) = this.first.take() {
            return Poll::Ready(Some(Ok(first)));
        }
        let Some(rest) = &mut this.rest else {
            return Poll::Ready(None);
        };
        match rest.as_mut().poll_next(context) {
            Poll::Ready(Some(Ok(chunk))) => {
                this.idle_timeout = None;
                Poll::Ready(Some(Ok(chunk)))
            }
            Poll::Ready(Some(Err(error))) => {
                this.end();
                let error = ApiError::from_http(this.deadline.endpoint, error);
                Poll::Ready(Some(Err(this.error(error))))
            }
            Poll::Ready(None) => {
                this.end();
                Poll::Ready(None)
            }
            Poll::Pending => {
                if this.poll_idle_timeout(context).is_pending() {
                    return Poll::Pending;
                }
                this.end();
                Poll::Ready(Some(Err(this.error(this.deadline.timed_out()))))
            }
        }
    }
}
