//! Middleware and typed clients.

#[allow(missing_docs, reason = "for generated code only")]
mod answer;
mod api;
mod api_error;
mod api_response;
mod audience;
mod base_url;
mod brake;
#[allow(missing_docs, reason = "for generated code only")]
mod call;
mod client;
mod endpoint;
mod extensions;
mod middleware;
mod origin;
mod outcome;
#[doc(hidden)]
#[allow(missing_docs, reason = "for generated code only")]
pub mod private;
mod redirect;
#[cfg(feature = "stream")]
mod stream;
mod token_error;

pub use ::reqwest;
pub use ::reqwest_middleware;
pub use ::wristband_m2m;
pub use async_trait::async_trait;
pub use bytes::Bytes;

pub use crate::api_error::{ApiError, ApiErrorKind};
pub use crate::api_response::ApiResponse;
pub use crate::client::ApiClientBuilder;
pub use crate::endpoint::Endpoint;
pub use crate::extensions::{MinTokenLife, SkipWristbandAuth};
pub use crate::middleware::{WristbandAuth, WristbandAuthBuilder};
pub use crate::outcome::{AuthOutcome, NotRetried};
pub use crate::redirect::same_origin_redirects;
#[cfg(feature = "stream")]
pub use crate::stream::{ByteStream, JsonLines};
pub use crate::token_error::token_error;
#[cfg(feature = "macros")]
pub use wristband_m2m_macros::wristband_m2m;
