//! Rules: what parses and is still refused.

pub(crate) mod pages;
pub(crate) mod path_params;
pub(crate) mod rules;
pub(crate) mod service;
pub(crate) mod signature;
pub(crate) mod verbs;
