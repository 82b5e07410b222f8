//! The token endpoint of processes without a cache.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::StatusCode;
use tokio::time::sleep;

use crate::clock::Moment;
use crate::error::{ErrorDocument, TokenError, TokenErrorKind};
use crate::token::AccessToken;
use crate::token::expiry::Lifetime;

/// How the endpoint responds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::store) enum Response {
    Token,
    Status(u16, Option<Duration>),
    Network,
    /// It does not respond within the request timeout of 10 s.
    Hangs,
}

/// Issues `token-1`, `token-2` and so on.
#[derive(Clone, Debug)]
pub(in crate::store) struct SimulatedEndpoint(Arc<EndpointInner>);

#[derive(Debug)]
struct EndpointInner {
    requests: AtomicU64,
    script: Mutex<(Response, Duration, Duration)>,
}

impl SimulatedEndpoint {
    /// Responds after 150 ms with tokens that live for an hour.
    pub(in crate::store) fn new() -> Self {
        Self(Arc::new(EndpointInner {
            requests: AtomicU64::new(0),
            script: Mutex::new((
                Response::Token,
                Duration::from_millis(150),
                Duration::from_secs(3600),
            )),
        }))
    }

    pub(in crate::store) fn requests(&self) -> u64 {
        self.0.requests.load(Ordering::Relaxed)
    }

    pub(in crate::store) fn set(&self, response: Response, delay: Duration, life: Duration) {
        *self.0.script.lock().unwrap() = (response, delay, life);
    }

    pub(in crate::store) fn respond_with(&self, response: Response) {
        self.0.script.lock().unwrap().0 = response;
    }

    pub(in crate::store) async fn fetch(&self) -> Result<AccessToken, TokenError> {
        let number = self.0.requests.fetch_add(1, Ordering::Relaxed) + 1;
        let (response, delay, life) = *self.0.script.lock().unwrap();
        let asked_at = Moment::now();
        sleep(delay).await;
        match response {
            Response::Token => {
                AccessToken::new(&format!("token-{number}"), Lifetime::new(asked_at, life))
            }
            Response::Status(status, retry_after) => Err(TokenError::from_status(
                StatusCode::from_u16(status).unwrap(),
                ErrorDocument::default(),
                retry_after,
            )),
            Response::Network => Err(TokenError::new(TokenErrorKind::Network, "no network")),
            Response::Hangs => {
                sleep(Duration::from_secs(10).saturating_sub(delay)).await;
                Err(TokenError::new(TokenErrorKind::Timeout, "late"))
            }
        }
    }
}
