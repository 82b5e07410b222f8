//! Servers that the tests run against.

#![allow(missing_docs, reason = "unpublished; names say it")]
#![allow(missing_debug_implementations, reason = "unpublished")]

mod api_server;
mod child;
mod meter;
mod raw_server;
mod reply;
mod tls;

pub use api_server::{ApiServer, Recorded};
pub use child::{child_argument, run_child};
pub use meter::{Meter, Reading};
pub use raw_server::{RawReply, RawServer};
pub use reply::Reply;
pub use tls::PrivateRoot;

/// Compiles the README's code, and runs what it can run.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
