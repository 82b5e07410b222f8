//! The token cache: a slot that is read without waiting, and at most one flight that fills it.
//!
//! A call that finds a fresh token in the [`Slot`] is done. Any other call looks at the [`State`] under its lock, decides
//! there and then what to do, and does its waiting after the lock is released:
//!
//! ```text
//!   phase of the token    what the call does                                    while a refresh keeps failing
//!   Fresh                 takes the token
//!   RefreshAhead          takes the token, sees that a flight is under way      takes it; flights at intervals
//!   Buffer                waits for the flight, 5 s at most                     takes it; flights at intervals
//!   Expired, or none      waits for the flight                                  waits, and shares its failure
//! ```

mod background;
mod backoff;
mod event;
#[cfg(all(test, shuttle))]
mod interleavings;
mod sharded_slot;
mod single_flight;
mod state;
#[cfg(all(test, not(shuttle)))]
mod tests;

use std::sync::{Arc, Weak};
use std::time::Duration;

pub(crate) use self::background::BackgroundRefresh;
use self::backoff::{Backoff, backoff_delay};
use self::event::CacheEvent;
use self::sharded_slot::Slot;
use self::single_flight::{Flight, PendingFlight, WaitOutcome, Waiter};
use self::state::{Current, State};
use crate::clock::Moment;
use crate::error::TokenError;
use crate::fetch::Fetcher;
use crate::jitter::jitter;
#[cfg(feature = "blocking")]
use crate::runtime::RuntimeId;
use crate::runtime::{Mutex, Task, lock, sleep, spawn};
use crate::status::TokenStatus;
use crate::token::AccessToken;
use crate::token::expiry::{ExpiryPolicy, Phase};

/// A caller that loses this many flights in a row, each to a runtime that ended, gives up.
const MOST_LOST_FLIGHTS: u32 = 3;

pub(crate) struct TokenCache {
    slot: Slot,
    state: Mutex<State>,
    policy: ExpiryPolicy,
    fetcher: Fetcher,
}

enum Decision {
    Serve(AccessToken),
    Wait { waiter: Waiter, has_token: bool },
}

impl TokenCache {
    pub(crate) fn new(fetcher: Fetcher, policy: ExpiryPolicy) -> Self {
        Self {
            slot: Slot::new(),
            state: Mutex::new(State::default()),
            policy,
            fetcher,
        }
    }

    /// The cached token, if it is fresh and lives for at least `min_lifetime` more.
    #[inline]
    pub(crate) fn fresh_token(&self, min_lifetime: Duration) -> Option<AccessToken> {
        let token = self.slot.fresh_token()?;
        (min_lifetime.is_zero() || token.remaining() >= min_lifetime).then_some(token)
    }

    /// A token, by whatever it takes.
    pub(crate) async fn token(
        self: &Arc<Self>,
        min_lifetime: Duration,
    ) -> Result<AccessToken, TokenError> {
        for _ in 0..MOST_LOST_FLIGHTS {
            let (waiter, has_token) = match self.decide(min_lifetime)? {
                Decision::Serve(token) => return Ok(token),
                Decision::Wait { waiter, has_token } => (waiter, has_token),
            };
            if let Some(result) = self.wait_for(waiter, has_token).await {
                return result;
            }
        }
        Err(TokenError::interrupted(
            "the token request was lost again and again, each time with the runtime that it ran on",
        ))
    }

    /// Fetches a new token, or joins the flight that does.
    pub(crate) async fn refresh(self: &Arc<Self>) -> Result<AccessToken, TokenError> {
        let (waiter, pending) = self.join_or_prepare(&mut lock(&self.state))?;
        launch(pending);
        self.wait_for(waiter, false)
            .await
            .unwrap_or_else(|| Err(TokenError::interrupted("the token request was lost")))
    }

    pub(crate) fn clear(&self) {
        {
            let mut state = lock(&self.state);
            state.forget(&self.slot);
            // The flight goes on for those who wait for it. Its token may have been issued before whatever made the
            // caller clear the cache, so it is not stored, and the next call starts another.
            state.flight = None;
        }
        tracing::debug!("the token was cleared");
    }

