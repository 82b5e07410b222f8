//! Fetches and caches machine-to-machine access tokens from [Wristband](https://wristband.dev).
//!
//! A backend service that calls APIs on its own behalf exchanges a client id and a secret for an access token (the
//! client-credentials grant of RFC 6749, section 4.4). This crate makes that exchange and caches the token, with correct
//! behavior under concurrency, expiry and failure.
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
//! [`get_token`](WristbandM2mClient::get_token) reads the cache. When the token is about to expire, a single request
//! (single flight) goes to `POST https://{application_vanity_domain}/api/v1/oauth2/token`, however many callers there are.
//! The request is detached from its callers: cancelling one caller does not affect the others. While the endpoint is
//! down, a token that has not expired is served (stale-if-error, RFC 5861); an expired token never is. To attach the
//! token to requests, and to replace it when an API rejects it, use the crate `wristband-m2m-reqwest`.
//!
//! The crate re-exports [`http`] and [`reqwest`], since its API uses their types; a new minor version of `reqwest` is a
//! breaking release of this crate.
//!
//! # Features
//!
//! | feature | default | effect |
//! |---|---|---|
//! | `rustls` | on | TLS with rustls |
//! | `native-tls` | | TLS with the system's library |
//! | `http2` | | HTTP/2 to the token endpoint |
//! | `redis` | | [`RedisTokenStore`], one token for all processes of a fleet |
//! | `file-store` | | [`FileTokenStore`], one token for all processes of a host |
//! | `token-store` | on with `rustls` | [`TokenStore`], for a store on another database; brings aws-lc-rs, as rustls does |
//! | `metrics` | | metrics through the [`metrics`](https://docs.rs/metrics) facade, see [`describe_metrics`] |
//! | `blocking` | | [`blocking::WristbandM2mClient`](crate::blocking), for synchronous programs |
//! | `testing` | | [`testing::MockWristband`](crate::testing), a token endpoint on loopback |

#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(
    not(all(
        feature = "blocking",
        feature = "file-store",
        feature = "metrics",
        feature = "redis",
        feature = "testing"
    )),
    allow(
        rustdoc::broken_intra_doc_links,
        reason = "links to what a feature adds are checked with all features"
    )
)]
// Tests may unwrap; library code says with `expect` why it cannot fail.
#![cfg_attr(not(test), warn(clippy::unwrap_used))]

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

#[cfg(feature = "blocking")]
pub mod blocking;
mod cache;
mod client;
mod clock;
mod config_error;
mod deadline;
mod error;
mod fetch;
mod jitter;
#[doc(hidden)]
pub mod private;
mod runtime;
mod status;
#[cfg(feature = "token-store")]
mod store;
mod telemetry;
#[cfg(feature = "testing")]
pub mod testing;
mod token;

pub use async_trait::async_trait;
pub use client::{WristbandM2mClient, WristbandM2mClientBuilder};
pub use config_error::ConfigError;
pub use error::{TokenError, TokenErrorKind};
pub use fetch::secret::ClientSecret;
pub use fetch::{BoxError, IssuedToken, SecretFile, SecretSource, TokenRetry, TokenSource};
pub use status::{TokenState, TokenStatus};
#[cfg(feature = "file-store")]
pub use store::FileTokenStore;
#[cfg(feature = "redis")]
pub use store::RedisTokenStore;
#[cfg(feature = "token-store")]
pub use store::{
    LeaseId, LookOutcome, StoreError, StoreQuery, StoreRecord, StoreSlot, StoreState, TokenStore,
    Verdict,
};
#[cfg(feature = "metrics")]
pub use telemetry::describe::describe_metrics;
pub use token::AccessToken;
pub use {http, reqwest};
