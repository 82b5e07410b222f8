//! The error of a store.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

/// The error of a [`TokenStore`](super::TokenStore) operation.
///
/// [`get_token`](crate::WristbandM2mClient::get_token) never returns it: the client carries on without the store and
/// reports the error in [`status().store_error()`](crate::TokenStatus::store_error).
///
/// # Examples
///
/// ```
/// use wristband_m2m::StoreError;
///
/// let error = StoreError::new("the database is closed");
/// assert_eq!(error.to_string(), "the token store failed");
/// ```
#[derive(Clone)]
pub struct StoreError {
    message: &'static str,
    source: Option<Arc<dyn Error + Send + Sync>>,
}

impl StoreError {
    /// Creates an error with this cause. The cause is logged and displayed, so it must not contain a password.
    pub fn new(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self {
            message: "the token store failed",
            source: Some(Arc::from(cause.into())),
        }
    }

    pub(crate) fn because(message: &'static str) -> Self {
        Self {
            message,
            source: None,
        }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message)
    }
}

impl fmt::Debug for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreError")
            .field("message", &self.message)
            .field("source", &self.source)
            .finish()
    }
}

impl Error for StoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|cause| cause as _)
    }
}
