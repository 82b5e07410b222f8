//! Machine-to-machine tokens from [Wristband](https://wristband.dev), cached.
//!
//! A backend service that calls APIs on its own behalf exchanges a client id and a secret for an access token (the
//! client-credentials grant of RFC 6749, section 4.4). This crate does that, and keeps the token right under
//! concurrency, expiry and failure.
//!
//! ```
//! # use wristband_m2m::testing::MockWristband;
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use wristband_m2m::WristbandM2mClient;
//!
//! let client = WristbandM2mClient::builder()
//!     .client_id("billing-service")
//!     .client_secret("s3cr3t")
//!     .application_vanity_domain("acme.us.wristband.dev")
//!     .build()?;
//! # let mock = MockWristband::start().await;
//! # let client = mock.client();
//! let token = client.get_token().await?;
//! let header = token.authorization(); // `Authorization: Bearer ...`
//! # assert!(header.is_sensitive());
//! # Ok(())
//! # }
//! ```
//!
//! # The flow
//!
//! [`get_token`](WristbandM2mClient::get_token) reads the cache; when the token is about to end, one request for
//! however many callers goes to `POST https://{application_vanity_domain}/api/v1/oauth2/token`. The request is detached:
//! a caller that gives up harms nobody. While the endpoint is down, a token that is still good is served; an expired one
//! never is. To have the token attached to requests, and renewed when an API rejects it, use the crate
//! `wristband-m2m-reqwest`.
//!
//! # Features
//!
//! | feature | default | effect |
//! |---|---|---|
//! | `rustls` | on | TLS by rustls |
//! | `native-tls` | | TLS by the system's library |
//! | `http2` | | HTTP/2 to the token endpoint |
//! | `blocking` | | [`blocking::WristbandM2mClient`](crate::blocking), for synchronous programs |
//! | `testing` | | [`testing::MockWristband`](crate::testing), a token endpoint on loopback |

#[cfg(feature = "blocking")]
pub mod blocking;
mod cache;
mod client;
mod clock;
mod config_error;
mod error;
mod fetch;
mod jitter;
#[doc(hidden)]
pub mod private;
mod runtime;
mod status;
#[cfg(feature = "testing")]
pub mod testing;
mod token;

pub use async_trait::async_trait;
pub use client::{WristbandM2mClient, WristbandM2mClientBuilder};
pub use config_error::ConfigError;
pub use error::{TokenError, TokenErrorKind};
pub use fetch::{IssuedToken, TokenRetry, TokenSource};
pub use status::{TokenState, TokenStatus};
pub use token::AccessToken;
