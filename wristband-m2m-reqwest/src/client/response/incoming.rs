//! Incoming: a response whose body is still to be read, within the deadline of its call.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, StatusCode};
use reqwest::Response;
#[cfg(feature = "stream")]
use reqwest::Url;
use tokio::time::{Instant, Sleep, sleep_until, timeout_at};

use crate::client::endpoint::Endpoint;
use crate::client::error::{ApiError, ApiErrorKind, BODY_LIMIT};
use crate::discard::discard;
use crate::middleware::outcome::AuthOutcome;

#[derive(Debug)]
pub(crate) struct Incoming {
    response: Response,
    /// The beginning of the body, if that has been read.
    #[cfg(feature = "stream")]
    peeked: Option<Bytes>,
    deadline: CallDeadline,
}

/// Which endpoint a response belongs to, and how long it may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CallDeadline {
    pub(crate) endpoint: &'static Endpoint,
    pub(crate) timeout: Duration,
    pub(crate) at: Instant,
}

impl CallDeadline {
    pub(crate) fn timed_out(&self) -> ApiError {
        let problem = format!("timed out after {:?}", self.timeout);
        ApiError::new(self.endpoint, ApiErrorKind::Timeout, problem)
    }

    /// Must be called inside of a runtime. `None` if that has no timers: it does not say so, but panics.
    pub(crate) fn timer(&self) -> Option<Sleep> {
        std::panic::catch_unwind(|| sleep_until(self.at)).ok()
    }
}

/// The one timer of a call: whatever is waited for is given up when it fires.
pub(crate) struct Timer<'t>(pub(crate) Pin<&'t mut Sleep>);

impl Timer<'_> {
    /// Waits for this; `None` when it takes too long.
    pub(crate) async fn bound<F: Future>(&mut self, future: F) -> Option<F::Output> {
        let mut future = pin!(future);
        poll_fn(|context| match future.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending => self.0.as_mut().poll(context).map(|()| None),
        })
        .await
    }
}

/// Status and headers of a response.
#[derive(Clone, Debug)]
pub(crate) struct ResponseHead {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) auth_outcome: Option<AuthOutcome>,
}

impl ResponseHead {
    /// Leaves the response without headers.
    pub(crate) fn take(response: &mut Response) -> Self {
        Self {
            status: response.status(),
            headers: std::mem::take(response.headers_mut()),
            auth_outcome: response.extensions().get().copied(),
        }
    }
}

impl Incoming {
    pub(crate) fn new(response: Response, deadline: CallDeadline) -> Self {
        Self {
            response,
            #[cfg(feature = "stream")]
            peeked: None,
            deadline,
        }
    }

    pub(crate) fn endpoint(&self) -> &'static Endpoint {
        self.deadline.endpoint
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.response.status()
    }

    #[cfg(feature = "stream")]
    pub(crate) fn url(&self) -> &Url {
        self.response.url()
    }

    pub(crate) fn head(&self) -> ResponseHead {
        ResponseHead {
            status: self.response.status(),
            headers: self.response.headers().clone(),
            auth_outcome: self.response.extensions().get().copied(),
        }
    }

    pub(crate) fn into_response(self) -> Response {
        self.response
    }

    #[cfg(feature = "stream")]
    pub(crate) fn into_parts(self) -> (Response, Option<Bytes>, CallDeadline) {
        (self.response, self.peeked, self.deadline)
    }

    /// Makes an error with the beginning of the body.
    pub(crate) async fn failure(mut self, timer: &mut Timer<'_>) -> ApiError {
        let mut body = BytesMut::new();
        let read = async {
            // A body that breaks off is kept as far as it came.
            while let Ok(Some(chunk)) = self.response.chunk().await {
                body.extend_from_slice(&chunk);
                if body.len() >= BODY_LIMIT {
                    break;
                }
            }
        };
        let in_time = timer.bound(read).await.is_some();
        let head = self.take_head();
        let error = ApiError::from_status(self.deadline.endpoint, head, body.freeze());
        if in_time {
            error
        } else {
            error.but_timed_out(self.deadline.timeout)
        }
    }

    /// Whether the body ends before it begins.
    #[cfg(feature = "stream")]
    pub(crate) async fn is_empty(&mut self, timer: &mut Timer<'_>) -> Result<bool, ApiError> {
        while self.peeked.as_ref().is_none_or(Bytes::is_empty) {
            let deadline = self.deadline;
            match timer.bound(self.response.chunk()).await {
                Some(Ok(None)) => return Ok(true),
                Some(Ok(chunk)) => self.peeked = chunk,
                Some(Err(error)) => {
                    return Err(self.fail(ApiError::from_http(deadline.endpoint, error)));
                }
                None => return Err(self.fail(deadline.timed_out())),
            }
        }
        Ok(false)
    }

    /// Reads the whole body, up to `max_body` bytes.
    pub(crate) async fn whole(
        mut self,
        timer: &mut Timer<'_>,
        max_body: usize,
    ) -> Result<(ResponseHead, Bytes), ApiError> {
        let deadline = self.deadline;
        let head = self.take_head();
        let error = match timer.bound(read_up_to(&mut self.response, max_body)).await {
            Some(Ok(Some(body))) => return Ok((head, body)),
            Some(Ok(None)) => {
                let problem = format!(
                    "has a body of more than {max_body} bytes: raise `max_body`, or return a stream"
                );
                ApiError::new(deadline.endpoint, ApiErrorKind::Decode, problem)
            }
            Some(Err(error)) => ApiError::from_http(deadline.endpoint, error),
            None => deadline.timed_out(),
        };
        Err(error.with_response(head))
    }

    /// Reads and discards the rest, within bounds. The result makes no difference to the caller.
    pub(crate) async fn discard(mut self) -> ResponseHead {
        let head = self.take_head();
        let _ = timeout_at(self.deadline.at, discard(self.response)).await;
        head
    }

    fn take_head(&mut self) -> ResponseHead {
        ResponseHead::take(&mut self.response)
    }

    #[cfg(feature = "stream")]
    fn fail(&mut self, error: ApiError) -> ApiError {
        let head = self.take_head();
        error.with_response(head)
    }
}

/// The whole body; `None` if it is larger than `limit` bytes.
async fn read_up_to(response: &mut Response, limit: usize) -> reqwest::Result<Option<Bytes>> {
    if response.content_length() > Some(limit as u64) {
        return Ok(None);
    }
    // Most bodies are one chunk, which is not copied.
    let first = response.chunk().await?.unwrap_or_default();
    let mut rest = BytesMut::new();
    while let Some(chunk) = response.chunk().await? {
        if rest.is_empty() {
            rest.extend_from_slice(&first);
        }
        if rest.len() + chunk.len() > limit {
            return Ok(None);
        }
        rest.extend_from_slice(&chunk);
    }
    let body = if rest.is_empty() {
        first
    } else {
        rest.freeze()
    };
    Ok((body.len() <= limit).then_some(body))
}
