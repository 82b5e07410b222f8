//! Extensions: what one request may ask of the middleware.

use std::time::Duration;

/// Extension on a request: no token on this one, and its 401 is not ours.
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

/// Extension on a request: its token has at least this much life left, for a call that takes long.
///
/// As [`get_token_valid_for`](wristband_m2m::WristbandM2mClient::get_token_valid_for): if the endpoint issues tokens
/// that live shorter, one of those is sent, and no token is fetched per call.
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
    /// The least life that the token has when the request is sent.
    pub Duration,
);

/// Extension on a request of a generated client: a 401 clears the token, and is returned without a retry.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NoRetry;
