//! The record that a store keeps.

use std::fmt;
use std::sync::Arc;

/// Sealed bytes, at most a little over 64 KiB. Two records are equal if their bytes are.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct StoreRecord(Arc<[u8]>);

impl StoreRecord {
    /// Creates a record from stored bytes. Any bytes are accepted; the client checks whether it sealed them.
    pub fn from_bytes(bytes: impl Into<Vec<u8>>) -> Self {
        Self(bytes.into().into())
    }

    /// Returns the bytes for a store to keep.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for StoreRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StoreRecord({} bytes)", self.0.len())
    }
}
