//! What can go wrong while a client is built.

use std::borrow::Cow;
use std::error::Error;
use std::sync::Arc;

/// A client cannot be built from these settings.
///
/// The message names the setting or the environment variable at fault and says what to write instead; it never
/// quotes a secret.
///
/// # Examples
///
/// ```
/// use wristband_m2m::WristbandM2mClient;
///
/// let error = WristbandM2mClient::builder()
///     .client_id("billing")
///     .client_secret("s3cr3t")
///     .application_vanity_domain("https://acme.us.wristband.dev")
///     .build()
///     .unwrap_err();
/// assert_eq!(error.setting(), "application_vanity_domain");
/// assert!(error.to_string().contains("without a scheme"));
/// ```
#[derive(Clone, Debug, thiserror::Error)]
#[error("{setting}: {problem}")]
pub struct ConfigError {
    setting: Cow<'static, str>,
    problem: Cow<'static, str>,
    #[source]
    source: Option<Arc<dyn Error + Send + Sync>>,
}

impl ConfigError {
    /// For the sister crate, whose builders fail with the same type.
    #[doc(hidden)]
    pub fn new(
        setting: impl Into<Cow<'static, str>>,
        problem: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            setting: setting.into(),
            problem: problem.into(),
            source: None,
        }
    }

    /// For the sister crate: adds the cause.
    #[doc(hidden)]
    #[must_use]
    pub fn caused_by(mut self, cause: impl Error + Send + Sync + 'static) -> Self {
        self.source = Some(Arc::new(cause));
        self
    }

    /// The same error for a setting that the user knows under another name.
    pub(crate) fn renamed(mut self, setting: String) -> Self {
        self.setting = setting.into();
        self
    }

    /// The setter or the environment variable at fault.
    #[must_use]
    pub fn setting(&self) -> &str {
        &self.setting
    }
}
