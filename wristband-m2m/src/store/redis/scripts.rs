//! The five operations as Lua scripts, which Redis runs atomically.

use std::sync::LazyLock;
use std::time::Duration;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use redis::Value;

/// The text of a script, and the hash by which Redis caches it.
pub(super) struct Script {
    pub(super) text: &'static str,
    pub(super) sha1: String,
}

impl Script {
    fn new(text: &'static str) -> Self {
        let sha1 = digest(&SHA1_FOR_LEGACY_USE_ONLY, text.as_bytes());
        Self {
            text,
            sha1: hex(sha1.as_ref()),
        }
    }
}

// The scripts read a record with GETRANGE, so that an oversized value costs no more than the longest record. An empty
// record and a missing one are the same. A lease is the holder's 16 bytes, then the time when it was taken, in
// milliseconds.

pub(super) static LOOK: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("look.lua")));
pub(super) static PUT: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("put.lua")));
pub(super) static RENEW: LazyLock<Script> =
    LazyLock::new(|| Script::new(include_str!("renew.lua")));
pub(super) static FAIL: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("fail.lua")));
pub(super) static RELEASE: LazyLock<Script> =
    LazyLock::new(|| Script::new(include_str!("release.lua")));
use crate::store::contract::{LookOutcome, StoreError, StoreRecord, StoreSlot, hex};

/// The keys of a slot. The braces put them into one hash slot of a cluster.
pub(super) struct Keys(pub(super) [String; 4]);

impl Keys {
    pub(super) fn new(prefix: &str, slot: &StoreSlot) -> Self {
        let name = slot.name();
        Self(
            ["token", "lease", "failed", "renewals"]
                .map(|ending| format!("{prefix}wm2m1:{{{name}}}:{ending}")),
        )
    }
}

/// The reply to a script.
pub(super) struct Reply(pub(super) Value);

impl Reply {
    pub(super) fn look_outcome(self) -> Result<LookOutcome, StoreError> {
        let Value::Array(parts) = self.0 else {
            return Err(unexpected());
        };
        let Ok(
            [
                Value::Int(code),
                Value::BulkString(bytes),
                Value::Int(millis),
            ],
        ) = <[Value; 3]>::try_from(parts)
        else {
            return Err(unexpected());
        };
        // PTTL is negative for a key without a time to live, and for a missing one.
        let time = Duration::from_millis(millis.try_into().unwrap_or(0));
        let record = StoreRecord::from_bytes(bytes);
        match code {
            0 => Ok(LookOutcome::Leased),
            1 => Ok(LookOutcome::Found { record, life: time }),
            2 => Ok(LookOutcome::Busy { held_for: time }),
            3 => Ok(LookOutcome::Failed { record, life: time }),
            4 => Ok(LookOutcome::TooSoon { wait: time }),
            _ => Err(unexpected()),
        }
    }

    pub(super) fn done(self) -> Result<bool, StoreError> {
        match self.0 {
            Value::Int(done @ (0 | 1)) => Ok(done == 1),
            _ => Err(unexpected()),
        }
    }
}

fn unexpected() -> StoreError {
    StoreError::new("Redis returned an unexpected reply")
}
