//! Collecting an answer: everything that has to be waited for, the same for all types.

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use super::Incoming;
use crate::api_error::{ApiError, ApiErrorKind};
use crate::endpoint::Endpoint;

/// What of an answer is wanted.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub(crate) body: Wanted,
    /// There is an `Option`: no answer is an answer.
    pub(crate) optional: bool,
    /// The kind of content to ask the server for.
    pub(crate) accept: Option<&'static str>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Wanted {
    /// Any success will do, whatever its body.
    Nothing,
    Whole,
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
        ApiError::new(self.endpoint, kind, problem).with_answer(Some(self.status), self.headers)
    }
}

impl Incoming {
    /// Reads what is wanted, within the deadline of the call.
    #[cfg_attr(not(feature = "stream"), allow(unused_mut))]
    pub(crate) async fn collect(mut self, plan: Plan) -> Result<Collected, ApiError> {
        let (endpoint, status) = (self.endpoint(), self.status());
        let (headers, body) = if plan.body == Wanted::Untouched {
            (HeaderMap::new(), Body::Untouched(self.into_response()))
        } else if plan.optional && is_absent(status, plan.body) {
            (self.discard().await, Body::Absent)
        } else if !status.is_success() {
            return Err(self.failure().await);
        } else {
            match plan.body {
                Wanted::Nothing | Wanted::Untouched => (self.discard().await, Body::Ignored),
                Wanted::Whole => {
                    let (headers, body) = self.whole().await?;
                    if plan.optional && body.is_empty() {
                        (headers, Body::Absent)
                    } else {
                        (headers, Body::Whole(body))
                    }
                }
                #[cfg(feature = "stream")]
                Wanted::Stream if plan.optional && self.is_empty().await? => {
                    (self.discard().await, Body::Absent)
                }
                #[cfg(feature = "stream")]
                Wanted::Stream => (self.headers().clone(), Body::Stream(self)),
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
fn is_absent(status: StatusCode, wanted: Wanted) -> bool {
    match status {
        StatusCode::NOT_FOUND => true,
        StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT => wanted != Wanted::Nothing,
        _ => false,
    }
}
