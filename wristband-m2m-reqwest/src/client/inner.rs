//! ClientInner: what all calls of one typed client share.

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::Url;

use super::connection::ApiConnection;

/// The inside of a generated client; a cheap handle.
#[derive(Clone)]
pub struct ClientInner(Arc<Shared>);

struct Shared {
    connection: ApiConnection,
    timeout: Duration,
    /// The URLs of the routes without arguments, once each of them has been called.
    urls: Box<[OnceLock<Url>]>,
}

impl ClientInner {
    /// `timeout` is the trait's, and `endpoints` how many of them it has.
    pub(super) fn new(
        connection: ApiConnection,
        timeout: Option<Duration>,
        endpoints: usize,
    ) -> Self {
        Self(Arc::new(Shared {
            timeout: timeout.unwrap_or(connection.timeout()),
            connection,
            urls: std::iter::repeat_with(OnceLock::new)
                .take(endpoints)
                .collect(),
        }))
    }

    pub(crate) fn connection(&self) -> &ApiConnection {
        &self.0.connection
    }

    pub(crate) fn timeout(&self) -> Duration {
        self.0.timeout
    }

    /// The place where the URL of an endpoint is kept.
    pub(crate) fn url(&self, endpoint: usize) -> Option<&OnceLock<Url>> {
        self.0.urls.get(endpoint)
    }
}

/// The `Debug` of a generated client: its base URL.
impl fmt::Debug for ClientInner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.connection().base().fmt(f)
    }
}
