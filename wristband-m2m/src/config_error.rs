//! What can go wrong while a client is built.

use std::borrow::Cow;
use std::error::Error;
use std::sync::Arc;

/// The error returned when a client cannot be built from its settings.
///
/// The message names the setting or the environment variable at fault, says what is wrong with its value and what to
/// write instead. It never quotes a secret.
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
/// assert_eq!(
///     error.to_string(),
///     "`application_vanity_domain` must not have a scheme: write the bare host, such as `acme.us.wristband.dev`"
/// );
/// ```
// One grammar for both crates: "`setting` <what is wrong with the value>: <what to write>". The first half is a verb
// phrase whose subject is the setting ("must be", "must not have", "is missing"), the second an imperative.
#[derive(Clone, Debug, thiserror::Error)]
#[error("`{setting}` {problem}")]
pub struct ConfigError {
    setting: Cow<'static, str>,
    problem: Cow<'static, str>,
    #[source]
    source: Option<Arc<dyn Error + Send + Sync>>,
}

impl ConfigError {
    /// `problem` is both halves of the message: what is wrong, a colon, what to write.
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

    /// Returns the name of the setter or of the environment variable at fault.
    #[must_use]
    pub fn setting(&self) -> &str {
        &self.setting
    }
}
