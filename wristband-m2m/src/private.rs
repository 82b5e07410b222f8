//! What the crate `wristband-m2m-reqwest` shares with this one. Not part of the public API: it may change in any
//! release.

use std::borrow::Cow;
use std::error::Error;

use tokio::time::Instant;

use crate::config_error::ConfigError;
use crate::token::AccessToken;

pub use crate::client::is_loopback;
pub use crate::clock::deadline_after;
pub use crate::jitter::{jitter, jittered};
pub use crate::telemetry::meter;
#[cfg(feature = "metrics")]
pub use ::metrics;

/// Returns whether the request that fetched `token` was sent before `instant`.
pub fn was_requested_before(token: &AccessToken, instant: Instant) -> bool {
    token.lifetime().asked_at.monotonic < instant
}

/// See the grammar at [`ConfigError`]: `problem` is what is wrong, a colon, and what to write.
pub fn config_error(
    setting: impl Into<Cow<'static, str>>,
    problem: impl Into<Cow<'static, str>>,
) -> ConfigError {
    ConfigError::new(setting, problem)
}

/// [`config_error`] with a cause.
pub fn config_error_caused_by(
    setting: impl Into<Cow<'static, str>>,
    problem: impl Into<Cow<'static, str>>,
    cause: impl Error + Send + Sync + 'static,
) -> ConfigError {
    ConfigError::new(setting, problem).caused_by(cause)
}
