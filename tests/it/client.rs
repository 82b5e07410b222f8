//! Typed clients.

mod fakes;
mod requests;
