//! Typed clients: what the generated structs are made of.

mod base_url;
pub(crate) mod builder;
pub(crate) mod connection;
pub(crate) mod endpoint;
pub(crate) mod error;
pub(crate) mod inner;
pub(crate) mod pages;
#[allow(missing_docs, reason = "for generated code only")]
pub(crate) mod request;
#[allow(missing_docs, reason = "for generated code only")]
pub(crate) mod response;
