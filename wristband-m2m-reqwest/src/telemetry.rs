//! What is told about calls, for traces: the names and attributes are those of OpenTelemetry's conventions.

mod http_span;

pub(crate) use self::http_span::{CallSpan, run_attempt};
