//! Parses tokens into what the user wrote: shapes and spellings, no rules across parts.

pub(crate) mod argument;
pub(crate) mod attribute;
pub(crate) mod attribute_args;
pub(crate) mod fixed;
mod half_typed;
pub(crate) mod item;
pub(crate) mod method;
pub(crate) mod options;
pub(crate) mod role;
pub(crate) mod service;
pub(crate) mod verb;
