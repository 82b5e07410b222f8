//! A response, read and decoded into the return type of an endpoint.

pub(crate) mod api_response;
mod collect;
mod decode;
pub(crate) mod from_response;
mod incoming;
pub(crate) mod specialize;
#[cfg(feature = "stream")]
pub(crate) mod stream;

pub(crate) use self::collect::{BodyMode, Collected, ReadPlan};
pub(crate) use self::incoming::{CallDeadline, Incoming, ResponseHead, Timer};
pub(crate) use self::specialize::ResponseReader;
