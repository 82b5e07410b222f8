//! Requests that authenticate themselves: a [reqwest] middleware and typed API clients on top of the tokens of
//! [`wristband_m2m`](mod@wristband_m2m).
//!
//! ```no_run
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use wristband_m2m_reqwest::reqwest_middleware::ClientBuilder;
//! use wristband_m2m_reqwest::wristband_m2m::WristbandM2mClient;
//! use wristband_m2m_reqwest::{WristbandAuth, reqwest, same_origin_redirects};
//!
//! let client = WristbandM2mClient::builder()
//!     .client_id("billing-service")
//!     .client_secret("s3cr3t")
//!     .application_vanity_domain("acme.us.wristband.dev")
//!     .build()?;
//!
//! let http = reqwest::Client::builder()
//!     .redirect(same_origin_redirects())
//!     .build()?;
//! let http = ClientBuilder::new(http)
//!     .with(WristbandAuth::new(client))
//!     .build();
//!
//! let orders = http.get("https://api.example.com/v1/orders").send().await?;
//! # Ok(())
//! # }
//! ```
//!
//! # The flow
//!
//! A request gets its token from the cache of the
//! [`WristbandM2mClient`](struct@wristband_m2m::WristbandM2mClient). If the API responds 401, [`WristbandAuth`] replaces
//! that token, by one token request for all callers, and sends the request again, once, byte for byte. [`AuthOutcome`], an
//! extension on every response, says what was done; [`token_error`] finds the cause when a request was not sent because
//! no token was available.
//!
//! The token is sent over `https`, to loopback, and to origins that
//! [`allow_origin`](WristbandAuthBuilder::allow_origin) lists; [`same_origin_redirects`] limits redirects to the origin of
//! the first URL. A single request may go without a token ([`SkipWristbandAuth`]), or require one that lives long enough
//! ([`MinTokenLife`]). See [`WristbandAuth`] for how to order it with `reqwest-retry` and `reqwest-tracing`.
//!
//! The attribute `#[wristband_m2m]` on a trait generates a client that has all of this inside: see
//! [`macro@wristband_m2m`].
//!
//! The [guide] has chapters on errors and retries, pages, testing and security, and explains every message.
//!
//! # Features
//!
//! | feature | default | effect |
//! |---|---|---|
//! | `macros` | on | `#[wristband_m2m]`, typed clients from traits |
//! | `rustls` | on | TLS with rustls |
//! | `native-tls` | | TLS with the system's library |
//! | `http2` | | HTTP/2 |
//! | `multipart` | | `#[multipart]` arguments, and `multipart` on request builders |
//! | `stream` | | `ByteStream`, `JsonLines`, `Events` and `Pages` |
//! | `testing` | | `wristband_m2m::testing::MockWristband`, a token endpoint on loopback |
//! | `metrics` | | metrics through the [`metrics`](https://docs.rs/metrics) facade, see [`describe_metrics`] |
//! | `blocking` | | `wristband_m2m::blocking`, tokens for synchronous programs |
//! | `redis` | | `wristband_m2m::RedisTokenStore`, one token for all processes of a fleet |
//! | `file-store` | | `wristband_m2m::FileTokenStore`, one token for all processes of a host |
//! | `token-store` | on with `rustls` | `wristband_m2m::TokenStore`, for a store of your own |

#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(
    not(all(
        feature = "macros",
        feature = "metrics",
        feature = "stream",
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

mod client;
mod discard;
mod error_chain;
// Documentation only. Its code needs these features.
#[cfg(any(
    doc,
    all(
        doctest,
        feature = "blocking",
        feature = "file-store",
        feature = "macros",
        feature = "redis",
        feature = "stream",
        feature = "testing"
    )
))]
pub mod guide;
mod middleware;
#[doc(hidden)]
#[allow(missing_docs, reason = "for generated code only")]
pub mod private;
mod telemetry;

pub use ::http;
pub use ::reqwest;
pub use ::reqwest_middleware;
pub use ::wristband_m2m;
pub use async_trait::async_trait;
pub use bytes::Bytes;

pub use crate::client::builder::{ApiClient, ApiClientBuilder};
pub use crate::client::connection::{ApiConnection, ApiConnectionBuilder};
pub use crate::client::endpoint::Endpoint;
pub use crate::client::error::{
    ApiError, ApiErrorKind, Problem, WristbandProblem, WristbandViolation,
};
pub use crate::client::pages::{LinkedPage, Page, WristbandPage};
#[cfg(feature = "stream")]
pub use crate::client::pages::{PageStream, Pages};
pub use crate::client::response::api_response::ApiResponse;
pub use crate::client::response::from_response::{BoxError, FromResponse};
#[cfg(feature = "stream")]
pub use crate::client::response::stream::{ByteStream, Event, Events, JsonLines};
pub use crate::middleware::error::token_error;
pub use crate::middleware::extensions::{MinTokenLife, SkipWristbandAuth};
pub use crate::middleware::outcome::{AuthOutcome, NotRetried};
pub use crate::middleware::redirect::same_origin_redirects;
pub use crate::middleware::{WristbandAuth, WristbandAuthBuilder};
#[cfg(feature = "metrics")]
pub use crate::telemetry::describe::describe_metrics;
#[cfg(feature = "macros")]
pub use wristband_m2m_macros::wristband_m2m;
