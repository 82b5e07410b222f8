//! Middleware and typed clients.
