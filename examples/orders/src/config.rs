//! What the environment, or a file `.env`, says.

use std::net::SocketAddr;

use anyhow::Context as _;

/// Where to listen, and whose tokens to accept.
#[derive(Clone, Debug)]
pub struct Config {
    /// `LISTEN`, 127.0.0.1:8081 unless set.
    pub listen: SocketAddr,
    /// The issuer of the tokens: `https://` and `APPLICATION_VANITY_DOMAIN`. Without it, the service runs on a stand-in.
    pub issuer: Option<String>,
}

impl Config {
    /// Reads the environment.
    ///
    /// # Errors
    ///
    /// If `LISTEN` is not an address with a port.
    pub fn from_env() -> anyhow::Result<Self> {
        let listen = std::env::var("LISTEN").unwrap_or_else(|_| "127.0.0.1:8081".to_owned());
        Ok(Self {
            listen: listen.parse().with_context(|| {
                format!("LISTEN is `{listen}`: write an address and a port, such as `0.0.0.0:8081`")
            })?,
            issuer: std::env::var("APPLICATION_VANITY_DOMAIN")
                .ok()
                .map(|domain| format!("https://{}", domain.trim())),
        })
    }
}

/// Where Wristband publishes the keys of an issuer.
#[must_use]
pub fn jwks_url(issuer: &str) -> String {
    format!("{issuer}/api/v1/oauth2/jwks")
}
