//! Collecting a response: everything that has to be waited for, the same for all types.

use bytes::Bytes;
use http::StatusCode;
#[cfg(feature = "stream")]
use reqwest::Url;

use super::Incoming;
use super::incoming::{ResponseHead, Timer};
use crate::client::endpoint::Endpoint;
use crate::client::error::{ApiError, ApiErrorKind};
use crate::telemetry::CallSpan;

/// What to read of a response.
#[derive(Clone, Copy, Debug)]
pub struct ReadPlan {
    pub(crate) body: BodyMode,
    /// The type has an `Option`: an absent value is not an error.
    pub(crate) optional: bool,
    /// The kind of content to ask the server for.
    pub(crate) accept: Option<&'static str>,
    /// Which responses the type reads; without it, each success.
    pub(crate) takes: Option<fn(StatusCode) -> bool>,
    /// The URL is wanted, too, for what is relative to it.
    #[cfg(feature = "stream")]
    pub(crate) url: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum BodyMode {
    /// Any success will do, whatever its body.
    Nothing,
    Whole,
    /// The same, to be read as JSON, in which `null` and nothing but white space count as absent, too.
    Json,
    #[cfg(feature = "stream")]
    Stream,
    /// The response as it is, whatever its status.
    Untouched,
}

/// A response that has arrived, or of which this call waits for no more.
#[derive(Debug)]
pub struct Collected {
    pub(crate) endpoint: &'static Endpoint,
    pub(crate) head: ResponseHead,
    /// The URL of the response, if the plan includes it.
    #[cfg(feature = "stream")]
    pub(crate) url: Option<Box<Url>>,
    pub(crate) body: Body,
}

#[derive(Debug)]
pub(crate) enum Body {
    /// No value, where that is allowed.
    Absent,
    Ignored,
    Whole(Bytes),
    #[cfg(feature = "stream")]
    Stream(Incoming),
    Untouched(reqwest::Response),
}

impl Collected {
    /// Records the status of the response in the span of the call.
    pub(crate) fn record(&self, span: &CallSpan) {
        match self.body {
            Body::Untouched(_) => span.passed_on(self.head.status),
            _ => span.responded(self.head.status),
        }
    }

    /// The body, if the plan was to read it.
    pub(crate) fn take_whole(&mut self) -> Option<Bytes> {
        match &mut self.body {
            Body::Whole(body) => Some(std::mem::take(body)),
            _ => None,
        }
    }

    pub(crate) fn error(self, kind: ApiErrorKind, problem: String) -> ApiError {
        ApiError::new(self.endpoint, kind, problem).with_response(self.head)
    }
}

impl Incoming {
    /// Reads what is wanted, within the deadline of the call.
    #[cfg_attr(not(feature = "stream"), allow(unused_mut))]
    pub(crate) async fn collect(
        mut self,
        plan: ReadPlan,
        timer: &mut Timer<'_>,
        max_body: usize,
    ) -> Result<Collected, ApiError> {
        let (endpoint, status) = (self.endpoint(), self.status());
        #[cfg(feature = "stream")]
        let url = plan.url.then(|| Box::new(self.url().clone()));
        let (head, body) = if plan.body == BodyMode::Untouched {
            (self.head(), Body::Untouched(self.into_response()))
        } else if plan.optional && plan.is_absent(status) {
            (self.discard().await, Body::Absent)
        } else if !plan.takes(status) {
            return Err(self.failure(timer).await);
        } else {
            match plan.body {
                BodyMode::Nothing | BodyMode::Untouched => (self.discard().await, Body::Ignored),
                BodyMode::Whole | BodyMode::Json => {
                    let (head, body) = self.whole(timer, max_body).await?;
                    if plan.optional && plan.is_empty(&body) {
                        (head, Body::Absent)
                    } else {
                        (head, Body::Whole(body))
                    }
                }
                #[cfg(feature = "stream")]
                BodyMode::Stream if plan.optional && self.is_empty(timer).await? => {
                    (self.discard().await, Body::Absent)
                }
                #[cfg(feature = "stream")]
                BodyMode::Stream => (self.head(), Body::Stream(self)),
            }
        };
        Ok(Collected {
            endpoint,
            head,
            #[cfg(feature = "stream")]
            url,
            body,
        })
    }
}

impl ReadPlan {
    fn takes(&self, status: StatusCode) -> bool {
        self.takes
            .map_or(status.is_success(), |takes| takes(status))
    }

    /// `None` on 404, and on a success without content for a type that has to be made of some. A type that reads responses
    /// itself decides about them itself.
    fn is_absent(&self, status: StatusCode) -> bool {
        match (status, self.takes) {
            (StatusCode::NOT_FOUND, takes) => !takes.is_some_and(|takes| takes(status)),
            (StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT, None) => {
                self.body != BodyMode::Nothing
            }
            _ => false,
        }
    }

    fn is_empty(&self, body: &[u8]) -> bool {
        match self.body {
            _ if self.takes.is_some() => false,
            BodyMode::Json => matches!(body.trim_ascii(), b"" | b"null"),
            _ => body.is_empty(),
        }
    }
}
