//! How the token endpoint responds.

use std::collections::VecDeque;
use std::time::Duration;

use http::header::AUTHORIZATION;
use http::{HeaderMap, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Bytes;
use serde_json::json;

use super::MockWristband;
use super::issuer::Issuer;
use super::response::{refusal, response};
use crate::fetch::secret::ClientSecret;

pub(super) struct Script {
    pub(super) issuer: Issuer,
    pub(super) expires_in: Duration,
    pub(super) delay: Duration,
    /// How many token requests get which status.
    pub(super) failures: VecDeque<(usize, StatusCode)>,
    pub(super) token_requests: u64,
    pub(super) jwks_requests: u64,
}

impl Script {
    pub(super) fn new(issuer: Issuer) -> Self {
        Self {
            issuer,
            expires_in: Duration::from_secs(3600),
            delay: Duration::ZERO,
            failures: VecDeque::new(),
            token_requests: 0,
            jwks_requests: 0,
        }
    }

    pub(super) fn respond(&mut self, headers: &HeaderMap, body: &[u8]) -> Response<Full<Bytes>> {
        if let Some(status) = self.next_failure() {
            let error = match status {
                StatusCode::UNAUTHORIZED => "invalid_client",
                status if status.is_server_error() => "server_error",
                _ => "invalid_request",
            };
            return refusal(status, error);
        }
        let expected = ClientSecret::new(MockWristband::CLIENT_SECRET)
            .basic_credential(MockWristband::CLIENT_ID);
        if headers.get(AUTHORIZATION) != Some(&expected) {
            return refusal(StatusCode::UNAUTHORIZED, "invalid_client");
        }
        if body != b"grant_type=client_credentials" {
            return refusal(StatusCode::BAD_REQUEST, "unsupported_grant_type");
        }
        let token = self.issuer.issue(self.expires_in);
        let document = json!({
            "access_token": token,
            "expires_in": self.expires_in.as_secs(),
            "token_type": "bearer",
        });
        response(StatusCode::OK, document.to_string())
    }

    fn next_failure(&mut self) -> Option<StatusCode> {
        self.failures.retain(|(requests, _)| *requests > 0);
        let (requests, status) = self.failures.front_mut()?;
        *requests -= 1;
        Some(*status)
    }
}
