//! What the metrics of this crate mean, and their units.

use ::wristband_m2m::private::metrics::{Unit, describe_counter, describe_gauge};

/// Describes all metrics and their units to the recorder, those of [`wristband_m2m`](mod@wristband_m2m) included.
///
/// Call it once, after the recorder is installed. Without it the metrics are the same, but an exporter has no text to show
/// beside them.
///
/// # Examples
///
/// ```
/// wristband_m2m_reqwest::describe_metrics();
/// ```
pub fn describe_metrics() {
    ::wristband_m2m::describe_metrics();
    describe_counter!(
        "wristband_m2m_unauthorized_total",
        Unit::Count,
        "401 responses to requests that carried a token, by what was done about them."
    );
    describe_gauge!(
        "wristband_m2m_circuit_breakers_open",
        Unit::Count,
        "Origins that rejected several fresh tokens in a row, and have accepted no renewed one since."
    );
    describe_counter!(
        "wristband_m2m_circuit_breaker_opened_total",
        Unit::Count,
        "How often a circuit breaker has opened."
    );
}
