//! Where in a store a client's records are.

use std::fmt;

/// Names the records of one client in a store.
///
/// The name is derived from the client secret, the client id and the token endpoint, and shows nothing of them. Another
/// client, another endpoint and another secret are other names.
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
