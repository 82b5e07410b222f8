//! A proxy that delays, cuts and corrupts connections.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};

/// What happens to the bytes of each connection.
#[derive(Clone, Copy, Debug)]
pub enum ProxyMode {
    /// They are forwarded unchanged.
    Forward,
    /// Each reply is delayed by this much.
    Delay(Duration),
    /// The connection is closed after this many bytes of replies.
    CutRepliesAfter(usize),
    /// One byte in `every` is changed, in both directions.
    Corrupt {
        /// The distance between two changed bytes.
        every: usize,
        /// The position of the first changed byte.
        at: usize,
    },
}

/// A proxy on a free loopback port, stopped on drop.
#[derive(Debug)]
pub struct Proxy {
    port: u16,
    mode: Arc<Mutex<ProxyMode>>,
    accepting: AbortHandle,
}

impl Proxy {
    /// Starts a proxy in front of a loopback port.
    ///
    /// # Panics
    ///
    /// If no port can be bound.
    pub async fn start(target: u16) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
        let listener = listener.expect("a free port");
        let port = listener.local_addr().expect("a bound socket").port();
        let mode = Arc::new(Mutex::new(ProxyMode::Forward));
        let accepting = tokio::spawn(accept(listener, target, Arc::clone(&mode)));
        Self {
            port,
            mode,
            accepting: accepting.abort_handle(),
        }
    }

    /// Returns its port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Sets the mode of new and open connections.
    pub fn set(&self, mode: ProxyMode) {
        *self.mode.lock().unwrap_or_else(PoisonError::into_inner) = mode;
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, target: u16, mode: Arc<Mutex<ProxyMode>>) {
    // Dropped with this task, which ends all connections.
    let mut connections = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        let Ok(server) = TcpStream::connect((Ipv4Addr::LOCALHOST, target)).await else {
            continue;
        };
        let (from_client, to_client) = client.into_split();
        let (from_server, to_server) = server.into_split();
        let questions = pump(from_client, to_server, false, Arc::clone(&mode));
        let replies = pump(from_server, to_client, true, Arc::clone(&mode));
        // The first to end ends both.
        connections.spawn(async move {
            tokio::select! {
                () = questions => {}
                () = replies => {}
            }
        });
    }
}

async fn pump(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    is_reply: bool,
    mode: Arc<Mutex<ProxyMode>>,
) {
    let mut buffer = [0; 4096];
    let mut passed = 0;
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        let mut chunk = &mut buffer[..length];
        let mode = *mode.lock().unwrap_or_else(PoisonError::into_inner);
        match mode {
            ProxyMode::Delay(delay) if is_reply => tokio::time::sleep(delay).await,
            ProxyMode::CutRepliesAfter(limit) if is_reply => {
                let left = limit.saturating_sub(passed).min(length);
                chunk = &mut chunk[..left];
            }
            ProxyMode::Corrupt { every, at } => {
                for (byte, position) in chunk.iter_mut().zip(passed..) {
                    if position % every == at {
                        *byte ^= 0x15;
                    }
                }
            }
            _ => {}
        }
        passed += length;
        if to.write_all(chunk).await.is_err() || chunk.len() < length {
            return;
        }
    }
}
