//! The state of the model, and the effect of each action.

use std::time::Duration;

use super::process::{Activity, Process};
use crate::store::contract::{LeaseId, LookOutcome, SlotState, StoreQuery, StoreRecord, Verdict};

const PROCESSES: usize = 3;
const LEASE: Duration = Duration::from_secs(2);
const TOKEN_LIFE: Duration = Duration::from_secs(3600);
const FAILURE_LIFE: Duration = LEASE;

/// Tokens are numbered in the order of their requests. A lease has the number of the token that is fetched under it.
pub(super) type Token = u8;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct World {
    pub(super) slot: SlotState,
    /// The slot after a fail-over.
    pub(super) replica: SlotState,
    /// Each tick is long enough for leases and failures to expire.
    pub(super) ticks: u8,
    pub(super) issued: Token,
    /// Tokens up to this one are revoked.
    pub(super) revoked: Token,
    pub(super) fail_overs: u8,
    pub(super) deaths: u8,
    /// Sorted: they are interchangeable.
    pub(super) processes: [Process; PROCESSES],
    pub(super) wrong: Option<&'static str>,
}

impl World {
    pub(super) fn time(&self) -> Duration {
        // Late enough for the budget of forced renewals to be full.
        LEASE * 100 + LEASE * self.ticks.into()
    }

    pub(super) fn all_serve(&self, token: Token) -> bool {
        token > self.revoked
            && self
                .processes
                .iter()
                .all(|process| process.activity == Activity::Serving(token))
    }

    pub(super) fn stored(&self) -> Option<Token> {
        let record = self.slot.record()?;
        record.as_bytes().first().copied()
    }

    pub(super) fn look(&mut self, at: usize) {
        let Activity::Looking(known) = self.processes[at].activity else {
            return;
        };
        let rejected = &self.processes[at].rejected;
        let lease = lease(self.issued + 1);
        let query = StoreQuery {
            known: known.map(record),
            verdict: Verdict::ForceRenewal,
            lease,
            lease_life: LEASE,
        };
        let before = self.stored();
        let time = self.time();
        let outcome = self.slot.look(&query, time);
        if let Some(removed) = before.filter(|_| self.slot.record().is_none())
            && !rejected.contains(&removed)
        {
            self.wrong = Some("a process removed a token that it did not see rejected");
        }
        match outcome {
            LookOutcome::Found { record, .. } => {
                let token = record.as_bytes()[0];
                self.processes[at].activity = if rejected.contains(&token) {
                    Activity::Looking(Some(token))
                } else {
                    Activity::Serving(token)
                };
            }
            LookOutcome::Leased => self.fetch(at, true),
            LookOutcome::Busy { .. } | LookOutcome::Failed { .. } | LookOutcome::TooSoon { .. } => {
            }
        }
    }

    pub(super) fn fetch(&mut self, at: usize, is_leased: bool) {
        let Activity::Looking(known) = self.processes[at].activity else {
            return;
        };
        self.issued += 1;
        self.processes[at].activity = Activity::Fetching {
            token: self.issued,
            known,
            is_leased,
        };
    }

    pub(super) fn put(&mut self, at: usize) {
        let Activity::Fetching { token, known, .. } = self.processes[at].activity else {
            return;
        };
        let before = self.stored();
        let time = self.time();
        let is_written = self.slot.put(
            &lease(token),
            &record(token),
            known.map(record).as_ref(),
            TOKEN_LIFE,
            time,
        );
        if is_written && before.is_some_and(|before| before > token) {
            self.wrong = Some("an older token overwrote a newer one");
        }
        self.processes[at].activity = Activity::Serving(token);
    }

    pub(super) fn fail(&mut self, at: usize) {
        let Activity::Fetching { token, known, .. } = self.processes[at].activity else {
            return;
        };
        let time = self.time();
        self.slot
            .fail(&lease(token), &record(0), FAILURE_LIFE, time);
        self.processes[at].activity = Activity::Looking(known);
    }
}

fn lease(token: Token) -> LeaseId {
    LeaseId::new([token; 16])
}

fn record(token: Token) -> StoreRecord {
    StoreRecord::from_bytes([token])
}
