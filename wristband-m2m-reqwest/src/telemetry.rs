//! Events for operators: one function each, which traces and counts it.

#[cfg(feature = "metrics")]
pub(crate) mod describe;
mod http_span;
mod open_circuits;

use std::time::Duration;

use ::wristband_m2m::TokenError;
use ::wristband_m2m::private::meter;
use reqwest::Url;

use crate::middleware::origin::Origin;
use crate::middleware::outcome::NotRetried;

pub(crate) use self::http_span::{CallSpan, run_attempt};
pub(crate) use self::open_circuits::OpenCircuits;

/// An API responded 401 to our token, which is to be replaced.
pub(crate) fn token_rejected(origin: &Origin) {
    tracing::debug!(%origin, "the API rejected the token");
}

/// The request is sent again; `adopted`: with a token that another process fetched.
pub(crate) fn resending(adopted: bool) {
    tracing::debug!("sending the request again with a new token");
    count_unauthorized(if adopted { "adopted" } else { "renewed" });
}

/// The 401 is returned.
pub(crate) fn not_retried(reason: NotRetried) {
    count_unauthorized(reason.name());
}

/// The 401 that a new token drew is returned.
pub(crate) fn rejected_again() {
    count_unauthorized("rejected_again");
}

pub(crate) fn no_new_token(error: &TokenError) {
    tracing::debug!(%error, "no new token could be obtained: returning the 401");
}

pub(crate) fn circuit_opened(origin: &Origin, pause: Duration) {
    tracing::warn!(
        %origin,
        pause_ms = pause.as_millis(),
        "circuit breaker opened: the API rejects fresh tokens, returning its 401s unchanged"
    );
    meter::count("wristband_m2m_circuit_breaker_opened_total", &[]);
}

pub(crate) fn circuit_is_open(origin: &Origin) {
    tracing::debug!(%origin, "circuit breaker is open: returning a 401 unchanged");
}

pub(crate) fn circuit_closed(url: &Url) {
    let origin = Origin::of(url).map(tracing::field::display);
    tracing::info!(
        origin,
        "circuit breaker closed: the API accepts tokens again"
    );
}

fn count_unauthorized(result: &'static str) {
    meter::count("wristband_m2m_unauthorized_total", &[("result", result)]);
}
