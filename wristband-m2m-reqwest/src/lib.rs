//! Middleware and typed clients.

mod origin;
