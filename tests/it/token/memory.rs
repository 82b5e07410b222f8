//! What a client costs in memory when many share their connections.

use wristband_m2m::WristbandM2mClient;
use wristband_m2m_tests::{ApiServer, Reply};

const CLIENTS: usize = 200;
const BEFORE_ITS_TOKEN: i64 = 4 * 1024;
/// With a token of 1,000 characters that two threads read.
const WITH_A_TOKEN: i64 = 10 * 1024;

/// Returns the bytes per client that `work` has allocated on this thread and not freed.
fn live_bytes(work: impl FnOnce()) -> i64 {
    allocation_counter::measure(work).bytes_current / CLIENTS as i64
}

fn builder(endpoint: &ApiServer) -> wristband_m2m::WristbandM2mClientBuilder {
    WristbandM2mClient::builder()
        .client_id("0d8a5ae4c5f04b1b8e5e4c7f6a3b2d10")
        .client_secret("5f3b9c1e7a2d4680b4c6d8e0f1a3b5c7")
        .token_endpoint(&endpoint.url("/api/v1/oauth2/token"))
}

#[test]
fn a_tenant_costs_a_few_kilobytes() {
    // The endpoint runs on another thread, whose memory is not counted.
    let servers = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let body = format!(
        r#"{{"access_token":"{}","expires_in":3600}}"#,
        "x".repeat(1000)
    );
    let endpoint = servers.block_on(ApiServer::start(move |_| Reply::json(200, body.clone())));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let own = builder(&endpoint).build().unwrap();
    runtime.block_on(own.get_token()).unwrap();

    let mut clients = Vec::with_capacity(CLIENTS);
    let new = live_bytes(|| {
        for _ in 0..CLIENTS {
            let builder = builder(&endpoint).share_connections_with(&own);
            clients.push(builder.build().unwrap());
        }
    });
    assert!(new < BEFORE_ITS_TOKEN, "{new} bytes");
    // Checks the counter itself.
    assert!(new > 100, "{new} bytes");

    let fetched = live_bytes(|| {
        for client in &clients {
            runtime.block_on(client.get_token()).unwrap();
        }
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
        reading.join().unwrap()
    });
    let all = new + fetched + read;
    assert!(all < WITH_A_TOKEN, "{new} + {fetched} + {read} bytes");
    assert!(read > 1000, "{read} bytes for the second thread");
}
