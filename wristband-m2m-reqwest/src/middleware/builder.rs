//! Builder of the middleware.

use std::sync::Arc;

use ::wristband_m2m::{ConfigError, WristbandM2mClient};

use crate::middleware::WristbandAuth;
use crate::middleware::origin::Origin;
use crate::middleware::origin_policy::OriginPolicy;

/// Settings of [`WristbandAuth`].
///
/// | setting | default |
/// |---|---|
/// | [`allow_origin`](Self::allow_origin) | every `https` origin, and `http` on loopback |
/// | [`retry_on_unauthorized`](Self::retry_on_unauthorized) | on |
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct WristbandAuthBuilder {
    client: Arc<WristbandM2mClient>,
    origins: Vec<String>,
    retry_on_unauthorized: bool,
}

impl WristbandAuthBuilder {
    pub(super) fn new(client: Arc<WristbandM2mClient>) -> Self {
        Self {
            client,
            origins: Vec::new(),
            retry_on_unauthorized: true,
        }
    }

    /// Names an origin that gets the token; call it once for each. With one such call, only listed origins get it:
    /// requests to others pass without. The list is also how plain `http` to another machine is allowed, for a
    /// service mesh that does TLS by itself.
    ///
    /// An origin is a scheme, a host and perhaps a port: `https://api.example.com`, `http://orders.internal:8080`.
    /// Anything else fails in [`build`](Self::build).
    pub fn allow_origin(mut self, origin: impl Into<String>) -> Self {
        self.origins.push(origin.into());
        self
    }

    /// Sets whether a request that got a 401 is sent once more with a new token. On by default. When it is off, a 401
    /// still clears the rejected token, so the next request gets a new one.
    pub fn retry_on_unauthorized(mut self, retry: bool) -> Self {
        self.retry_on_unauthorized = retry;
        self
    }

    /// Checks the settings.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] if something given to [`allow_origin`](Self::allow_origin) is not an origin; it says what to
    /// write instead.
    pub fn build(self) -> Result<WristbandAuth, ConfigError> {
        let origin_policy = if self.origins.is_empty() {
            OriginPolicy::Secure
        } else {
            let origins = self.origins.iter().map(|origin| Origin::parse(origin));
            let origins = origins.collect::<Result<_, _>>();
            OriginPolicy::AllowList(
                origins.map_err(|problem| ConfigError::new("allow_origin", problem))?,
            )
        };
        Ok(WristbandAuth::assemble(
            self.client,
            origin_policy,
            self.retry_on_unauthorized,
        ))
    }
}
