//! Collecting an answer: everything that has to be waited for, the same for all types.

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use super::Incoming;
use crate::client::endpoint::Endpoint;
use crate::client::error::{ApiError, ApiErrorKind};

/// What of an answer is wanted.
#[derive(Clone, Copy, Debug)]
pub struct ReadPlan {
    pub(crate) body: BodyMode,
    /// There is an `Option`: no answer is an answer.
    pub(crate) optional: bool,
    /// The kind of content to ask the server for.
    pub(crate) accept: Option<&'static str>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum BodyMode {
    /// Any success will do, whatever its body.
    Nothing,
    Whole,
    /// The same, to be read as JSON, in which `null` and nothing but white space are no answer either.
    Json,
    #[cfg(feature = "stream")]
    Stream,
    /// The response as it is, whatever its status.
    Untouched,
}

/// An answer of which nothing is left to wait for, or nothing that this call waits for.
#[derive(Debug)]
pub struct Collected {
    pub(crate) endpoint: &'static Endpoint,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Body,
}

#[derive(Debug)]
pub(crate) enum Body {
    /// There is no answer, where that is allowed.
    Absent,
    Ignored,
    Whole(Bytes),
    #[cfg(feature = "stream")]
    Stream(Incoming),
    Untouched(reqwest::Response),
}

impl Collected {
    /// The body, if the plan was to read it.
    pub(crate) fn take_whole(&mut self) -> Option<Bytes> {
        match &mut self.body {
            Body::Whole(body) => Some(std::mem::take(body)),
            _ => None,
        }
    }

    pub(crate) fn error(self, kind: ApiErrorKind, problem: String) -> ApiError {
        ApiError::new(self.endpoint, kind, problem).with_response(Some(self.status), self.headers)
    }
}

impl Incoming {
    /// Reads what is wanted, within the deadline of the call.
    #[cfg_attr(not(feature = "stream"), allow(unused_mut))]
    pub(crate) async fn collect(mut self, plan: ReadPlan) -> Result<Collected, ApiError> {
        let (endpoint, status) = (self.endpoint(), self.status());
        let (headers, body) = if plan.body == BodyMode::Untouched {
            (HeaderMap::new(), Body::Untouched(self.into_response()))
        } else if plan.optional && is_absent(status, plan.body) {
            (self.discard().await, Body::Absent)
        } else if !status.is_success() {
            return Err(self.failure().await);
        } else {
            match plan.body {
                BodyMode::Nothing | BodyMode::Untouched => (self.discard().await, Body::Ignored),
                wanted @ (BodyMode::Whole | BodyMode::Json) => {
                    let (headers, body) = self.whole().await?;
                    let says_nothing = match wanted {
                        BodyMode::Json => matches!(body.trim_ascii(), b"" | b"null"),
                        _ => body.is_empty(),
                    };
                    if plan.optional && says_nothing {
                        (headers, Body::Absent)
                    } else {
                        (headers, Body::Whole(body))
                    }
                }
                #[cfg(feature = "stream")]
                BodyMode::Stream if plan.optional && self.is_empty().await? => {
                    (self.discard().await, Body::Absent)
                }
                #[cfg(feature = "stream")]
                BodyMode::Stream => (self.headers().clone(), Body::Stream(self)),
            }
        };
        Ok(Collected {
            endpoint,
            status,
            headers,
            body,
        })
    }
}

/// `None` on 404, and on a success without content for a type that has to be made of some.
fn is_absent(status: StatusCode, wanted: BodyMode) -> bool {
    match status {
        StatusCode::NOT_FOUND => true,
        StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT => wanted != BodyMode::Nothing,
        _ => false,
    }
}
