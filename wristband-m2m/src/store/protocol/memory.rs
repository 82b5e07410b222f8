//! What one process remembers across flights.

use super::recent::Recent;
use super::sealing::RecordId;
use crate::clock::Moment;
use crate::store::contract::{LeaseId, StoreRecord, StoreSlot, Verdict};
use crate::token::AccessToken;

/// If a fail-over of the store brings back one of this many rejected tokens, it is not adopted.
const REMEMBERED_REJECTIONS: usize = 8;
const REMEMBERED_FAILURES: usize = 8;
/// The current token, and a few earlier ones that callers may still hold.
const REMEMBERED_TOKENS: usize = 4;

#[derive(Default)]
pub(super) struct Memory {
    pub(super) tokens: Recent<SharedToken, REMEMBERED_TOKENS>,
    pub(super) rejected: Recent<(RecordId, Verdict), REMEMBERED_REJECTIONS>,
    pub(super) failures: Recent<SeenFailure, REMEMBERED_FAILURES>,
    /// The record of the last token that was cleared.
    pub(super) cleared: Option<StoreRecord>,
    /// Counts clears and rejections. A token that was requested before the last one is not shared.
    pub(super) generation: u64,
    /// The token that was put last, until the next clear or rejection. The cache may not have it yet, and drops it if
    /// one of them comes first.
    pub(super) put: Option<RecordId>,
    /// The lease of the current flight, and those of detached flights.
    pub(super) held: Option<(StoreSlot, LeaseId)>,
    pub(super) detached: Vec<(StoreSlot, LeaseId)>,
}

/// A token that this process put or adopted.
pub(super) struct SharedToken {
    pub(super) token: AccessToken,
    pub(super) id: RecordId,
    pub(super) record: StoreRecord,
    pub(super) is_adopted: bool,
}

pub(super) struct SeenFailure {
    pub(super) id: RecordId,
    pub(super) believed_until: Moment,
}

impl Memory {
    pub(super) fn shared_token(&self, token: &AccessToken) -> Option<&SharedToken> {
        self.tokens.find(|shared| shared.token.is_same_token(token))
    }

    pub(super) fn retire(&mut self, token: &AccessToken, verdict: Verdict) {
        let known = self
            .shared_token(token)
            .map(|shared| (shared.id, shared.record.clone()));
        if let Some((id, _)) = &known
            && self
                .rejected
                .find(|known| *known == (*id, verdict))
                .is_some()
        {
            // The flight under way started after this was known.
            return;
        }
        if let Some((id, record)) = known {
            self.rejected.add((id, verdict));
            if verdict == Verdict::Remove {
                self.cleared = Some(record);
            }
        }
        self.detach(verdict);
    }

    pub(super) fn detach(&mut self, verdict: Verdict) {
        self.generation += 1;
        self.detached.extend(self.held.take());
        if let Some(put) = self.put.take()
            && self.rejected.find(|(id, _)| *id == put).is_none()
        {
            self.rejected.add((put, verdict));
        }
    }
}
