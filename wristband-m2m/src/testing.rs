//! A token endpoint on loopback, for the tests of services that use this crate (feature `testing`).
//!
//! [`MockWristband`] responds to token requests as Wristband does, over real HTTP, and checks tokens, so that a test can
//! put a protected API beside it. It shows what a service does when the endpoint is slow, fails or revokes tokens.
//!
//! ```
//! # use wristband_m2m::{TokenState, testing::MockWristband};
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let wristband = MockWristband::start().await;
//! let client = wristband.client();
//!
//! // An outage longer than the retries ...
//! wristband.fail_next(3, 503);
//! let error = client.get_token().await.unwrap_err();
//! assert!(error.is_transient());
//! assert_eq!(client.status().state(), TokenState::Failed);
//!
//! // ... and the next call succeeds.
//! client.get_token().await?;
//! assert_eq!(wristband.token_requests(), 4);
//! # Ok(())
//! # }
//! ```
//!
//! Its tokens are JWTs, signed with a key of the key set at [`jwks_url`](MockWristband::jwks_url), so that an API that
//! verifies tokens can be tested as it is deployed. A stand-in for such an API asks
//! [`accepts`](MockWristband::accepts). With axum, for example:
//!
//! ```
//! # use wristband_m2m::testing::MockWristband;
//! # use http::{HeaderMap, StatusCode};
//! async fn list_orders(wristband: MockWristband, headers: HeaderMap) -> Result<&'static str, StatusCode> {
//!     if !wristband.accepts(&headers) {
//!         return Err(StatusCode::UNAUTHORIZED);
//!     }
//!     Ok("[]")
//! }
//! ```

mod issuer;
mod mock_wristband;
mod response;
mod script;
mod server;
mod signing_key;

pub use mock_wristband::MockWristband;

#[cfg(feature = "token-store")]
pub use crate::store::check_token_store;
