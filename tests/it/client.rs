//! Typed clients.

mod calls;
mod connection;
mod events;
mod fakes;
mod fixed;
mod formats;
mod optional;
mod pages;
mod pinning;
mod properties;
mod requests;
mod responses;
mod settings;
mod spans;
mod streams;

use std::sync::Arc;

use wristband_m2m::WristbandM2mClient;
use wristband_m2m::testing::MockWristband;
use wristband_m2m_tests::{ApiServer, Recorded, Reply};

/// A token endpoint and an API beside it.
struct World {
    wristband: MockWristband,
    api: ApiServer,
}

impl World {
    async fn new(handler: impl Fn(&Recorded) -> Reply + Send + Sync + 'static) -> Self {
        Self {
            wristband: MockWristband::start().await,
            api: ApiServer::start(handler).await,
        }
    }

    fn token_client(&self) -> Arc<WristbandM2mClient> {
        Arc::new(self.wristband.client())
    }

    /// Returns the only request so far.
    fn request(&self) -> Recorded {
        let mut requests = self.api.requests();
        assert_eq!(requests.len(), 1, "{requests:#?}");
        requests.remove(0)
    }

    fn assert_nothing_was_sent(&self) {
        assert!(self.api.requests().is_empty());
        assert_eq!(self.wristband.token_requests(), 0);
    }
}

/// Returns the `Display` and `Debug` texts of an error and its sources.
fn all_texts_of(error: &dyn std::error::Error) -> String {
    let mut text = String::new();
    let mut cause = Some(error);
    while let Some(error) = cause {
        text += &format!("{error}\n{error:?}\n{error:#?}\n");
        cause = error.source();
    }
    text
}
