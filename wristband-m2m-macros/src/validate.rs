//! Validation: rejects what parses but has no meaning.

pub(crate) mod pages;
pub(crate) mod path_params;
pub(crate) mod rules;
pub(crate) mod service;
pub(crate) mod signature;
pub(crate) mod verbs;
