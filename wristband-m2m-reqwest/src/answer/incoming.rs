//! Incoming: a response whose body is still to be read, within the deadline of its call.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, StatusCode};
use reqwest::Response;
use tokio::time::{Instant, timeout_at};

use crate::api_error::{ApiError, ApiErrorKind, BODY_LIMIT};
use crate::endpoint::Endpoint;

/// A body that nobody wants is read up to here, so that its connection can be used again; a larger one costs less to
/// cut off than to read.
const DISCARD_LIMIT: usize = BODY_LIMIT;

/// How long an unwanted body may take; most often it has arrived with the head.
const DISCARD_TIME: Duration = Duration::from_millis(250);

#[derive(Debug)]
pub struct Incoming {
    response: Response,
    /// The beginning of the body, if that has been read.
    peeked: Option<Bytes>,
    budget: Budget,
}

/// Whose answer it is, and how long it may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Budget {
    pub(crate) endpoint: &'static Endpoint,
    pub(crate) timeout: Duration,
    pub(crate) deadline: Instant,
}

/// The head of an answer whose body has been read.
#[derive(Debug)]
pub(crate) struct Head {
    endpoint: &'static Endpoint,
    status: StatusCode,
    headers: HeaderMap,
}

impl Head {
    pub(crate) fn error(self, kind: ApiErrorKind, problem: String) -> ApiError {
        ApiError::new(self.endpoint, kind, problem).with_answer(Some(self.status), self.headers)
    }
}

impl Budget {
    pub(crate) fn timed_out(&self) -> ApiError {
        let problem = format!("timed out after {:?}", self.timeout);
        ApiError::new(self.endpoint, ApiErrorKind::Timeout, problem)
    }
}

impl Incoming {
    pub(crate) fn new(response: Response, budget: Budget) -> Self {
        Self {
            response,
            peeked: None,
            budget,
        }
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.response.status()
    }

    pub(crate) fn headers(&self) -> &HeaderMap {
        self.response.headers()
    }

    pub(crate) fn into_response(self) -> Response {
        self.response
    }

    #[cfg(feature = "stream")]
    pub(crate) fn into_parts(self) -> (Response, Option<Bytes>, Budget) {
        (self.response, self.peeked, self.budget)
    }

    /// Goes on with a success; anything else becomes an error that holds the beginning of the body.
    pub(crate) async fn success(mut self) -> Result<Self, ApiError> {
        if self.status().is_success() {
            return Ok(self);
        }
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
        let in_time = timeout_at(self.budget.deadline, read).await.is_ok();
        let (status, headers) = self.take_head();
        let error = ApiError::answered(self.budget.endpoint, status, headers, body.freeze());
        Err(if in_time {
            error
        } else {
            error.but_timed_out(self.budget.timeout)
        })
    }

    /// Whether the body ends before it begins.
    pub(crate) async fn is_empty(&mut self) -> Result<bool, ApiError> {
        while self.peeked.as_ref().is_none_or(Bytes::is_empty) {
            let budget = self.budget;
            match timeout_at(budget.deadline, self.response.chunk()).await {
                Ok(Ok(None)) => return Ok(true),
                Ok(Ok(chunk)) => self.peeked = chunk,
                Ok(Err(error)) => {
                    return Err(self.fail(ApiError::from_http(budget.endpoint, error)));
                }
                Err(_) => return Err(self.fail(budget.timed_out())),
            }
        }
        Ok(false)
    }

    /// The whole body.
    pub(crate) async fn body(mut self) -> Result<(Head, Bytes), ApiError> {
        let budget = self.budget;
        let (status, headers) = self.take_head();
        let Self {
            response, peeked, ..
        } = self;
        let read = timeout_at(budget.deadline, response.bytes()).await;
        let fail = |error: ApiError, headers| Err(error.with_answer(Some(status), headers));
        let rest = match read {
            Ok(Ok(rest)) => rest,
            Ok(Err(error)) => return fail(ApiError::from_http(budget.endpoint, error), headers),
            Err(_) => return fail(budget.timed_out(), headers),
        };
        let head = Head {
            endpoint: budget.endpoint,
            status,
            headers,
        };
        Ok((head, joined(peeked, rest)))
    }

    /// Reads what nobody wants, within bounds: whether that works makes no difference to the caller.
    pub(crate) async fn discard(mut self) {
        if self.response.content_length() > Some(DISCARD_LIMIT as u64) {
            return;
        }
        let deadline = self.budget.deadline.min(Instant::now() + DISCARD_TIME);
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
    }

    fn take_head(&mut self) -> (StatusCode, HeaderMap) {
        let headers = std::mem::take(self.response.headers_mut());
        (self.response.status(), headers)
    }

    fn fail(&mut self, error: ApiError) -> ApiError {
        let (status, headers) = self.take_head();
        error.with_answer(Some(status), headers)
    }
}

fn joined(start: Option<Bytes>, rest: Bytes) -> Bytes {
    match start {
        None => rest,
        Some(start) if rest.is_empty() => start,
        Some(start) => [start, rest].concat().into(),
    }
}
