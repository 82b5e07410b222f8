//! Middleware and typed clients.

mod answer;
mod api;
mod api_error;
mod api_response;
mod base_url;
mod call;
mod client;
mod endpoint;
mod origin;
#[doc(hidden)]
pub mod private;
#[cfg(feature = "stream")]
mod stream;

pub use ::wristband_m2m;
pub use ::wristband_m2m::async_trait;
pub use api_error::{ApiError, ApiErrorKind};
pub use api_response::ApiResponse;
pub use bytes::Bytes;
pub use client::ApiClientBuilder;
pub use endpoint::Endpoint;
pub use reqwest;
pub use reqwest_middleware;
#[cfg(feature = "stream")]
pub use stream::{ByteStream, JsonLines};
#[cfg(feature = "macros")]
pub use wristband_m2m_macros::wristband_m2m;
