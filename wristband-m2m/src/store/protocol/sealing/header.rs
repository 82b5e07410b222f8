//! The header of a record, which is not encrypted.

use crate::store::contract::StoreRecord;

/// Version, id, life and end.
pub(super) const HEADER: usize = 1 + ID + 6 + 8;
pub(super) const NONCE: usize = 12;
pub(super) const TAG: usize = 16;
/// The longest token.
pub(super) const LONGEST_PLAIN: usize = 64 * 1024;

const VERSION: u8 = 1;
const ID: usize = 16;

/// Identifies one token, or one failure.
pub(in crate::store::protocol) type RecordId = [u8; ID];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) id: RecordId,
    /// The total life of what is sealed, stored in 6 bytes.
    pub(super) life_ms: u64,
    /// When it ends, by the wall clock of the process that sealed it.
    pub(super) ends_at_ms: u64,
}

impl Header {
    /// Splits a record into its header and the rest; `None` if it is malformed.
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
