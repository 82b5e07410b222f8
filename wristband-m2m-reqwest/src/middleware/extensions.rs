//! Request extensions: settings of the middleware for one request.

use std::sync::Arc;
use std::time::Duration;

use crate::middleware::origin::Origin;

/// Extension on a request: sends it without a token and does not handle a 401 for it.
///
/// # Examples
///
/// ```
/// use wristband_m2m_reqwest::{SkipWristbandAuth, reqwest_middleware::ClientWithMiddleware};
///
/// # async fn example(http: ClientWithMiddleware) -> Result<(), Box<dyn std::error::Error>> {
/// let health = http
///     .get("https://api.example.com/health")
///     .with_extension(SkipWristbandAuth)
///     .send()
///     .await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SkipWristbandAuth;

/// Extension on a request: sends a token with at least this much life left, for a call that takes long.
///
/// Works like [`get_token_valid_for`](wristband_m2m::WristbandM2mClient::get_token_valid_for): if the endpoint issues
/// tokens with a shorter life, the youngest of those is sent, and no token is fetched per call.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use wristband_m2m_reqwest::{MinTokenLife, reqwest_middleware::ClientWithMiddleware};
///
/// # async fn example(http: ClientWithMiddleware) -> Result<(), Box<dyn std::error::Error>> {
/// let report = http
///     .get("https://api.example.com/reports/yearly")
///     .with_extension(MinTokenLife(Duration::from_secs(600)))
///     .send()
///     .await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MinTokenLife(
    /// The minimum life left when the request is sent.
    pub Duration,
);

/// Extension on a request of a typed client: a 401 replaces the token, and is returned without a retry.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NoRetry;

/// Extension on a request of a typed client: the origin of its base URL, which alone may see the token.
#[derive(Clone, Debug)]
pub(crate) struct HomeOrigin(pub(crate) Arc<Origin>);
