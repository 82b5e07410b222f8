//! Middleware and typed clients.

mod audience;
mod brake;
mod extensions;
mod middleware;
mod origin;
mod outcome;
mod redirect;
mod token_error;

pub use ::reqwest;
pub use ::reqwest_middleware;
pub use ::wristband_m2m;
pub use async_trait::async_trait;
pub use bytes::Bytes;

pub use crate::extensions::{MinTokenLife, SkipWristbandAuth};
pub use crate::middleware::{WristbandAuth, WristbandAuthBuilder};
pub use crate::outcome::{AuthOutcome, NotRetried};
pub use crate::redirect::same_origin_redirects;
pub use crate::token_error::token_error;
