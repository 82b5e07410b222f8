//! What is reported about a token store.

use std::error::Error as _;

use super::meter;
use crate::store::{StoreChange, StoreError};

/// Counts an operation when it ends. One that is dropped before was not done in time.
pub(crate) async fn store_operation<T>(
    operation: &'static str,
    work: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    let mut counted = Operation {
        operation,
        outcome: "timeout",
    };
    let result = work.await;
    counted.outcome = if result.is_ok() { "success" } else { "error" };
    result
}

struct Operation {
    operation: &'static str,
    outcome: &'static str,
}

impl Drop for Operation {
    fn drop(&mut self) {
        let labels = [("operation", self.operation), ("outcome", self.outcome)];
        meter::count("wristband_m2m_token_store_operations_total", &labels);
    }
}

/// Another process's token was taken, in place of a request.
pub(crate) fn adopted() {
    tracing::debug!("adopted a token that another process fetched");
    meter::count("wristband_m2m_tokens_adopted_total", &[]);
}

/// Called once per change.
pub(crate) fn store_changed(change: StoreChange) {
    match change {
        StoreChange::Failed(error) => {
            let cause = error.source().map(ToString::to_string);
            tracing::warn!(
                %error,
                cause,
                "the token store failed; this process fetches its own tokens until it works again"
            );
        }
        StoreChange::Recovered { failures } => {
            tracing::info!(failures, "the token store works again; tokens are shared");
        }
    }
}
