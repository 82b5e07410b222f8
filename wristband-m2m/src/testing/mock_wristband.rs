//! The token endpoint, as its users script and ask it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::header::AUTHORIZATION;
use http::{HeaderMap, StatusCode};
use tokio::time::Instant;

use super::script::Script;
use super::server::Server;
use crate::client::{WristbandM2mClient, WristbandM2mClientBuilder};
use crate::clock::LONGEST_LIFE;

/// An in-process token endpoint. Clones are handles of the same endpoint; it stops when the last one is dropped.
///
/// Tokens are valid for an hour unless changed with [`set_expires_in`](Self::set_expires_in). A wrong id or secret is
/// refused with `invalid_client`, another grant with `unsupported_grant_type`.
#[derive(Clone)]
pub struct MockWristband(Arc<Server>);

impl MockWristband {
    /// The client id that the endpoint accepts.
    pub const CLIENT_ID: &str = "mock-client";
    /// The secret of that client.
    pub const CLIENT_SECRET: &str = "mock-secret";

    /// Starts an endpoint on a free port of the loopback interface, on the current Tokio runtime.
    ///
    /// # Panics
    ///
    /// Panics if no port of 127.0.0.1 can be bound, or outside of a Tokio runtime with I/O.
    pub async fn start() -> Self {
        Self(Arc::new(Server::start(Script::default()).await))
    }

    /// Builds a client that gets its tokens here, with all settings at their defaults.
    ///
    /// # Panics
    ///
    /// Panics if reqwest cannot build its client.
    #[must_use]
    pub fn client(&self) -> WristbandM2mClient {
        self.builder()
            .build()
            .expect("the mock's own settings are complete")
    }

    /// Returns a builder with id, secret and endpoint set, for a client with custom settings.
    ///
    /// # Examples
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use wristband_m2m::testing::MockWristband;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), wristband_m2m::ConfigError> {
    /// let wristband = MockWristband::start().await;
    /// let client = wristband.builder().token_expiration_buffer(Duration::from_secs(5)).build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn builder(&self) -> WristbandM2mClientBuilder {
        WristbandM2mClient::builder()
            .client_id(Self::CLIENT_ID)
            .client_secret(Self::CLIENT_SECRET)
            .token_endpoint(&self.0.url)
            .default_http_client(plain_http())
    }

    /// Returns the URL of the token endpoint, `http://127.0.0.1:{port}/api/v1/oauth2/token`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.0.url
    }

    /// Returns how many token requests were received, refused and failed ones included.
    #[must_use]
    pub fn token_requests(&self) -> u64 {
        self.0.script().requests
    }

    /// Sets the lifetime of tokens issued from now on: in whole seconds, rounded down, from 1 s to a year. Default: one
    /// hour.
    pub fn set_expires_in(&self, life: Duration) {
        let life = life.min(LONGEST_LIFE);
        self.0.script().expires_in = Duration::from_secs(life.as_secs().max(1));
    }

    /// Delays the responses to requests received from now on. Default: no delay.
    pub fn set_delay(&self, delay: Duration) {
        self.0.script().delay = delay;
    }

    /// Responds to the next `requests` requests with `status`, after those of earlier calls.
    ///
    /// # Panics
    ///
    /// Panics if `status` is not a final HTTP status, from 200 to 999.
    pub fn fail_next(&self, requests: usize, status: u16) {
        let status = StatusCode::from_u16(status)
            .ok()
            .filter(|status| !status.is_informational())
            .expect("a final HTTP status, from 200 to 999");
        self.0.script().failures.push_back((requests, status));
    }

    /// Stops [accepting](Self::accepts) all tokens issued so far, as if an operator had revoked them.
    pub fn revoke_all(&self) {
        self.0.script().issued.clear();
    }

    /// Returns whether the request headers carry a token that was issued here and is neither revoked nor expired.
    #[must_use]
    pub fn accepts(&self, headers: &HeaderMap) -> bool {
        let mut credentials = headers.get_all(AUTHORIZATION).iter();
        let (Some(only), None) = (credentials.next(), credentials.next()) else {
            return false;
        };
        let Some((scheme, token)) = only.to_str().ok().and_then(|value| value.split_once(' '))
        else {
            return false;
        };
        let script = self.0.script();
        let expires_at = script.issued.get(token);
        scheme.eq_ignore_ascii_case("bearer")
            && expires_at.is_some_and(|expires_at| Instant::now() < *expires_at)
    }
}

impl fmt::Debug for MockWristband {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MockWristband")
            .field("url", &self.0.url)
            .finish_non_exhaustive()
    }
}

/// Loads no root certificates: there may be none on a machine that only runs tests.
fn plain_http() -> reqwest::ClientBuilder {
    let builder = reqwest::Client::builder().no_proxy();
    #[cfg(any(feature = "rustls", feature = "native-tls"))]
    let builder = builder.tls_certs_only([]);
    builder
}
