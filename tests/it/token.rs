//! The token client, against endpoints that behave and endpoints that do not.

mod allocations;
mod blocking;
mod environment;
mod extremes;
mod flights;
mod hostile;
mod memory;
mod network;
mod outage;
mod request;
mod rotation;
mod secrecy;
mod secret_source;
mod shared_connections;

use wristband_m2m::{WristbandM2mClient, WristbandM2mClientBuilder};
use wristband_m2m_tests::RawServer;

const SECRET: &str = "s3cr3t/with+odd=chars";

/// A client of the raw server, with default settings.
fn client_of(server: &RawServer) -> WristbandM2mClient {
    builder_for(server).build().expect("complete settings")
}

fn builder_for(server: &RawServer) -> WristbandM2mClientBuilder {
    WristbandM2mClient::builder()
        .client_id("billing")
        .client_secret(SECRET)
        .token_endpoint(&server.url("/api/v1/oauth2/token"))
}
