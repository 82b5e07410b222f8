//! What the cache knows, and what follows from it at a given moment. Pure: it reads no clock and starts nothing.

use std::time::Duration;

use super::backoff::Backoff;
use super::sharded_slot::Slot;
use super::single_flight::Flight;
use crate::clock::Moment;
use crate::error::TokenError;
use crate::runtime::Task;
use crate::status::TokenState;
use crate::token::AccessToken;
use crate::token::expiry::{Phase, Schedule};

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) current: Option<Current>,
    pub(super) flight: Option<Flight>,
    /// The slot was emptied though there is a current token.
    pub(super) fast_path_invalid: bool,
    /// Set by a failure, and gone with the next success or clear.
    pub(super) backoff: Option<Backoff>,
    /// Counts flights, so that one that was detached is known when it lands.
    pub(super) flights: u64,
    /// Wakes the cache for the next detached refresh.
    pub(super) retry_timer: Option<Task>,
}

#[derive(Debug)]
pub(super) struct Current {
    pub(super) token: AccessToken,
    pub(super) schedule: Schedule,
}

impl State {
    pub(super) fn forget(&mut self, slot: &Slot) {
        self.current = None;
        self.backoff = None;
        if let Some(retry_timer) = self.retry_timer.take() {
            retry_timer.abort();
        }
        slot.clear();
    }

    /// Forgets the token only if it is `rejected`, and says whether it was.
    pub(super) fn forget_if(&mut self, rejected: &AccessToken, slot: &Slot) -> bool {
        let is_current = self
            .current
            .as_ref()
            .is_some_and(|current| current.token.is_same_token(rejected));
        if is_current {
            self.forget(slot);
        }
        is_current
    }

    pub(super) fn take_flight(&mut self, id: u64) -> bool {
        self.flight.take_if(|flight| flight.id == id).is_some()
    }

    pub(super) fn phase(&self, now: &Moment, min_lifetime: Duration) -> Phase {
        self.current
            .as_ref()
            .map_or(Phase::Expired, |current| current.phase(now, min_lifetime))
    }

    pub(super) fn life_left(&self, now: &Moment) -> Duration {
        self.current.as_ref().map_or(Duration::ZERO, |current| {
            current.token.lifetime().remaining(now)
        })
    }

    pub(super) fn unexpired_token(&self, now: &Moment) -> Option<AccessToken> {
        let token = &self.current.as_ref()?.token;
        (!token.lifetime().is_expired(now)).then(|| token.clone())
    }

    /// Whether a caller who would have waited for a refresh takes the token at hand instead.
    pub(super) fn is_degraded(&self, now: &Moment) -> bool {
        let failing = self.backoff.as_ref();
        failing.is_some_and(|backoff| self.serves_stale_on(&backoff.error, now))
            || self.flight.as_ref().is_some_and(Flight::is_slow)
    }

    /// Whether the token at hand is served in spite of `error`. An outage is bridged up to the token's end. A refusal is
    /// not: inside the buffer its error is what callers need to hear.
    pub(super) fn serves_stale_on(&self, error: &TokenError, now: &Moment) -> bool {
        error.is_transient() || self.phase(now, Duration::ZERO) < Phase::Buffer
    }

    pub(super) fn summary(&self, now: &Moment) -> TokenState {
        let phase = self.phase(now, Duration::ZERO);
        let failing = self.backoff.is_some();
        let flying = self.flight.is_some();
        match phase {
            Phase::Fresh | Phase::RefreshAhead if failing => TokenState::Degraded,
            Phase::Buffer if self.is_degraded(now) => TokenState::Degraded,
            _ if flying => TokenState::Refreshing,
            Phase::Fresh | Phase::RefreshAhead => TokenState::Fresh,
            _ if failing => TokenState::Failed,
            _ if self.current.is_some() => TokenState::Stale,
            _ => TokenState::Empty,
        }
    }
}

impl Current {
    /// The token's phase for a caller that needs `min_lifetime`. Too short a rest counts as the buffer, unless the token
    /// is so young that another would be no better.
    pub(super) fn phase(&self, now: &Moment, min_lifetime: Duration) -> Phase {
        let lifetime = self.token.lifetime();
        let age = lifetime.age(now);
        let phase = self.schedule.phase(age);
        let too_short = lifetime.remaining(now) < min_lifetime && age >= lifetime.life / 10;
        if phase < Phase::Buffer && too_short {
            Phase::Buffer
        } else {
            phase
        }
    }
}
