//! The metrics by name: of what kind they are, and what they mean.

use metrics::{SharedString, Unit, with_recorder};

/// A metric as its recorder knows it.
#[derive(Clone, Copy, Debug)]
pub struct Description {
    kind: Kind,
    name: &'static str,
    help: &'static str,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Counter,
    Gauge,
    Histogram,
}

const METRICS: [Description; 9] = [
    Description::gauge(
        "wristband_m2m_clients",
        "Clients whose token is in this state.",
    ),
    Description::counter(
        "wristband_m2m_token_requests_total",
        "Token requests that have ended, retries included.",
    ),
    Description::seconds(
        "wristband_m2m_token_request_duration_seconds",
        "How long token requests took.",
    ),
    Description::seconds(
        "wristband_m2m_token_remaining_seconds",
        "Life that a token had left when its successor arrived.",
    ),
    Description::gauge(
        "wristband_m2m_token_waiters",
        "Callers that wait for a token request.",
    ),
    Description::seconds(
        "wristband_m2m_rate_limiter_wait_seconds",
        "How long token requests waited for their turn, where they had to.",
    ),
    Description::gauge(
        "wristband_m2m_token_stores",
        "Token stores that are in this state.",
    ),
    Description::counter(
        "wristband_m2m_token_store_operations_total",
        "Operations on token stores that have ended.",
    ),
    Description::counter(
        "wristband_m2m_tokens_adopted_total",
        "Tokens that were taken from a token store, where another process had put them.",
    ),
];

/// Tells the recorder what this crate's metrics mean, and their units.
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
    describe(&METRICS);
}

/// Describes these metrics to the current recorder.
pub fn describe(metrics: &[Description]) {
    with_recorder(|recorder| {
        for Description { kind, name, help } in metrics.iter().copied() {
            let (name, help) = (name.into(), SharedString::const_str(help));
            match kind {
                Kind::Counter => recorder.describe_counter(name, Some(Unit::Count), help),
                Kind::Gauge => recorder.describe_gauge(name, Some(Unit::Count), help),
                Kind::Histogram => recorder.describe_histogram(name, Some(Unit::Seconds), help),
            }
        }
    });
}

impl Description {
    /// A number of things that have happened.
    #[must_use]
    pub const fn counter(name: &'static str, help: &'static str) -> Self {
        Self {
            kind: Kind::Counter,
            name,
            help,
        }
    }

    /// A number of things that are so now.
    #[must_use]
    pub const fn gauge(name: &'static str, help: &'static str) -> Self {
        Self {
            kind: Kind::Gauge,
            name,
            help,
        }
    }

    /// A histogram of durations.
    #[must_use]
    pub const fn seconds(name: &'static str, help: &'static str) -> Self {
        Self {
            kind: Kind::Histogram,
            name,
            help,
        }
    }
}
