//! The name of a client's place in a store.

use std::fmt;

/// The name of the slot that holds one client's records.
///
/// It is derived from the client secret, the client id and the token endpoint, and reveals none of them. A different
/// secret, client or endpoint has a different name.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct StoreSlot(Box<str>);

impl StoreSlot {
    /// Returns the name: 32 characters from `0-9` and `a-f`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0
    }

    pub(crate) fn new(name: &[u8; 16]) -> Self {
        Self(hex(name).into())
    }
}

impl fmt::Debug for StoreSlot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("StoreSlot").field(&self.0).finish()
    }
}

pub(in crate::store) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
