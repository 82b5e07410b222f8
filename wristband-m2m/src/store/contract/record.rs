//! A record as a store keeps it.

use std::fmt;
use std::sync::Arc;

/// Sealed bytes, at most 64 KiB and a few more. Two records are the same if their bytes are.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct StoreRecord(Arc<[u8]>);

impl StoreRecord {
    /// Makes a record of what a store kept. Any bytes will do; the client finds out whether it sealed them.
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
