//! The encoding of a slot.
//!
//! ```text
//! version 1 | budget full at 8 | lease: 0, or 1, holder 16, since 8, until 8 | record | failure
//! record, failure: 0, or 1, until 8, length 4, bytes
//! ```
//!
//! A number after a name is its length in bytes. Times are milliseconds since 1970.

use crate::store::contract::{Lease, LeaseId, SlotState, StoreRecord};
use std::time::Duration;

/// Enough for two records of a little over 64 KiB each.
pub(super) const LONGEST: usize = 160 * 1024;

const VERSION: u8 = 1;

type Ending = Option<(StoreRecord, Duration)>;

pub(super) fn encode(state: &SlotState) -> Vec<u8> {
    let mut bytes = vec![VERSION];
    bytes.extend(millis(state.whole_at));
    match &state.lease {
        None => bytes.push(0),
        Some(lease) => {
            bytes.push(1);
            bytes.extend(lease.holder.as_bytes());
            bytes.extend(millis(lease.since));
            bytes.extend(millis(lease.until));
        }
    }
    for ending in [&state.record, &state.failure] {
        match ending {
            None => bytes.push(0),
            Some((record, until)) => {
                bytes.push(1);
                bytes.extend(millis(*until));
                // A record is far shorter than 4 GiB.
                bytes.extend((record.as_bytes().len() as u32).to_be_bytes());
                bytes.extend(record.as_bytes());
            }
        }
    }
    bytes
}

pub(super) fn decode(bytes: &[u8]) -> Option<SlotState> {
    let mut reader = Reader(bytes);
    if reader.byte()? != VERSION {
        return None;
    }
    let whole_at = reader.moment()?;
    let lease = match reader.byte()? {
        0 => None,
        _ => Some(Lease {
            holder: LeaseId::new(reader.array()?),
            since: reader.moment()?,
            until: reader.moment()?,
        }),
    };
    let (record, failure) = (reader.ending()?, reader.ending()?);
    reader.0.is_empty().then_some(SlotState {
        record,
        failure,
        lease,
        whole_at,
    })
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (array, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*array)
    }

    fn byte(&mut self) -> Option<u8> {
        self.array().map(|[byte]| byte)
    }

    fn moment(&mut self) -> Option<Duration> {
        Some(Duration::from_millis(u64::from_be_bytes(self.array()?)))
    }

    fn ending(&mut self) -> Option<Ending> {
        if self.byte()? == 0 {
            return Some(None);
        }
        let until = self.moment()?;
        let length = u32::from_be_bytes(self.array()?);
        let (record, rest) = self.0.split_at_checked(length.try_into().ok()?)?;
        self.0 = rest;
        Some(Some((StoreRecord::from_bytes(record), until)))
    }
}

fn millis(duration: Duration) -> [u8; 8] {
    u64::try_from(duration.as_millis())
        .unwrap_or(u64::MAX)
        .to_be_bytes()
}
