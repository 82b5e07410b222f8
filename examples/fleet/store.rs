//! Where the fleet of this example keeps its token, and how that comes to an end.

use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context as _, bail};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};
use wristband_m2m_reqwest::reqwest;

/// Where the processes share their token.
pub(crate) enum Store {
    None,
    Directory(PathBuf),
    /// Through a connection that can be cut.
    Redis {
        url: String,
        link: AbortHandle,
    },
}

impl Store {
    pub(crate) fn directory() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("wristband-m2m-fleet-{}-{count}", std::process::id());
        Self::Directory(std::env::temp_dir().join(name))
    }

    pub(crate) async fn redis(url: &str) -> anyhow::Result<Self> {
        let mut url = reqwest::Url::parse(url)?;
        if url.scheme() != "redis" {
            bail!("this example cuts the connection to Redis, and so needs a redis:// URL");
        }
        let host = url.host_str().context("the URL has no host")?.to_owned();
        let target = (host, url.port().unwrap_or(6379));
        TcpStream::connect(&target)
            .await
            .context("no Redis is there")?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        url.set_host(Some("127.0.0.1"))?;
        let port = listener.local_addr()?.port();
        url.set_port(Some(port))
            .ok()
            .context("the URL has no port")?;
        let link = tokio::spawn(forward(listener, target)).abort_handle();
        Ok(Self::Redis {
            url: url.into(),
            link,
        })
    }

    pub(crate) fn argument(&self) -> String {
        match self {
            Self::None => "none".to_owned(),
            Self::Directory(path) => format!("directory:{}", path.display()),
            Self::Redis { url, .. } => url.clone(),
        }
    }

    pub(crate) fn kill(&self) -> std::io::Result<()> {
        match self {
            Self::None => {}
            Self::Directory(path) => {
                std::fs::remove_dir_all(path)?;
                std::fs::write(path, "no directory any more")?;
            }
            Self::Redis { link, .. } => link.abort(),
        }
        Ok(())
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        if let Self::Directory(path) = self {
            // It is a file if it was killed.
            let _ = std::fs::remove_file(&path).or_else(|_| std::fs::remove_dir_all(path));
        }
    }
}

async fn forward(listener: TcpListener, target: (String, u16)) {
    // Dropped with this task, which cuts all connections.
    let mut connections = JoinSet::new();
    while let Ok((mut client, _)) = listener.accept().await {
        let target = target.clone();
        connections.spawn(async move {
            if let Ok(mut server) = TcpStream::connect(target).await {
                let _ = client
                    .set_nodelay(true)
                    .and_then(|()| server.set_nodelay(true));
                let _ = copy_bidirectional(&mut client, &mut server).await;
            }
        });
    }
}
