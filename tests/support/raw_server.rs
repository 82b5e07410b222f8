//! A server that sends raw bytes, for responses that no HTTP library would send.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};

/// How a connection responds once it has read a request.
#[derive(Clone, Debug)]
pub enum RawReply {
    /// These bytes; then the connection closes.
    Bytes(Vec<u8>),
    /// These bytes; then the connection is reset.
    Reset(Vec<u8>),
    /// These bytes; then one more at a time, for ever.
    Drip(Vec<u8>),
    /// These bytes; then as many more as the client takes, for ever.
    Flood(Vec<u8>),
    /// Nothing, and the connection stays open.
    Hang,
}

/// Serves one connection for each reply of its script; further connections are closed and counted.
pub struct RawServer {
    address: SocketAddr,
    seen: Arc<Mutex<Seen>>,
    accepting: AbortHandle,
}

#[derive(Default)]
struct Seen {
    requests: Vec<String>,
    beyond_script: usize,
    script: VecDeque<RawReply>,
}

impl RawReply {
    /// A whole response with a JSON body.
    pub fn json(status: &str, body: &str) -> Self {
        Self::whole(status, "content-type: application/json\r\n", body)
    }

    /// A whole response; each line of `headers` ends with CR LF.
    pub fn whole(status: &str, headers: &str, body: impl AsRef<[u8]>) -> Self {
        let body = body.as_ref();
        let mut bytes = format!(
            "HTTP/1.1 {status}\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n",
            body.len()
        )
        .into_bytes();
        bytes.extend_from_slice(body);
        Self::Bytes(bytes)
    }

    /// A token that lives for an hour.
    pub fn token(value: &str) -> Self {
        Self::json(
            "200 OK",
            &format!(r#"{{"access_token":"{value}","expires_in":3600,"token_type":"Bearer"}}"#),
        )
    }
}

impl RawServer {
    pub async fn start(script: impl IntoIterator<Item = RawReply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("a bound listener");
        let seen = Arc::new(Mutex::new(Seen {
            script: script.into_iter().collect(),
            ..Seen::default()
        }));
        let accepting = tokio::spawn(accept(listener, Arc::clone(&seen))).abort_handle();
        Self {
            address,
            seen,
            accepting,
        }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Returns all requests so far, as received.
    pub fn requests(&self) -> Vec<String> {
        self.seen.lock().unwrap().requests.clone()
    }

    /// Asserts that the script was followed to its end and no further.
    #[track_caller]
    pub fn finish(self) {
        let seen = self.seen.lock().unwrap();
        assert_eq!(seen.script.len(), 0, "replies that were not requested");
        assert_eq!(seen.beyond_script, 0, "requests beyond the script");
    }
}

impl Drop for RawServer {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, seen: Arc<Mutex<Seen>>) {
    let mut connections = JoinSet::new();
    loop {
        let (stream, _) = listener.accept().await.expect("a listening socket");
        connections.spawn(serve(stream, Arc::clone(&seen)));
    }
}

/// The client may disconnect at any time; that ends the connection without failing the test.
async fn serve(mut stream: TcpStream, seen: Arc<Mutex<Seen>>) -> std::io::Result<()> {
    let request = read_request(&mut stream).await?;
    let reply = {
        let mut seen = seen.lock().unwrap();
        seen.requests.push(request);
        let reply = seen.script.pop_front();
        seen.beyond_script += usize::from(reply.is_none());
        reply
    };
    match reply {
        None => {}
        Some(RawReply::Bytes(bytes)) => stream.write_all(&bytes).await?,
        Some(RawReply::Reset(bytes)) => {
            stream.write_all(&bytes).await?;
            stream.set_zero_linger()?;
        }
        Some(RawReply::Drip(bytes)) => {
            stream.write_all(&bytes).await?;
            let mut ticks = tokio::time::interval(Duration::from_millis(5));
            loop {
                ticks.tick().await;
                stream.write_all(b" ").await?;
            }
        }
        Some(RawReply::Flood(bytes)) => {
            stream.write_all(&bytes).await?;
            loop {
                stream.write_all(&[b' '; 16 * 1024]).await?;
            }
        }
        Some(RawReply::Hang) => std::future::pending().await,
    }
    Ok(())
}

/// Head and body of a request with a `content-length`.
async fn read_request(stream: &mut TcpStream) -> std::io::Result<String> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .filter_map(|line| line.split_once(':'))
                .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
                .and_then(|(_, value)| value.trim().parse().ok())
                .unwrap_or(0);
            if body.len() >= length {
                return Ok(text);
            }
        }
        if stream.read_buf(&mut bytes).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    }
}