    /// Clears only if `rejected` is still the cached token. A flight is not detached: it fetches the replacement already.
    pub(crate) fn clear_if(&self, rejected: &AccessToken) -> bool {
        let cleared = lock(&self.state).forget_if(rejected, &self.slot);
        if cleared {
            tracing::debug!("the rejected token was cleared");
        }
        cleared
    }

    /// Detaches a flight whose runtime the caller is about to block.
    #[cfg(feature = "blocking")]
    pub(crate) fn abandon_flight_on(&self, runtime: RuntimeId) {
        lock(&self.state)
            .flight
            .take_if(|flight| flight.runtime == runtime);
    }

    /// Has the next caller look at the state, where it finds the same token.
    pub(crate) fn invalidate_fast_path(&self) {
        let mut state = lock(&self.state);
        self.slot.clear();
        state.fast_path_invalid = true;
    }

    pub(crate) fn status(&self) -> TokenStatus {
        let now = Moment::now();
        let state = lock(&self.state);
        let left = state.life_left(&now);
        TokenStatus {
            state: state.summary(&now),
            expires_in: (!left.is_zero()).then_some(left),
            last_error: state.backoff.as_ref().map(|backoff| backoff.error.clone()),
            token_requests: self.fetcher.requests(),
        }
    }

    /// Stops what runs for this cache: nobody is left to use it.
    pub(crate) fn shut_down(&self) {
        let mut state = lock(&self.state);
        if let Some(flight) = state.flight.take() {
            flight.abort();
        }
        if let Some(retry_timer) = state.retry_timer.take() {
            retry_timer.abort();
        }
    }

    fn decide(self: &Arc<Self>, min_lifetime: Duration) -> Result<Decision, TokenError> {
        let (decision, pending) = self.decide_locked(&mut lock(&self.state), min_lifetime)?;
        launch(pending);
        Ok(decision)
    }

    fn decide_locked(
        self: &Arc<Self>,
        state: &mut State,
        min_lifetime: Duration,
    ) -> Result<(Decision, Option<PendingFlight>), TokenError> {
        let now = Moment::now();
        let phase = state.phase(&now, min_lifetime);
        // An expired token is never served.
        let token = state.unexpired_token(&now);
        if std::mem::take(&mut state.fast_path_invalid)
            && let Some(current) = &state.current
        {
            self.publish(current);
        }
        if let Some(token) = &token
            && (phase < Phase::Buffer || state.is_degraded(&now))
        {
            let pending = (phase > Phase::Fresh)
                .then(|| self.prepare_if_due(state, &now))
                .flatten();
            return Ok((Decision::Serve(token.clone()), pending));
        }
        let (waiter, pending) = self.join_or_prepare(state)?;
        let has_token = token.is_some();
        Ok((Decision::Wait { waiter, has_token }, pending))
    }

    /// Waits for the flight. `None` means: look again, for something has changed.
    async fn wait_for(
        &self,
        waiter: Waiter,
        has_token: bool,
    ) -> Option<Result<AccessToken, TokenError>> {
        let flight = waiter.flight;
        match waiter.wait(has_token, self.fetcher.longest_cycle()).await {
            WaitOutcome::Done(Ok(token)) => {
                let expired = token.lifetime().is_expired(&Moment::now());
                (!expired).then_some(Ok(token))
            }
            WaitOutcome::Done(Err(error)) => {
                let now = Moment::now();
                let state = lock(&self.state);
                let token = state
                    .unexpired_token(&now)
                    .filter(|_| state.serves_stale_on(&error, &now));
                Some(token.ok_or(error))
            }
            WaitOutcome::Slow => None,
            WaitOutcome::Lost => {
                self.on_abandoned(flight);
                None
            }
        }
    }

    /// A waiter for the flight under way, or for a new one, which the caller launches once the state is unlocked.
    fn join_or_prepare(
        self: &Arc<Self>,
        state: &mut State,
    ) -> Result<(Waiter, Option<PendingFlight>), TokenError> {
        if let Some(flight) = &state.flight {
            return Ok((flight.waiter(), None));
        }
        state.flights += 1;
        let (flight, pending) = Flight::prepare(self, state.flights)?;
        let waiter = flight.waiter();
        state.flight = Some(flight);
        Ok((waiter, Some(pending)))
    }

