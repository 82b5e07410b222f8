//! Wristband and the orders service, in this process.

use std::future::IntoFuture as _;

use orders::{KeySet, TokenVerifier, key_set_client};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use wristband_m2m_reqwest::wristband_m2m::testing::MockWristband;

/// Both stand-ins; they end when this is dropped.
#[derive(Debug)]
pub struct StandIns {
    pub wristband: MockWristband,
    pub orders_url: String,
    _server: JoinSet<std::io::Result<()>>,
}

impl StandIns {
    /// Starts them on free ports of the loopback interface.
    ///
    /// # Errors
    ///
    /// If no port can be bound, or reqwest cannot build a client.
    pub async fn start() -> anyhow::Result<Self> {
        let wristband = MockWristband::start().await;
        let keys = KeySet::new(key_set_client()?, wristband.jwks_url());
        let orders = orders::app(TokenVerifier::new(wristband.issuer(), keys));
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let orders_url = format!("http://{}", listener.local_addr()?);
        let mut server = JoinSet::new();
        server.spawn(axum::serve(listener, orders).into_future());
        Ok(Self {
            wristband,
            orders_url,
            _server: server,
        })
    }
}
