//! How flights start, and what they leave behind.

use std::sync::{Arc, Weak};
use std::time::Duration;

use super::backoff::Backoff;
use super::state::{AttachedFlight, Current, FlightId, State};
use super::token_flight::TokenFlight;
use super::{PendingFlight, TokenCache, closed, single_flight};
use crate::clock::Moment;
use crate::error::TokenError;
use crate::fetch::{Demand, Need};
use crate::jitter::jitter;
use crate::runtime::{self, lock, sleep, spawn};
use crate::telemetry::CacheEvent;
use crate::token::AccessToken;

impl TokenCache {
    pub(super) fn prepare(
        self: &Arc<Self>,
        state: &mut State,
        need: Need,
    ) -> Result<PendingFlight, TokenError> {
        if state.is_closed {
            return Err(closed());
        }
        let id = state.next_flight_id();
        // After a failed refresh the cached token is served, and each retry is a single attempt.
        let is_retry = state.backoff.is_some() && state.unexpired_token(&Moment::now()).is_some();
        let work = TokenFlight::new(Arc::clone(self), id, need, is_retry);
        let (flight, pending) = single_flight::prepare(work);
        state.flight = Some(AttachedFlight {
            id,
            flight,
            is_slow: false,
        });
        Ok(pending)
    }

    /// Prepares a refresh that nobody waits for, unless a flight is under way or the backoff has not elapsed.
    pub(super) fn prepare_if_due(
        self: &Arc<Self>,
        state: &mut State,
        now: &Moment,
    ) -> Option<PendingFlight> {
        let is_due = state
            .backoff
            .as_ref()
            .is_none_or(|backoff| backoff.has_elapsed(now));
        // Without a runtime there is no refresh, and the caller still has a valid token.
        if !is_due || state.flight.is_some() || runtime::check().is_err() {
            return None;
        }
        self.prepare(state, Need::default()).ok()
    }

    /// Called by the retry timer.
    fn retry_refresh(self: &Arc<Self>) {
        let now = Moment::now();
        let pending = {
            let mut state = lock(&self.state);
            let is_wanted = state.backoff.is_some() && state.unexpired_token(&now).is_some();
            is_wanted
                .then(|| self.prepare_if_due(&mut state, &now))
                .flatten()
        };
        self.launch(pending);
    }

    /// Spawns a flight that was prepared under the lock.
    pub(super) fn launch(&self, pending: Option<PendingFlight>) {
        if let Some(pending) = pending {
            self.update_gauge();
            pending.launch();
        }
    }

    /// Called after each change of the state, once it is unlocked.
    pub(super) fn update_gauge(&self) {
        self.state_gauge
            .update(|| lock(&self.state).gauge(&Moment::now()));
    }

    pub(super) fn demand(&self, need: Need) -> Demand {
        lock(&self.state).demand(&Moment::now(), need)
    }

    /// Called by the flight when an attempt has failed and others follow. From now on valid tokens are served at once.
    pub(super) fn on_failed_attempt(&self, flight: FlightId, error: &TokenError) {
        {
            let mut state = lock(&self.state);
            if state.attached(flight).is_some() && state.backoff.is_none() {
                state.backoff = Some(Backoff::begin(error.clone(), Moment::now()));
            }
        }
        self.update_gauge();
    }

    /// Called by the flight when it has completed.
    pub(super) fn on_complete(
        self: &Arc<Self>,
        flight: FlightId,
        result: &Result<AccessToken, TokenError>,
    ) {
        let now = Moment::now();
        let event = {
            let mut state = lock(&self.state);
            match result {
                _ if !state.detach(flight) => CacheEvent::NotKept,
                Ok(token) => self.store(&mut state, token),
                Err(error) => self.note_failure(&mut state, error, &now),
            }
        };
        self.update_gauge();
        event.trace();
    }

    /// Called when a flight ended without an outcome, or its runtime seems not to be driven.
    pub(super) fn on_abandoned(&self, flight: FlightId) {
        let was_attached = lock(&self.state).detach(flight);
        if was_attached {
            self.update_gauge();
            CacheEvent::Abandoned.trace();
        }
    }

    pub(super) fn store(&self, state: &mut State, token: &AccessToken) -> CacheEvent {
        let lifetime = token.lifetime();
        let now = Moment::now();
        let replaced = state.current.as_ref().filter(|it| !it.is_rejected);
        let replaced = replaced.map(|current| current.token.lifetime().remaining(&now));
        state.current = Some(Current {
            token: token.clone(),
            schedule: self.policy.schedule(lifetime.life, jitter()),
            is_rejected: false,
        });
        self.publish(state);
        CacheEvent::Fetched {
            expires_in: lifetime.life,
            failures: state.end_backoff().map_or(0, |backoff| backoff.failures),
            replaced,
        }
    }

    pub(super) fn publish(&self, state: &mut State) {
        if let Some(current) = &state.current {
            let asked_at = current.token.lifetime().asked_at;
            let mut fresh_until = asked_at.later(current.schedule.ahead_from);
            if let Some(limit) = self.longest_fast_path {
                fresh_until = fresh_until.earlier(Moment::now().later(limit));
            }
            self.slot.publish(&current.token, fresh_until);
            state.slot_until = Some(fresh_until);
        }
    }

    fn note_failure(
        self: &Arc<Self>,
        state: &mut State,
        error: &TokenError,
        now: &Moment,
    ) -> CacheEvent {
        let left = state.life_left(now);
        let previous = state.end_backoff();
        let backoff = Backoff::after(previous, error.clone(), *now, left, jitter());
        let failures = backoff.failures;
        let delay = backoff.retry_at.until(now);
        // A refusal will not pass by itself, so only traffic tries again.
        if error.is_transient() && delay < left && !state.is_closed {
            state.retry_timer = spawn(retry_later(Arc::downgrade(self), delay));
        }
        state.backoff = Some(backoff);
        CacheEvent::Failed {
            error: error.clone(),
            failures,
            left,
        }
    }
}

/// Starts the next detached refresh after `delay`, if the cache is still there and still failing.
async fn retry_later(cache: Weak<TokenCache>, delay: Duration) {
    sleep(delay).await;
    if let Some(cache) = cache.upgrade() {
        cache.retry_refresh();
    }
}
