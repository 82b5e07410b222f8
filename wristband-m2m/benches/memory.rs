//! What a client costs in memory when thousands share their connections: before its first token, with a token of 1,000
//! characters, and once a second thread has read it.
//!
//! Live bytes as asked of the allocator, with an endpoint over real sockets. `cargo bench -p wristband-m2m --bench memory`.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};

use wristband_m2m::WristbandM2mClient;

const TOKEN_LENGTH: usize = 1_000;

fn main() {
    let endpoint = start_endpoint();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let own = client(endpoint, None);
    runtime.block_on(own.get_token()).expect("a token");

    println!("live bytes per client: before a token, with one, read by a second thread");
    for count in [1, 10, 100, 1_000, 10_000] {
        let mut clients = Vec::with_capacity(count);
        let new = live_bytes(|| clients.extend((0..count).map(|_| client(endpoint, Some(&own)))));
        let fetched = live_bytes(|| {
            for client in &clients {
                runtime.block_on(client.get_token()).expect("a token");
            }
            // What is left of the connections ends before it is counted.
            runtime.block_on(tokio::task::yield_now());
        });
        let read = std::thread::scope(|scope| {
            let reading = scope.spawn(|| {
                live_bytes(|| {
                    for client in &clients {
                        assert!(client.cached_token().is_some());
                    }
                })
            });
            reading.join().expect("no panic")
        });
        let per_client = |bytes: i64| bytes / i64::try_from(count).expect("few clients");
        println!(
            "{count:>6} clients {:>6} {:>6} {:>6}",
            per_client(new),
            per_client(new + fetched),
            per_client(new + fetched + read),
        );
    }
}

fn client(endpoint: SocketAddr, shared: Option<&WristbandM2mClient>) -> WristbandM2mClient {
    let builder = WristbandM2mClient::builder()
        .client_id("0d8a5ae4c5f04b1b8e5e4c7f6a3b2d10")
        .client_secret("5f3b9c1e7a2d4680b4c6d8e0f1a3b5c7")
        .token_endpoint(&format!("http://{endpoint}/api/v1/oauth2/token"));
    match shared {
        Some(shared) => builder.share_connections_with(shared),
        None => builder,
    }
    .build()
    .expect("complete settings")
}

/// What `work` has allocated on this thread and not freed again.
fn live_bytes(work: impl FnOnce()) -> i64 {
    allocation_counter::measure(work).bytes_current
}

/// An endpoint on threads of its own, whose memory is not counted.
fn start_endpoint() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("a bound listener");
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            // A client that goes away early is its own business.
            let _ = stream.and_then(respond);
        }
    });
    address
}

fn respond(mut stream: TcpStream) -> std::io::Result<()> {
    let mut request = Vec::new();
    let mut chunk = [0; 1024];
    while !request.ends_with(b"grant_type=client_credentials") {
        match stream.read(&mut chunk)? {
            0 => return Ok(()),
            length => request.extend_from_slice(&chunk[..length]),
        }
    }
    let token = "x".repeat(TOKEN_LENGTH);
    let body = format!(r#"{{"access_token":"{token}","expires_in":3600}}"#);
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
}
