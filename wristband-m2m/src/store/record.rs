//! A record as a store keeps it: a header that everyone can read, and sealed bytes.

use std::fmt;
use std::sync::Arc;

/// The version, the id, the life and the end of what is sealed.
pub(super) const HEADER: usize = 1 + ID + 6 + 8;
pub(super) const NONCE: usize = 12;
pub(super) const TAG: usize = 16;
/// No token is longer, so no record is.
pub(super) const LONGEST_PLAIN: usize = 64 * 1024;

const VERSION: u8 = 1;
const ID: usize = 16;

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

    pub(super) fn header(&self) -> Option<(Header, &[u8])> {
        if self.0.len() > HEADER + NONCE + LONGEST_PLAIN + TAG {
            return None;
        }
        let (header, sealed) = self.0.split_at_checked(HEADER)?;
        Some((Header::read(header)?, sealed))
    }
}

impl fmt::Debug for StoreRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StoreRecord({} bytes)", self.0.len())
    }
}

/// Names one token, or one failure, among all.
pub(super) type RecordId = [u8; ID];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) id: RecordId,
    /// How long what is sealed lives in all; 6 bytes of it.
    pub(super) life_ms: u64,
    /// When it ends, by the wall clock of who sealed it.
    pub(super) ends_at_ms: u64,
}

impl Header {
    pub(super) fn write(&self) -> [u8; HEADER] {
        let mut bytes = [0; HEADER];
        bytes[0] = VERSION;
        bytes[1..17].copy_from_slice(&self.id);
        bytes[17..23].copy_from_slice(&self.life_ms.to_be_bytes()[2..]);
        bytes[23..].copy_from_slice(&self.ends_at_ms.to_be_bytes());
        bytes
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (version, rest) = bytes.split_first()?;
        let (id, rest) = rest.split_first_chunk::<ID>()?;
        let (life, rest) = rest.split_first_chunk::<6>()?;
        let end: &[u8; 8] = rest.try_into().ok()?;
        let mut life_ms = [0; 8];
        life_ms[2..].copy_from_slice(life);
        (*version == VERSION).then_some(Self {
            id: *id,
            life_ms: u64::from_be_bytes(life_ms),
            ends_at_ms: u64::from_be_bytes(*end),
        })
    }
}
