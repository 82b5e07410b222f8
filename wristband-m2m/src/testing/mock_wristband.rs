//! The token endpoint, as its users script and ask it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::header::AUTHORIZATION;
use http::{HeaderMap, StatusCode};
use serde_json::Value;

use super::server::Server;
use crate::client::{WristbandM2mClient, WristbandM2mClientBuilder};
use crate::clock::LONGEST_LIFE;

/// An in-process token endpoint. Clones are handles of the same endpoint; it stops when the last one is dropped.
///
/// Tokens are valid for an hour unless changed with [`set_expires_in`](Self::set_expires_in). A wrong id or secret is
/// refused with `invalid_client`, another grant with `unsupported_grant_type`.
///
/// # Claims
///
/// A token is a JWT with the type `at+JWT`, signed with RS256. The key set at [`jwks_url`](Self::jwks_url) has the public
/// key for the `kid` in its header. The private keys are in the source of this crate for everybody to read, so trust this
/// key set in tests only.
///
/// | claim | value |
/// |---|---|
/// | `iss` | the [`issuer`](Self::issuer) |
/// | `sub`, `client_id` | [`CLIENT_ID`](Self::CLIENT_ID) |
/// | `iat`, `exp` | now, and the end of the token's life, in seconds since 1970 |
/// | `jti` | an id that no other token has |
///
/// [`set_claim`](Self::set_claim) adds to them.
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
        Self(Arc::new(Server::start().await))
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

    /// Returns what the tokens claim as their issuer, `http://127.0.0.1:{port}`. For Wristband's own tokens it is
    /// `https://{application_vanity_domain}`.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.0.issuer
    }

    /// Returns the URL of the key set, `http://127.0.0.1:{port}/api/v1/oauth2/jwks`.
    #[must_use]
    pub fn jwks_url(&self) -> &str {
        &self.0.jwks_url
    }

    /// Returns how many token requests were received, refused and failed ones included.
    #[must_use]
    pub fn token_requests(&self) -> u64 {
        self.0.script().token_requests
    }

    /// Returns how many times the key set was read.
    #[must_use]
    pub fn jwks_requests(&self) -> u64 {
        self.0.script().jwks_requests
    }

    /// Sets the lifetime of tokens issued from now on: in whole seconds, rounded down, from 1 s to a year. Default: one
    /// hour.
    pub fn set_expires_in(&self, life: Duration) {
        let life = life.min(LONGEST_LIFE);
        self.0.script().expires_in = Duration::from_secs(life.as_secs().max(1));
    }

    /// Sets a claim of the tokens issued from now on, in addition to those [listed above](Self#claims) or in place of one.
    /// Null leaves the claim out.
    ///
    /// It changes what the token says and nothing else: the endpoint's `expires_in` stays as it is, and so does what
    /// [`accepts`](Self::accepts) thinks of the token.
    ///
    /// # Examples
    ///
    /// ```
    /// # use wristband_m2m::testing::MockWristband;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let wristband = MockWristband::start().await;
    /// wristband.set_claim("aud", "https://orders.example.com");
    /// wristband.set_claim("roles", vec!["app:acme:reader"]);
    /// wristband.set_claim("exp", 1_700_000_000);
    /// wristband.set_claim("sub", ());
    /// # }
    /// ```
    pub fn set_claim(&self, name: impl Into<String>, value: impl Into<Value>) {
        let (name, value) = (name.into(), value.into());
        self.0.script().issuer.set_claim(name, value);
    }

    /// Signs the tokens issued from now on with another key, of another key id. The key set shows it beside the one
    /// before, which still verifies the tokens that it has signed, until the next rotation.
    pub fn rotate_keys(&self) {
        self.0.script().issuer.rotate_keys();
    }

    /// Delays the responses to token requests received from now on. Default: no delay.
    pub fn set_delay(&self, delay: Duration) {
        self.0.script().delay = delay;
    }

    /// Responds to the next `requests` token requests with `status`, after those of earlier calls.
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
        self.0.script().issuer.revoke_all();
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
        scheme.eq_ignore_ascii_case("bearer") && self.0.script().issuer.accepts(token)
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
