//! Servers that the tests run against.