    /// A flight that nobody waits for, unless one is under way or the last one has failed just now.
    fn prepare_if_due(self: &Arc<Self>, state: &mut State, now: &Moment) -> Option<PendingFlight> {
        let due = state
            .backoff
            .as_ref()
            .is_none_or(|backoff| backoff.has_elapsed(now));
        if !due || state.flight.is_some() {
            return None;
        }
        // Without a runtime there is no refresh, and the caller still has a good token.
        self.join_or_prepare(state).ok()?.1
    }

    /// Called by the retry timer.
    fn retry_refresh(self: &Arc<Self>) {
        let now = Moment::now();
        let pending = {
            let mut state = lock(&self.state);
            let wanted = state.backoff.is_some() && !state.life_left(&now).is_zero();
            wanted
                .then(|| self.prepare_if_due(&mut state, &now))
                .flatten()
        };
        launch(pending);
    }

    /// Called when the flight has been spawned, which it may have outrun.
    fn on_spawned(&self, flight: u64, task: Option<Task>) {
        if let Some(known) = &mut lock(&self.state).flight
            && known.id == flight
        {
            known.task = task;
        }
    }

    /// Called by the flight when it has an outcome.
    fn on_complete(self: &Arc<Self>, flight: u64, result: &Result<AccessToken, TokenError>) {
        let now = Moment::now();
        let event = {
            let mut state = lock(&self.state);
            match result {
                _ if !state.take_flight(flight) => CacheEvent::NotKept,
                Ok(token) => self.store(&mut state, token),
                Err(error) => self.note_failure(&mut state, error, &now),
            }
        };
        event.trace();
    }

    /// Called when a flight ended without an outcome.
    fn on_abandoned(&self, flight: u64) {
        let known = lock(&self.state).take_flight(flight);
        if known {
            CacheEvent::Lost.trace();
        }
    }

    fn store(&self, state: &mut State, token: &AccessToken) -> CacheEvent {
        let lifetime = token.lifetime();
        let schedule = self.policy.schedule(lifetime.life, jitter());
        let current = Current {
            token: token.clone(),
            schedule,
        };
        self.publish(&current);
        state.current = Some(current);
        if let Some(retry_timer) = state.retry_timer.take() {
            retry_timer.abort();
        }
        CacheEvent::Fetched {
            expires_in: lifetime.life,
            failures: state.backoff.take().map_or(0, |backoff| backoff.failures),
        }
    }

    fn publish(&self, current: &Current) {
        let asked_at = current.token.lifetime().asked_at;
        let fresh_until = asked_at.later(current.schedule.ahead_from);
        self.slot.publish(&current.token, fresh_until);
    }

    fn note_failure(
        self: &Arc<Self>,
        state: &mut State,
        error: &TokenError,
        now: &Moment,
    ) -> CacheEvent {
        let left = state.life_left(now);
        let failures = state.backoff.as_ref().map_or(0, |backoff| backoff.failures);
        let failures = failures.saturating_add(1);
        let pause = backoff_delay(failures, jitter(), left, error.retry_after());
        state.backoff = Some(Backoff {
            error: error.clone(),
            failures,
            retry_at: now.later(pause),
        });
        if pause < left {
            // Traffic starts the next try too; the retry timer is for when there is none.
            let retry_timer = spawn(retry_later(Arc::downgrade(self), pause));
            if let Some(previous) = std::mem::replace(&mut state.retry_timer, retry_timer) {
                previous.abort();
            }
        }
        CacheEvent::Failed {
            error: error.clone(),
            failures,
            left,
        }
    }
}

/// Spawns a flight that was prepared under the lock.
fn launch(pending: Option<PendingFlight>) {
    if let Some(pending) = pending {
        pending.launch();
    }
}

/// Starts the next detached refresh after `pause`, if the cache is still there and still in backoff.
async fn retry_later(cache: Weak<TokenCache>, pause: Duration) {
    sleep(pause).await;
    if let Some(cache) = cache.upgrade() {
        cache.retry_refresh();
    }
}
