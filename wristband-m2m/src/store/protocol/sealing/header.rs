//! The head of a record, which everyone can read.

use crate::store::contract::StoreRecord;

/// The version, the id, the life and the end of what is sealed.
pub(super) const HEADER: usize = 1 + ID + 6 + 8;
pub(super) const NONCE: usize = 12;
pub(super) const TAG: usize = 16;
/// No token is longer, so no record is.
pub(super) const LONGEST_PLAIN: usize = 64 * 1024;

const VERSION: u8 = 1;
const ID: usize = 16;

/// Names one token, or one failure, among all.
pub(in crate::store::protocol) type RecordId = [u8; ID];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) id: RecordId,
    /// How long what is sealed lives in all; 6 bytes of it.
    pub(super) life_ms: u64,
    /// When it ends, by the wall clock of who sealed it.
    pub(super) ends_at_ms: u64,
}

impl Header {
    /// Splits a record into its header and what is sealed.
    pub(super) fn of(record: &StoreRecord) -> Option<(Self, &[u8])> {
        let bytes = record.as_bytes();
        if bytes.len() > HEADER + NONCE + LONGEST_PLAIN + TAG {
            return None;
        }
        let (header, sealed) = bytes.split_at_checked(HEADER)?;
        Some((Self::read(header)?, sealed))
    }

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
