//! What the metrics of this crate mean, and their units.

use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};

/// Describes this crate's metrics and their units to the recorder.
///
/// Call it once, after the recorder is installed. Without it the metrics are the same, but an exporter has no text to show
/// beside them. The crate `wristband-m2m-reqwest` has a function of the same name, which describes these and its own.
///
/// # Examples
///
/// ```
/// wristband_m2m::describe_metrics();
/// ```
pub fn describe_metrics() {
    describe_gauge!(
        "wristband_m2m_clients",
        Unit::Count,
        "Clients whose token is in this state."
    );
    describe_counter!(
        "wristband_m2m_token_requests_total",
        Unit::Count,
        "Token requests that have ended, retries included."
    );
    describe_histogram!(
        "wristband_m2m_token_request_duration_seconds",
        Unit::Seconds,
        "How long token requests took."
    );
    describe_histogram!(
        "wristband_m2m_token_remaining_seconds",
        Unit::Seconds,
        "Life that a token had left when its successor arrived."
    );
    describe_gauge!(
        "wristband_m2m_token_waiters",
        Unit::Count,
        "Callers that wait for a token request."
    );
    describe_histogram!(
        "wristband_m2m_rate_limiter_wait_seconds",
        Unit::Seconds,
        "How long token requests waited for their turn, where they had to."
    );
    describe_gauge!(
        "wristband_m2m_token_stores",
        Unit::Count,
        "Token stores that are in this state."
    );
    describe_counter!(
        "wristband_m2m_token_store_operations_total",
        Unit::Count,
        "Operations on token stores that have ended."
    );
    describe_counter!(
        "wristband_m2m_tokens_adopted_total",
        Unit::Count,
        "Tokens that were taken from a token store, where another process had put them."
    );
}
