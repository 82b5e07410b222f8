//! Rules: what is well written and still cannot be.

pub(crate) mod pages;
pub(crate) mod path_params;
pub(crate) mod rules;
pub(crate) mod service;
pub(crate) mod signature;
pub(crate) mod verbs;
