//! The seam for client secrets that change while the process runs.

use std::error::Error;
use std::sync::Arc;

use async_trait::async_trait;

use super::secret::ClientSecret;

/// The error of a [`SecretSource`], of whatever type.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// Gives the client secret that is current now.
///
/// Set one with [`client_secret_source`](crate::WristbandM2mClientBuilder::client_secret_source), and secrets are
/// rotated without a restart. [`SecretFile`](crate::SecretFile) reads a file; implement the trait for a vault.
///
/// It is asked before each fetch of a token, and once more if the endpoint refuses the secret as `invalid_client`,
/// since the rotation may have come in between. Each call is bounded by
/// [`request_timeout`](crate::WristbandM2mClientBuilder::request_timeout). A source that fails, hangs or panics never
/// costs a token while a secret from before is valid: that one is used, a warning is traced, and
/// [`status().last_error()`](crate::TokenStatus::last_error) says why.
///
/// # Examples
///
/// ```
/// use wristband_m2m::{BoxError, ClientSecret, SecretSource, WristbandM2mClient, async_trait};
///
/// struct Vault {
///     http: reqwest::Client,
/// }
///
/// #[async_trait]
/// impl SecretSource for Vault {
///     async fn client_secret(&self) -> Result<ClientSecret, BoxError> {
///         let request = self.http.get("https://vault.internal/v1/wristband/billing");
///         let response = request.send().await?.error_for_status()?;
///         Ok(response.text().await?.into())
///     }
/// }
///
/// # let http = reqwest::Client::builder().tls_certs_only([]).build()?;
/// let client = WristbandM2mClient::builder()
///     .client_id("billing-service")
///     .client_secret_source(Vault { http })
///     .application_vanity_domain("acme.us.wristband.dev")
///     .build()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[async_trait]
pub trait SecretSource: Send + Sync + 'static {
    /// Returns the current secret. Do not retry here: the next fetch asks again.
    ///
    /// # Errors
    ///
    /// Any error. It is not shown anywhere, since it may quote the secret, except for the kind of a
    /// [`std::io::Error`] in its chain: log in the source what is safe to log.
    async fn client_secret(&self) -> Result<ClientSecret, BoxError>;
}

#[async_trait]
impl<S: SecretSource + ?Sized> SecretSource for Arc<S> {
    async fn client_secret(&self) -> Result<ClientSecret, BoxError> {
        (**self).client_secret().await
    }
}
