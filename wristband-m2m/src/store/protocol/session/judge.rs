//! Whether to use a record that the store returned.

use std::time::Duration;

use super::StoreSession;
use crate::clock::Moment;
use crate::error::TokenError;
use crate::fetch::Demand;
use crate::store::contract::{StoreRecord, Verdict};
use crate::store::protocol::failure::Failure;
use crate::store::protocol::memory::SharedToken;
use crate::store::protocol::sealing::{Purpose, Sealer};
use crate::telemetry;
use crate::token::AccessToken;
use crate::token::expiry::{Lifetime, Phase};

pub(super) enum Judgment {
    Adopt(AccessToken),
    Useless(Verdict),
}

impl StoreSession {
    pub(super) fn judge(
        &mut self,
        sealer: &Sealer,
        record: &StoreRecord,
        life: Duration,
        looked_at: Moment,
        demand: &Demand,
    ) -> Judgment {
        let Ok(opened) = sealer.open(Purpose::Token, record, looked_at.wall) else {
            return Judgment::Useless(Verdict::Remove);
        };
        if let Some(verdict) = self.shared.rejection(&opened.id) {
            return Judgment::Useless(verdict);
        }
        let lifetime = Lifetime::begun(looked_at, opened.life, life.min(opened.usable_for));
        let token = std::str::from_utf8(&opened.plain)
            .ok()
            .and_then(|value| AccessToken::new(value, lifetime).ok());
        let Some(token) = token else {
            return Judgment::Useless(Verdict::Remove);
        };
        if !self.is_enough(&lifetime, demand) {
            return Judgment::Useless(Verdict::Keep);
        }
        self.shared.remember(SharedToken {
            token: token.clone(),
            id: opened.id,
            record: record.clone(),
            is_adopted: true,
        });
        telemetry::adopted();
        // Nothing is left to put.
        self.sealer = None;
        Judgment::Adopt(token)
    }

    /// Returns whether the token would not be due for renewal at once.
    fn is_enough(&self, lifetime: &Lifetime, demand: &Demand) -> bool {
        let now = Moment::now();
        let age = lifetime.age(&now);
        let phase = self.shared.policy.schedule(lifetime.life, 0.0).phase(age);
        // A young token lives as long as any that the endpoint would issue.
        let is_young = age < lifetime.life / 60;
        phase == Phase::Fresh
            && (is_young || lifetime.remaining(&now) >= demand.need.min_lifetime)
            && demand.need.max_age.is_none_or(|max_age| age <= max_age)
    }

    pub(super) fn shared_error(
        &self,
        sealer: &Sealer,
        record: &StoreRecord,
        life: Duration,
    ) -> Option<TokenError> {
        let opened = sealer
            .open(Purpose::Failure, record, Moment::now().wall)
            .ok()?;
        let failure = Failure::decode(&opened.plain)?;
        let left = self.shared.believed_for(opened.id, life.min(opened.life))?;
        failure.error(left)
    }
}
