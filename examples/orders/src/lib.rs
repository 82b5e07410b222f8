//! A protected API, as one would deploy it: it takes orders from services that have a token of one Wristband application.
//!
//! `token` verifies tokens by Wristband's published keys, `routes` is what a verified caller may do.

#![allow(missing_docs, reason = "an application; names say it")]

mod book;
mod config;
mod problem;
mod routes;
#[cfg(feature = "stand-in")]
mod stand_in;
mod token;

pub use config::{Config, jwks_url};
pub use routes::app;
#[cfg(feature = "stand-in")]
pub use stand_in::call_with_and_without_a_token;
pub use token::{KeySet, TokenRejection, TokenVerifier};

use std::time::Duration;

/// A client for the key set. No wait is unbounded, and nobody may send us elsewhere for keys.
///
/// # Errors
///
/// If reqwest finds no root certificates, for example.
pub fn key_set_client() -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder()
        .connect_timeout(Duration::from_secs(2))
        .timeout(Duration::from_secs(5))
        .redirect(reqwest::redirect::Policy::none())
        .build()
}
