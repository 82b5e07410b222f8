//! The state of the cache, and what follows from it at a given moment. Pure: it reads no clock and starts nothing.

use std::time::Duration;

use super::backoff::Backoff;
use super::sharded_slot::Slot;
use super::single_flight::Flight;
use crate::clock::Moment;
use crate::error::TokenError;
use crate::fetch::{Demand, Need};
use crate::runtime::Task;
use crate::status::TokenState;
use crate::token::AccessToken;
use crate::token::expiry::{Phase, Schedule};

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) current: Option<Current>,
    pub(super) flight: Option<AttachedFlight>,
    /// Until when the slot serves the current token; `None` if it is empty.
    pub(super) slot_until: Option<Moment>,
    /// Set by a failed attempt; removed by the next success or clear.
    pub(super) backoff: Option<Backoff>,
    /// Wakes the cache for the next detached refresh.
    pub(super) retry_timer: Option<Task>,
    /// The last handle is gone: nothing starts any more.
    pub(super) is_closed: bool,
    /// Counts flights, so that a detached one is recognized when it ends.
    flights: u64,
}

#[derive(Debug)]
pub(super) struct Current {
    pub(super) token: AccessToken,
    pub(super) schedule: Schedule,
    /// An API has rejected the token; it is served until its replacement arrives.
    pub(super) is_rejected: bool,
}

/// The flight whose token will be stored.
#[derive(Debug)]
pub(super) struct AttachedFlight {
    pub(super) id: FlightId,
    pub(super) flight: Flight<Result<AccessToken, TokenError>>,
    /// A caller with a valid token has stopped waiting for a new one.
    pub(super) is_slow: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FlightId(u64);

impl State {
    pub(super) fn next_flight_id(&mut self) -> FlightId {
        self.flights += 1;
        FlightId(self.flights)
    }

    pub(super) fn attached(&mut self, id: FlightId) -> Option<&mut AttachedFlight> {
        self.flight.as_mut().filter(|flight| flight.id == id)
    }

    /// Detaches the flight, and returns whether it was attached.
    pub(super) fn detach(&mut self, id: FlightId) -> bool {
        self.flight.take_if(|flight| flight.id == id).is_some()
    }

    /// Detaches a flight that was sent already: its token may be older than what just happened. One that still waits
    /// for its turn is kept, since its token will be newer.
    pub(super) fn detach_if_started(&mut self) {
        self.flight
            .take_if(|attached| attached.flight.has_started());
    }

    pub(super) fn forget(&mut self, slot: &Slot) {
        self.current = None;
        self.end_backoff();
        self.detach_if_started();
        self.slot_until = None;
        slot.clear();
    }

    pub(super) fn end_backoff(&mut self) -> Option<Backoff> {
        if let Some(retry_timer) = self.retry_timer.take() {
            retry_timer.abort();
        }
        self.backoff.take()
    }

    /// Marks the cached token as rejected if it is `rejected`, and returns whether it is.
    pub(super) fn reject(&mut self, rejected: &AccessToken) -> bool {
        let Some(current) = &mut self.current else {
            return false;
        };
        if !current.token.is_same_token(rejected) {
            return false;
        }
        if !std::mem::replace(&mut current.is_rejected, true) {
            self.detach_if_started();
        }
        true
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

    pub(super) fn unexpired_token(&self, now: &Moment) -> Option<&AccessToken> {
        let token = &self.current.as_ref()?.token;
        (!token.lifetime().is_expired(now)).then_some(token)
    }

    /// Whether the cached token is served only because its replacement has not arrived.
    pub(super) fn is_degraded(&self, now: &Moment) -> bool {
        (self.is_failing() || self.is_rejected()) && self.unexpired_token(now).is_some()
    }

    /// Whether the last attempt to fetch a token failed, or one takes long.
    pub(super) fn is_failing(&self) -> bool {
        self.backoff.is_some() || self.flight.as_ref().is_some_and(|flight| flight.is_slow)
    }

    /// Whether an API has rejected the cached token.
    pub(super) fn is_rejected(&self) -> bool {
        let current = self.current.as_ref();
        current.is_some_and(|current| current.is_rejected)
    }

    /// The last failure, while the endpoint is to be left alone and there is a token to serve.
    pub(super) fn pending_backoff(&self, now: &Moment) -> Option<&Backoff> {
        self.unexpired_token(now)?;
        let backoff = self.backoff.as_ref()?;
        (!backoff.has_elapsed(now)).then_some(backoff)
    }

    /// What a flight that starts now has to fetch.
    pub(super) fn demand(&self, now: &Moment, need: Need) -> Demand {
        let have = self.unexpired_token(now).cloned();
        Demand {
            // An expired token needs no forced renewal, whatever an API said of it.
            is_rejected: have.is_some() && self.is_rejected(),
            have,
            need,
        }
    }

    pub(super) fn summary(&self, now: &Moment) -> TokenState {
        if self.is_degraded(now) {
            return TokenState::Degraded;
        }
        if self.flight.is_some() {
            return TokenState::Refreshing;
        }
        match self.phase(now, Duration::ZERO) {
            Phase::Fresh | Phase::RefreshAhead => TokenState::Fresh,
            _ if self.backoff.is_some() => TokenState::Failed,
            _ if self.current.is_some() => TokenState::Stale,
            _ => TokenState::Empty,
        }
    }

    /// The state as a gauge shows it: without a token to serve, a failure lasts until a request succeeds, and does not
    /// flicker with each request.
    pub(super) fn gauge(&self, now: &Moment) -> TokenState {
        match self.summary(now) {
            TokenState::Refreshing if self.backoff.is_some() => TokenState::Failed,
            state => state,
        }
    }
}

impl Current {
    /// The token's phase for a caller that needs `min_lifetime`. Too short a rest counts as the buffer.
    fn phase(&self, now: &Moment, min_lifetime: Duration) -> Phase {
        let phase = self.schedule.phase(self.token.lifetime().age(now));
        if phase < Phase::Buffer && is_too_short(&self.token, now, min_lifetime) {
            Phase::Buffer
        } else {
            phase
        }
    }
}

/// Whether the token lives shorter than `min_lifetime`, and is not so young that another would be no better.
pub(super) fn is_too_short(token: &AccessToken, now: &Moment, min_lifetime: Duration) -> bool {
    let lifetime = token.lifetime();
    lifetime.remaining(now) < min_lifetime && lifetime.age(now) >= lifetime.life / 60
}
