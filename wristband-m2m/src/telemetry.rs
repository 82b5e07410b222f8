//! Events for operators: one function each, which traces and counts it.
//!
//! Metrics are sums over all clients of the process, so their number does not grow with that of the clients; which client
//! it was is said by the traces.

mod cache_event;
#[cfg(feature = "metrics")]
pub(crate) mod describe;
pub mod meter;
mod rate_limiter_wait;
mod state_gauge;
#[cfg(feature = "token-store")]
mod store;
mod token_request;

use std::error::Error as _;

use self::meter::Level;
use crate::error::TokenError;

pub(crate) use self::cache_event::CacheEvent;
pub(crate) use self::rate_limiter_wait::RateLimiterWait;
pub(crate) use self::state_gauge::StateGauge;
#[cfg(feature = "token-store")]
pub(crate) use self::store::{adopted, store_changed, store_operation};
pub(crate) use self::token_request::TokenRequest;

/// A caller waits for a token request, until this is dropped.
pub(crate) fn waiting() -> Level {
    tracing::debug!("waiting for a token");
    Level::raise("wristband_m2m_token_waiters", &[])
}

pub(crate) fn cleared() {
    tracing::debug!("cleared the cached token");
}

pub(crate) fn cleared_rejected() {
    tracing::debug!("cleared the rejected token");
}

pub(crate) fn retrying(attempts: u32, error: &TokenError) {
    tracing::debug!(attempts, %error, "token request failed; trying again");
}

pub(crate) fn machine_slept() {
    tracing::debug!("the machine slept during a token request; trying again");
}

pub(crate) fn secret_switched() {
    tracing::info!("the other client secret works and is preferred from now on");
}

pub(crate) fn secret_source_failed(error: &TokenError) {
    let cause = error.source().map(tracing::field::display);
    tracing::warn!(%error, cause, "using the client secret from before");
}

pub(crate) fn secret_source_recovered() {
    tracing::info!("the client secret source gives a secret that works again");
}

/// Requests have to wait for their turn from now on.
pub(crate) fn rate_limited() {
    tracing::warn!("token requests are rate limited to 1 per second");
}
