//! The names and the encryption of one client's records, both derived from its secret.

mod header;

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

pub(super) use self::header::RecordId;
use self::header::{HEADER, Header, LONGEST_PLAIN, NONCE, TAG};
use crate::store::contract::{StoreRecord, StoreSlot};
use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, Nonce, RandomizedNonceKey};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Prk, Salt};

const SALT: &[u8] = b"wristband-m2m store v1";
/// A record that a store replays is not used once it has been over for this long.
const REPLAY_BOUND: Duration = Duration::from_secs(5 * 60);

/// What is sealed. It is authenticated, so a token cannot be read as a failure, or a failure as a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) enum Purpose {
    Token,
    Failure,
}

/// An opened record. It has no `Debug`: the plain text is a token.
pub(super) struct Opened {
    pub(super) id: RecordId,
    pub(super) life: Duration,
    /// How long the record may be used at most, whatever time to live the store reports.
    pub(super) usable_for: Duration,
    pub(super) plain: Vec<u8>,
}

/// Why a record is not used.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unusable {
    /// It was not sealed with this key, under this name, for this purpose.
    Garbage,
    /// It ended more than five minutes ago.
    Replayed,
}

/// Seals and opens the records of one client secret.
pub(crate) struct Sealer {
    slot: StoreSlot,
    key: RandomizedNonceKey,
}

/// The number of bytes to derive.
#[derive(Clone, Copy, Debug)]
struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

impl Sealer {
    /// Derives the name and the key from `secret`. The name reveals none of the arguments.
    pub(crate) fn new(
        secret: &str,
        token_endpoint: &str,
        client_id: &str,
    ) -> Result<Self, Unspecified> {
        let prk = Salt::new(HKDF_SHA256, SALT).extract(secret.as_bytes());
        let name = derive::<16>(&prk, b"name", token_endpoint, client_id)?;
        let key = derive::<32>(&prk, b"aead", token_endpoint, client_id)?;
        Ok(Self {
            slot: StoreSlot::new(&name),
            key: RandomizedNonceKey::new(&AES_256_GCM_SIV, &key)?,
        })
    }

    pub(in crate::store) fn slot(&self) -> &StoreSlot {
        &self.slot
    }

    pub(in crate::store) fn seal(
        &self,
        purpose: Purpose,
        id: RecordId,
        plain: &[u8],
        life: Duration,
        ends_at: SystemTime,
    ) -> Option<StoreRecord> {
        if plain.len() > LONGEST_PLAIN {
            return None;
        }
        let header = Header {
            id,
            life_ms: millis(life),
            ends_at_ms: millis(ends_at.duration_since(UNIX_EPOCH).unwrap_or_default()),
        }
        .write();
        let mut sealed = plain.to_vec();
        let aad = self.associated_data(purpose, &header);
        let nonce = self
            .key
            .seal_in_place_append_tag(Aad::from(aad), &mut sealed)
            .ok()?;
        let mut record = Vec::with_capacity(HEADER + NONCE + sealed.len());
        record.extend_from_slice(&header);
        record.extend_from_slice(nonce.as_ref());
        record.extend_from_slice(&sealed);
        Some(StoreRecord::from_bytes(record))
    }

    pub(super) fn open(
        &self,
        purpose: Purpose,
        record: &StoreRecord,
        now: SystemTime,
    ) -> Result<Opened, Unusable> {
        let (header, rest) = Header::of(record).ok_or(Unusable::Garbage)?;
        let (nonce, sealed) = rest
            .split_first_chunk::<NONCE>()
            .filter(|(_, sealed)| sealed.len() >= TAG)
            .ok_or(Unusable::Garbage)?;
        let mut plain = sealed.to_vec();
        let aad = self.associated_data(purpose, &record.as_bytes()[..HEADER]);
        let length = self
            .key
            .open_in_place(Nonce::from(nonce), Aad::from(aad), &mut plain)
            .map_err(|_| Unusable::Garbage)?
            .len();
        plain.truncate(length);
        let now = millis(now.duration_since(UNIX_EPOCH).unwrap_or_default());
        let usable_until = header.ends_at_ms.saturating_add(millis(REPLAY_BOUND));
        let usable_for = usable_until.checked_sub(now).ok_or(Unusable::Replayed)?;
        Ok(Opened {
            id: header.id,
            life: Duration::from_millis(header.life_ms),
            usable_for: Duration::from_millis(usable_for),
            plain,
        })
    }

    /// Binds what is sealed to its name, its purpose and the header, which is not encrypted.
    fn associated_data(&self, purpose: Purpose, header: &[u8]) -> Vec<u8> {
        let purpose: &[u8] = match purpose {
            Purpose::Token => b":token:",
            Purpose::Failure => b":failure:",
        };
        [SALT, b":", self.slot.name().as_bytes(), purpose, header].concat()
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealer")
            .field("slot", &self.slot)
            .finish_non_exhaustive()
    }
}

/// HKDF concatenates its inputs, so each text is prefixed with its length.
fn derive<const N: usize>(
    prk: &Prk,
    purpose: &[u8],
    token_endpoint: &str,
    client_id: &str,
) -> Result<[u8; N], Unspecified> {
    let endpoint_length = (token_endpoint.len() as u64).to_be_bytes();
    let id_length = (client_id.len() as u64).to_be_bytes();
    let info = [
        purpose,
        &endpoint_length,
        token_endpoint.as_bytes(),
        &id_length,
        client_id.as_bytes(),
    ];
    let mut bytes = [0; N];
    prk.expand(&info, Length(N))?.fill(&mut bytes)?;
    Ok(bytes)
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
