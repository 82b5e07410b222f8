//! Typed clients.

mod requests;
