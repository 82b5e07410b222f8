//! Middleware and typed clients.

mod brake;
mod origin;
mod redirect;

pub use ::reqwest;
pub use ::reqwest_middleware;

pub use crate::redirect::same_origin_redirects;
