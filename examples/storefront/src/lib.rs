//! A public service, as one would deploy it: it takes orders from anybody, and passes them to a protected API.
//!
//! `orders_client` describes that API, `error` says what its failures mean here, `routes` is what the public may ask.

#![allow(missing_docs, reason = "an application; names say it")]
#![allow(missing_debug_implementations, reason = "an application")]

mod config;
mod error;
mod metrics;
mod orders_client;
mod routes;
#[cfg(feature = "stand-in")]
mod stand_in;

pub use config::{Config, Credentials};
pub use error::StorefrontError;
pub use metrics::record as record_metrics;
pub use orders_client::{DynOrders, NewOrder, Order, OrderPage, Orders, OrdersClient};
pub use routes::{Storefront, app};
#[cfg(feature = "stand-in")]
pub use stand_in::StandIns;
