//! What the environment, or a file `.env`, says.

use std::net::SocketAddr;

use anyhow::Context as _;

/// Where to listen, and which API to call.
#[derive(Clone, Debug)]
pub struct Config {
    /// `LISTEN`, 127.0.0.1:8080 unless set.
    pub listen: SocketAddr,
    /// Whether `CLIENT_ID` is set; without it, the service runs on stand-ins.
    pub credentials: Credentials,
}

#[derive(Clone, Debug)]
pub enum Credentials {
    /// `CLIENT_ID`, `CLIENT_SECRET` and `APPLICATION_VANITY_DOMAIN` are for `WristbandM2mClient::from_env()` to read.
    FromEnv {
        /// `ORDERS_URL`: where the protected API is.
        orders_url: String,
    },
    StandIn,
}

impl Config {
    /// Reads the environment.
    ///
    /// # Errors
    ///
    /// If `LISTEN` is not an address with a port, or there are credentials and no `ORDERS_URL`.
    pub fn from_env() -> anyhow::Result<Self> {
        let listen = std::env::var("LISTEN").unwrap_or_else(|_| "127.0.0.1:8080".to_owned());
        let listen = listen.parse().with_context(|| {
            format!("LISTEN is `{listen}`: write an address and a port, such as `0.0.0.0:8080`")
        })?;
        let credentials = if std::env::var_os("CLIENT_ID").is_some() {
            Credentials::FromEnv {
                orders_url: std::env::var("ORDERS_URL")
                    .context("ORDERS_URL is not set: write where the orders service is")?,
            }
        } else {
            Credentials::StandIn
        };
        Ok(Self {
            listen,
            credentials,
        })
    }
}
