//! The token endpoint of processes without a cache.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;

use super::issuer::{Issuer, Response};
use super::machine::REQUEST_TIMEOUT;
use crate::clock::Moment;
use crate::error::TokenError;
use crate::token::AccessToken;
use crate::token::expiry::Lifetime;

/// Issues `token-1`, `token-2` and so on.
#[derive(Clone)]
pub(in crate::store) struct SimulatedEndpoint(Arc<Issuer>);

impl SimulatedEndpoint {
    /// Responds after 150 ms with tokens that live for an hour.
    pub(in crate::store) fn new() -> Self {
        let issuer = Issuer::new(Duration::from_secs(3600));
        issuer.set(Response::Token, Duration::from_millis(150));
        Self(Arc::new(issuer))
    }

    pub(in crate::store) fn requests(&self) -> u64 {
        self.0.requests()
    }

    pub(in crate::store) fn set(&self, response: Response, delay: Duration) {
        self.0.set(response, delay);
    }

    pub(in crate::store) fn respond_with(&self, response: Response) {
        self.0.respond_with(response);
    }

    pub(in crate::store) async fn fetch(&self) -> Result<AccessToken, TokenError> {
        let asked_at = Moment::now();
        let request = self.0.receive();
        sleep(request.delay).await;
        if request.response == Response::Hangs {
            sleep(REQUEST_TIMEOUT.saturating_sub(request.delay)).await;
        }
        let issued = self.0.respond(request)?;
        AccessToken::new(&issued.value, Lifetime::new(asked_at, issued.life))
    }
}
