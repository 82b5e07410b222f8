//! The token cache: a slot that is read without waiting, and at most one flight that fills it.
//!
//! A call that finds a calm token in the [`Slot`] is done. Any other call looks at the [`State`] under its lock, decides
//! there and then what to do, and does its waiting after the lock is released:
//!
//! ```text
//!   phase of the token    what the call does                                    while a refresh keeps failing
//!   Calm                  takes the token
//!   Ahead                 takes the token, sees that a flight is under way      takes it; flights at intervals
//!   Buffer                waits for the flight, 5 s at most                     takes it; flights at intervals
//!   Expired, or none      waits for the flight                                  waits, and shares its failure
//! ```

mod flight;
#[cfg(all(test, shuttle))]
mod interleavings;
mod news;
mod slot;
mod state;
#[cfg(all(test, not(shuttle)))]
mod tests;

use std::hash::{BuildHasher as _, Hasher as _};
use std::sync::{Arc, Weak};
use std::time::Duration;

use self::flight::{Flight, Landing, Takeoff, Ticket};
use self::news::News;
use self::slot::Slot;
use self::state::{Current, State, Trouble};
use crate::clock::Moment;
use crate::error::TokenError;
use crate::fetch::Fetcher;
use crate::lifetime::{ExpiryPolicy, Phase};
use crate::retry::refresh_pause;
#[cfg(feature = "blocking")]
use crate::runtime::RuntimeId;
use crate::runtime::{Mutex, Task, lock, sleep, spawn};
use crate::status::TokenStatus;
use crate::token::AccessToken;

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
    Wait { ticket: Ticket, has_token: bool },
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

    /// The cached token, if it is calm and lives for at least `least_life` more.
    #[inline]
    pub(crate) fn calm_token(&self, least_life: Duration) -> Option<AccessToken> {
        let token = self.slot.calm_token()?;
        (least_life.is_zero() || token.remaining() >= least_life).then_some(token)
    }

    /// A token, by whatever it takes.
    pub(crate) async fn token(
        self: &Arc<Self>,
        least_life: Duration,
    ) -> Result<AccessToken, TokenError> {
        for _ in 0..MOST_LOST_FLIGHTS {
            let (ticket, has_token) = match self.decide(least_life)? {
                Decision::Serve(token) => return Ok(token),
                Decision::Wait { ticket, has_token } => (ticket, has_token),
            };
            if let Some(result) = self.ride(ticket, has_token).await {
                return result;
            }
        }
        Err(TokenError::interrupted(
            "the token request was lost again and again, each time with the runtime that it ran on",
        ))
    }

    /// Fetches a new token, or joins the flight that does.
    pub(crate) async fn refresh(self: &Arc<Self>) -> Result<AccessToken, TokenError> {
        let (ticket, takeoff) = self.join_or_prepare(&mut lock(&self.state))?;
        launch(takeoff);
        self.ride(ticket, false)
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
    pub(crate) fn withdraw_slot(&self) {
        let mut state = lock(&self.state);
        self.slot.clear();
        state.slot_withdrawn = true;
    }

    pub(crate) fn status(&self) -> TokenStatus {
        let now = Moment::now();
        let state = lock(&self.state);
        let left = state.life_left(&now);
        TokenStatus {
            state: state.summary(&now),
            expires_in: (!left.is_zero()).then_some(left),
            last_error: state.trouble.as_ref().map(|trouble| trouble.error.clone()),
            token_requests: self.fetcher.requests(),
        }
    }

    /// Stops what runs for this cache: nobody is left to use it.
    pub(crate) fn shut_down(&self) {
        let mut state = lock(&self.state);
        if let Some(flight) = state.flight.take() {
            flight.abort();
        }
        if let Some(alarm) = state.alarm.take() {
            alarm.abort();
        }
    }

    fn decide(self: &Arc<Self>, least_life: Duration) -> Result<Decision, TokenError> {
        let (decision, takeoff) = self.decide_locked(&mut lock(&self.state), least_life)?;
        launch(takeoff);
        Ok(decision)
    }

    fn decide_locked(
        self: &Arc<Self>,
        state: &mut State,
        least_life: Duration,
    ) -> Result<(Decision, Option<Takeoff>), TokenError> {
        let now = Moment::now();
        let phase = state.phase(&now, least_life);
        // An expired token is never served.
        let token = state.unexpired_token(&now);
        if std::mem::take(&mut state.slot_withdrawn)
            && let Some(current) = &state.current
        {
            self.publish(current);
        }
        if let Some(token) = &token
            && (phase < Phase::Buffer || state.is_degraded(&now))
        {
            let takeoff = (phase > Phase::Calm)
                .then(|| self.prepare_if_due(state, &now))
                .flatten();
            return Ok((Decision::Serve(token.clone()), takeoff));
        }
        let (ticket, takeoff) = self.join_or_prepare(state)?;
        let has_token = token.is_some();
        Ok((Decision::Wait { ticket, has_token }, takeoff))
    }

    /// Waits for the flight. `None` means: look again, for something has changed.
    async fn ride(
        &self,
        ticket: Ticket,
        has_token: bool,
    ) -> Option<Result<AccessToken, TokenError>> {
        let flight = ticket.flight;
        match ticket
            .landing(has_token, self.fetcher.longest_cycle())
            .await
        {
            Landing::Landed(Ok(token)) => {
                let expired = token.lifetime().is_expired(&Moment::now());
                (!expired).then_some(Ok(token))
            }
            Landing::Landed(Err(error)) => {
                let now = Moment::now();
                let state = lock(&self.state);
                let token = state
                    .unexpired_token(&now)
                    .filter(|_| state.bridges(&error, &now));
                Some(token.ok_or(error))
            }
            Landing::Late => None,
            Landing::Lost => {
                self.lost(flight);
                None
            }
        }
    }

    /// A ticket for the flight under way, or for a new one, which the caller launches once the state is unlocked.
    fn join_or_prepare(
        self: &Arc<Self>,
        state: &mut State,
    ) -> Result<(Ticket, Option<Takeoff>), TokenError> {
        if let Some(flight) = &state.flight {
            return Ok((flight.ticket(), None));
        }
        state.flights += 1;
        let (flight, takeoff) = Flight::prepare(self, state.flights)?;
        let ticket = flight.ticket();
        state.flight = Some(flight);
        Ok((ticket, Some(takeoff)))
    }

    /// A flight that nobody waits for, unless one is under way or the last one has failed just now.
    fn prepare_if_due(self: &Arc<Self>, state: &mut State, now: &Moment) -> Option<Takeoff> {
        let due = state
            .trouble
            .as_ref()
            .is_none_or(|trouble| trouble.is_over(now));
        if !due || state.flight.is_some() {
            return None;
        }
        // Without a runtime there is no refresh, and the caller still has a good token.
        self.join_or_prepare(state).ok()?.1
    }

    /// Called by the alarm.
    fn retry_refresh(self: &Arc<Self>) {
        let now = Moment::now();
        let takeoff = {
            let mut state = lock(&self.state);
            let wanted = state.trouble.is_some() && !state.life_left(&now).is_zero();
            wanted
                .then(|| self.prepare_if_due(&mut state, &now))
                .flatten()
        };
        launch(takeoff);
    }

    /// Called when the flight has been spawned, which it may have outrun.
    fn took_off(&self, flight: u64, task: Option<Task>) {
        if let Some(known) = &mut lock(&self.state).flight
            && known.id == flight
        {
            known.task = task;
        }
    }

    /// Called by the flight when it has an outcome.
    fn landed(self: &Arc<Self>, flight: u64, result: &Result<AccessToken, TokenError>) {
        let now = Moment::now();
        let news = {
            let mut state = lock(&self.state);
            match result {
                _ if !state.take_flight(flight) => News::NotKept,
                Ok(token) => self.store(&mut state, token),
                Err(error) => self.note_failure(&mut state, error, &now),
            }
        };
        news.tell();
    }

    /// Called when a flight ended without an outcome.
    fn lost(&self, flight: u64) {
        let known = lock(&self.state).take_flight(flight);
        if known {
            News::Lost.tell();
        }
    }

    fn store(&self, state: &mut State, token: &AccessToken) -> News {
        let lifetime = token.lifetime();
        let schedule = self.policy.schedule(lifetime.life, jitter());
        let current = Current {
            token: token.clone(),
            schedule,
        };
        self.publish(&current);
        state.current = Some(current);
        if let Some(alarm) = state.alarm.take() {
            alarm.abort();
        }
        News::Fetched {
            expires_in: lifetime.life,
            failures: state.trouble.take().map_or(0, |trouble| trouble.failures),
        }
    }

    fn publish(&self, current: &Current) {
        let asked_at = current.token.lifetime().asked_at;
        let calm_until = asked_at.later(current.schedule.ahead_from);
        self.slot.publish(&current.token, calm_until);
    }

    fn note_failure(self: &Arc<Self>, state: &mut State, error: &TokenError, now: &Moment) -> News {
        let left = state.life_left(now);
        let failures = state.trouble.as_ref().map_or(0, |trouble| trouble.failures);
        let failures = failures.saturating_add(1);
        let pause = refresh_pause(failures, jitter(), left, error.retry_after());
        state.trouble = Some(Trouble {
            error: error.clone(),
            failures,
            retry_at: now.later(pause),
        });
        if pause < left {
            // Traffic starts the next try too; the alarm is for when there is none.
            let alarm = spawn(ring(Arc::downgrade(self), pause));
            if let Some(previous) = std::mem::replace(&mut state.alarm, alarm) {
                previous.abort();
            }
        }
        News::Failed {
            error: error.clone(),
            failures,
            left,
        }
    }
}

/// Spawns a flight that was prepared under the lock.
fn launch(takeoff: Option<Takeoff>) {
    if let Some(takeoff) = takeoff {
        takeoff.launch();
    }
}

/// Starts the next detached refresh after `pause`, if the cache is still there and still in trouble.
async fn ring(cache: Weak<TokenCache>, pause: Duration) {
    sleep(pause).await;
    if let Some(cache) = cache.upgrade() {
        cache.retry_refresh();
    }
}

/// A random part, from 0 to 1. The standard library seeds its hash maps well enough to spread a fleet.
fn jitter() -> f64 {
    let random = std::hash::RandomState::new().build_hasher().finish();
    random as f64 / u64::MAX as f64
}
