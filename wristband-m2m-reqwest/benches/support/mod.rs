//! What the benches share: a server and a token that cost next to nothing, and how rounds are judged.

#![allow(dead_code, reason = "each bench uses a part")]

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use wristband_m2m_reqwest::wristband_m2m::{
    IssuedToken, TokenError, TokenSource, WristbandM2mClient,
};
use wristband_m2m_reqwest::{Bytes, async_trait};

/// A JWT is about this long.
pub(crate) const TOKEN_LENGTH: usize = 900;

/// A client whose tokens cost no request.
pub(crate) fn token_client() -> WristbandM2mClient {
    let client = WristbandM2mClient::builder()
        .token_source(FixedToken)
        .build();
    client.expect("a source is all it needs")
}

struct FixedToken;

#[async_trait]
impl TokenSource for FixedToken {
    async fn fetch_token(&self) -> Result<IssuedToken, TokenError> {
        let token = "x".repeat(TOKEN_LENGTH);
        Ok(IssuedToken::new(token, Duration::from_secs(3600)))
    }
}

/// Starts a server that costs as little as can be, and returns its origin. On a runtime of one thread it shares that with
/// the client: a round trip between threads costs what the scheduler likes, and does so for a whole run.
///
/// `respond` gets what has arrived of a request, and returns the response once that is all.
pub(crate) async fn serve<R>(respond: R) -> String
where
    R: Fn(&[u8]) -> Option<Bytes> + Clone + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("a bound listener");
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.expect("a connection");
            stream.set_nodelay(true).expect("an open socket");
            tokio::spawn(serve_connection(stream, respond.clone()));
        }
    });
    format!("http://{address}")
}

async fn serve_connection(mut stream: TcpStream, respond: impl Fn(&[u8]) -> Option<Bytes>) {
    let mut request = [0; 8192];
    let mut filled = 0;
    while let Ok(read) = stream.read(&mut request[filled..]).await {
        filled += read;
        if read == 0 {
            return;
        }
        if let Some(response) = respond(&request[..filled]) {
            if stream.write_all(&response).await.is_err() {
                return;
            }
            filled = 0;
        }
    }
}

/// Whether a request without a body has arrived.
pub(crate) fn is_whole(request: &[u8]) -> bool {
    request.ends_with(b"\r\n\r\n")
}

/// The tenth of the rounds that was disturbed least: what else a machine does makes a round slower, never faster.
pub(crate) fn undisturbed(mut rounds: Vec<f64>) -> f64 {
    rounds.sort_by(f64::total_cmp);
    rounds[rounds.len() / 10]
}

pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
