//! Incoming: a response whose body is still to be read, within the deadline of its call.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, StatusCode};
use reqwest::Response;
use tokio::time::{Instant, timeout_at};

use crate::client::endpoint::Endpoint;
use crate::client::error::{ApiError, ApiErrorKind, BODY_LIMIT};

/// A body that nobody wants is read up to here, so that its connection can be used again; a larger one costs less to
/// cut off than to read.
const DISCARD_LIMIT: usize = BODY_LIMIT;

/// How long an unwanted body may take; most often it has arrived with the head.
const DISCARD_TIME: Duration = Duration::from_millis(250);

#[derive(Debug)]
pub(crate) struct Incoming {
    response: Response,
    /// The beginning of the body, if that has been read.
    #[cfg(feature = "stream")]
    peeked: Option<Bytes>,
    deadline: CallDeadline,
}

/// Whose answer it is, and how long it may take.
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
    pub(crate) fn headers(&self) -> &HeaderMap {
        self.response.headers()
    }

    pub(crate) fn into_response(self) -> Response {
        self.response
    }

    #[cfg(feature = "stream")]
    pub(crate) fn into_parts(self) -> (Response, Option<Bytes>, CallDeadline) {
        (self.response, self.peeked, self.deadline)
    }

    /// An error that holds the beginning of the body.
    pub(crate) async fn failure(mut self) -> ApiError {
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
        let in_time = timeout_at(self.deadline.at, read).await.is_ok();
        let (status, headers) = self.take_head();
        let error = ApiError::from_status(self.deadline.endpoint, status, headers, body.freeze());
        if in_time {
            error
        } else {
            error.but_timed_out(self.deadline.timeout)
        }
    }

    /// Whether the body ends before it begins.
    #[cfg(feature = "stream")]
    pub(crate) async fn is_empty(&mut self) -> Result<bool, ApiError> {
        while self.peeked.as_ref().is_none_or(Bytes::is_empty) {
            let deadline = self.deadline;
            match timeout_at(deadline.at, self.response.chunk()).await {
                Ok(Ok(None)) => return Ok(true),
                Ok(Ok(chunk)) => self.peeked = chunk,
                Ok(Err(error)) => {
                    return Err(self.fail(ApiError::from_http(deadline.endpoint, error)));
                }
                Err(_) => return Err(self.fail(deadline.timed_out())),
            }
        }
        Ok(false)
    }

    /// The whole body.
    pub(crate) async fn whole(mut self) -> Result<(HeaderMap, Bytes), ApiError> {
        let deadline = self.deadline;
        let (status, headers) = self.take_head();
        let error = match timeout_at(deadline.at, self.response.bytes()).await {
            Ok(Ok(body)) => return Ok((headers, body)),
            Ok(Err(error)) => ApiError::from_http(deadline.endpoint, error),
            Err(_) => deadline.timed_out(),
        };
        Err(error.with_response(Some(status), headers))
    }

    /// Reads what nobody wants, within bounds: whether that works makes no difference to the caller.
    pub(crate) async fn discard(mut self) -> HeaderMap {
        let (_, headers) = self.take_head();
        if self.response.content_length() > Some(DISCARD_LIMIT as u64) {
            return headers;
        }
        let deadline = self.deadline.at.min(Instant::now() + DISCARD_TIME);
        let read = async {
            let mut length = 0;
            while let Ok(Some(chunk)) = self.response.chunk().await {
                length += chunk.len();
                if length > DISCARD_LIMIT {
                    break;
                }
            }
        };
        let _ = timeout_at(deadline, read).await;
        headers
    }

    fn take_head(&mut self) -> (StatusCode, HeaderMap) {
        let headers = std::mem::take(self.response.headers_mut());
        (self.response.status(), headers)
    }

    #[cfg(feature = "stream")]
    fn fail(&mut self, error: ApiError) -> ApiError {
        let (status, headers) = self.take_head();
        error.with_response(Some(status), headers)
    }
}
