//! The token cache: a slot that is read without waiting, and at most one flight that fills it.
//!
//! A call that finds a fresh token in the [`Slot`] is done. Any other call looks at the [`State`] under its lock, decides
//! there and then what to do, and does its waiting after the lock is released:
//!
//! ```text
//!   phase of the token    what the call does                                    while refreshes fail, or the token is rejected
//!   Fresh                 takes the token                                       takes it; detached retries
//!   RefreshAhead          takes the token, sees that a flight is under way      takes it; detached retries
//!   Buffer                waits for the flight, for a while                     takes it; detached retries
//!   Expired, or none      waits for the flight                                  waits, and shares its failure
//! ```

mod background;
mod backoff;
#[cfg(all(test, shuttle))]
mod interleavings;
mod sharded_slot;
mod single_flight;
mod state;
#[cfg(all(test, not(shuttle)))]
mod tests;
mod token_flight;

use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::sync::watch;

use self::backoff::Backoff;
use self::sharded_slot::Slot;
use self::single_flight::{WaitOutcome, Waiter};
use self::state::{AttachedFlight, Current, FlightId, State};
use self::token_flight::TokenFlight;
use crate::clock::Moment;
use crate::error::TokenError;
use crate::fetch::endpoint::TokenEndpoint;
use crate::fetch::{Demand, Fetcher, Need};
use crate::jitter::jitter;
use crate::runtime::{self, Mutex, lock, sleep, spawn};
use crate::status::{TokenState, TokenStatus};
#[cfg(feature = "token-store")]
use crate::store::{SharedTokens, StoreState};
use crate::telemetry::{self, CacheEvent, StateGauge};
use crate::token::AccessToken;
use crate::token::expiry::{ExpiryPolicy, Phase};

pub(crate) use self::background::BackgroundRefresh;

/// The longest that a caller with a valid token waits for a new one.
const LONGEST_PATIENCE: Duration = Duration::from_secs(5);

pub(crate) struct TokenCache {
    slot: Slot,
    state: Mutex<State>,
    policy: ExpiryPolicy,
    /// How long the slot may serve a token before a caller has to look at the state.
    longest_fast_path: Option<Duration>,
    fetcher: Fetcher,
    /// Set when the last handle is gone; running flights stop then.
    closed: watch::Sender<bool>,
    state_gauge: StateGauge<TokenState>,
}

/// What a caller asks for.
#[derive(Clone, Copy)]
enum Ask<'a> {
    /// A valid token, if possible with this much life left.
    Token { min_lifetime: Duration },
    /// A token other than this one, which an API has rejected.
    Replacement(&'a AccessToken),
    /// A new token.
    New { max_age: Duration },
}

enum Decision {
    Serve(AccessToken),
    Wait(Joined),
}

/// A caller's place in a flight.
struct Joined {
    flight: FlightId,
    waiter: Waiter<Result<AccessToken, TokenError>>,
    /// Launched by this caller, on its own runtime.
    is_own: bool,
    /// How long to wait before falling back on the token at hand.
    patience: Option<Duration>,
}

type PendingFlight = single_flight::PendingFlight<TokenFlight>;

impl TokenCache {
    pub(crate) fn new(
        fetcher: Fetcher,
        policy: ExpiryPolicy,
        longest_fast_path: Option<Duration>,
    ) -> Self {
        Self {
            slot: Slot::new(),
            state: Mutex::new(State::default()),
            policy,
            longest_fast_path,
            fetcher,
            closed: watch::Sender::new(false),
            state_gauge: StateGauge::new(TokenState::Empty),
        }
    }

    /// The cached token, if it is fresh and lives for at least `min_lifetime` more.
    #[inline]
    pub(crate) fn fresh_token(&self, min_lifetime: Duration) -> Option<AccessToken> {
        let token = self.slot.fresh_token()?;
        (min_lifetime.is_zero() || token.remaining() >= min_lifetime).then_some(token)
    }

    /// The cached token, if it is valid. Inside a runtime, starts the refresh that is due.
    pub(crate) fn valid_token(self: &Arc<Self>) -> Option<AccessToken> {
        let (token, pending) = {
            let now = Moment::now();
            let mut state = lock(&self.state);
            let token = state.unexpired_token(&now).cloned();
            let phase = state.phase(&now, Duration::ZERO);
            let pending = self.tend(&mut state, &now, phase);
            (token, pending)
        };
        self.launch(pending);
        token
    }

    /// A valid token, cached or fetched.
    pub(crate) async fn token(
        self: &Arc<Self>,
        min_lifetime: Duration,
    ) -> Result<AccessToken, TokenError> {
        self.obtain(Ask::Token { min_lifetime }).await
    }

    /// A token other than `rejected`, which stays the token of all other callers until then.
    pub(crate) async fn replace(
        self: &Arc<Self>,
        rejected: &AccessToken,
    ) -> Result<AccessToken, TokenError> {
        self.obtain(Ask::Replacement(rejected)).await
    }

    /// Fetches a new token, or joins the flight that does.
    ///
    /// With a token store, another process's token will do up to `max_age`.
    pub(crate) async fn refresh(
        self: &Arc<Self>,
        max_age: Duration,
    ) -> Result<AccessToken, TokenError> {
        self.obtain(Ask::New { max_age }).await
    }

    pub(crate) fn clear(&self) {
        {
            let mut state = lock(&self.state);
            let token = state.current.as_ref().map(|current| &current.token);
            self.fetcher.clear(token);
            state.forget(&self.slot);
        }
        self.tell_state();
        telemetry::cleared();
    }

    /// Clears only if `rejected` is still the cached token.
    pub(crate) fn clear_if(&self, rejected: &AccessToken) -> bool {
        let cleared = {
            let mut state = lock(&self.state);
            let is_cached = state.reject(rejected);
            if is_cached {
                self.fetcher.clear(Some(rejected));
                state.forget(&self.slot);
            }
            is_cached
        };
        if cleared {
            self.tell_state();
            telemetry::cleared_rejected();
        }
        cleared
    }

    pub(crate) fn is_adopted(&self, token: &AccessToken) -> bool {
        self.fetcher.is_adopted(token)
    }

    pub(crate) fn endpoint(&self) -> Option<&TokenEndpoint> {
        self.fetcher.endpoint()
    }

    /// Has the next caller look at the state, where it finds the same token.
    pub(crate) fn invalidate_fast_path(&self) {
        let mut state = lock(&self.state);
        state.slot_until = None;
        self.slot.clear();
    }

    pub(crate) fn status(&self) -> TokenStatus {
        let now = Moment::now();
        let state = lock(&self.state);
        let left = state.life_left(&now);
        TokenStatus {
            state: state.summary(&now),
            expires_in: (!left.is_zero()).then_some(left),
            last_error: match &state.backoff {
                Some(backoff) => Some(backoff.error.clone()),
                None => self.fetcher.secret_trouble(),
            },
            token_requests: self.fetcher.requests(),
            #[cfg(feature = "token-store")]
            store: self
                .fetcher
                .store()
                .map_or(StoreState::Off, SharedTokens::state),
            #[cfg(feature = "token-store")]
            store_error: self.fetcher.store().and_then(SharedTokens::error),
        }
    }

    /// Stops what runs for this cache: nobody is left to use it.
    pub(crate) fn shut_down(&self) {
        {
            let mut state = lock(&self.state);
            state.is_closed = true;
            state.flight = None;
            state.end_backoff();
        }
        self.state_gauge.clear();
        self.closed.send_replace(true);
    }

    async fn obtain(self: &Arc<Self>, ask: Ask<'_>) -> Result<AccessToken, TokenError> {
        loop {
            let mut joined = match self.decide(ask)? {
                Decision::Serve(token) => return Ok(token),
                Decision::Wait(joined) => joined,
            };
            let waiting = telemetry::waiting();
            let outcome = joined.waiter.wait(joined.patience).await;
            drop(waiting);
            match outcome {
                WaitOutcome::Completed(Ok(token)) => {
                    if !token.lifetime().is_expired(&Moment::now()) {
                        return Ok(token);
                    }
                }
                WaitOutcome::Completed(Err(error)) => return self.fall_back(ask).ok_or(error),
                WaitOutcome::FallBack => {
                    if let Some(attached) = lock(&self.state).attached(joined.flight) {
                        attached.is_slow = true;
                    }
                    self.tell_state();
                    if let Some(token) = self.fall_back(ask) {
                        return Ok(token);
                    }
                }
                WaitOutcome::Abandoned => {
                    self.on_abandoned(joined.flight);
                    if let Some(token) = self.fall_back(ask) {
                        return Ok(token);
                    }
                    if joined.is_own {
                        return Err(TokenError::interrupted(
                            "the token request was abandoned because its Tokio runtime shut down or is not driven",
                        ));
                    }
                }
            }
        }
    }

    /// The token that is served although a refresh fails or takes long.
    fn fall_back(&self, ask: Ask<'_>) -> Option<AccessToken> {
        let state = lock(&self.state);
        let token = state.unexpired_token(&Moment::now())?;
        let is_suitable = match ask {
            Ask::Token { .. } => true,
            Ask::Replacement(rejected) => !token.is_same_token(rejected),
            Ask::New { .. } => false,
        };
        is_suitable.then(|| token.clone())
    }

    fn decide(self: &Arc<Self>, ask: Ask<'_>) -> Result<Decision, TokenError> {
        let decided = self.decide_locked(&mut lock(&self.state), ask);
        if let Ask::Replacement(_) = ask {
            self.tell_state();
        }
        let (decision, pending) = decided?;
        self.launch(pending);
        Ok(decision)
    }

    fn decide_locked(
        self: &Arc<Self>,
        state: &mut State,
        ask: Ask<'_>,
    ) -> Result<(Decision, Option<PendingFlight>), TokenError> {
        let now = Moment::now();
        match ask {
            Ask::Token { min_lifetime } => self.decide_token(state, &now, min_lifetime),
            Ask::Replacement(rejected) => {
                if state.reject(rejected) {
                    self.fetcher.reject(rejected);
                } else if let Some(token) = state.unexpired_token(&now) {
                    return Ok((Decision::Serve(token.clone()), None));
                }
                if state.flight.is_none()
                    && let Some(backoff) = state.pending_backoff(&now)
                {
                    return Err(backoff.error.clone());
                }
                self.join(state, Need::default(), None)
            }
            Ask::New { max_age } => {
                let max_age = Some(max_age);
                let need = Need {
                    max_age,
                    ..Need::default()
                };
                self.join(state, need, None)
            }
        }
    }

    fn decide_token(
        self: &Arc<Self>,
        state: &mut State,
        now: &Moment,
        min_lifetime: Duration,
    ) -> Result<(Decision, Option<PendingFlight>), TokenError> {
        let need = Need {
            min_lifetime,
            ..Need::default()
        };
        let phase = state.phase(now, min_lifetime);
        // An expired token is never served.
        let Some(token) = state.unexpired_token(now).cloned() else {
            return self.join(state, need, None);
        };
        if phase < Phase::Buffer || state.is_degraded(now) {
            let pending = self.tend(state, now, phase);
            return Ok((Decision::Serve(token), pending));
        }
        let patience = LONGEST_PATIENCE.min(state.life_left(now) / 4);
        self.join(state, need, Some(patience))
    }

    /// Does what is due for the token at hand: a refresh, or putting it back into the slot.
    fn tend(
        self: &Arc<Self>,
        state: &mut State,
        now: &Moment,
        phase: Phase,
    ) -> Option<PendingFlight> {
        if phase > Phase::Fresh {
            return self.prepare_if_due(state, now);
        }
        if state.slot_until.is_none_or(|until| until.has_come(now)) {
            self.publish(state);
        }
        if let (Some(current), Some(until)) = (&state.current, state.slot_until) {
            self.slot.supply(&current.token, until);
        }
        None
    }

    /// Joins the flight under way, or a new one, which the caller launches once the state is unlocked.
    fn join(
        self: &Arc<Self>,
        state: &mut State,
        need: Need,
        patience: Option<Duration>,
    ) -> Result<(Decision, Option<PendingFlight>), TokenError> {
        runtime::check()?;
        let pending = match &state.flight {
            Some(_) => None,
            None => Some(self.prepare(state, need)?),
        };
        let Some(attached) = &state.flight else {
            return Err(closed());
        };
        let joined = Joined {
            flight: attached.id,
            waiter: attached.flight.join(),
            is_own: pending.is_some(),
            patience,
        };
        Ok((Decision::Wait(joined), pending))
    }

    fn prepare(
        self: &Arc<Self>,
        state: &mut State,
        need: Need,
    ) -> Result<PendingFlight, TokenError> {
        if state.is_closed {
            return Err(closed());
        }
        let id = state.next_flight_id();
        // Behind a failed refresh the token at hand is served, and each retry is a single attempt.
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

    /// A flight that nobody waits for, unless one is under way or the last one has failed just now.
    fn prepare_if_due(self: &Arc<Self>, state: &mut State, now: &Moment) -> Option<PendingFlight> {
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
    fn launch(&self, pending: Option<PendingFlight>) {
        if let Some(pending) = pending {
            self.tell_state();
            pending.launch();
        }
    }

    /// Called after each change of the state, once it is unlocked.
    fn tell_state(&self) {
        self.state_gauge
            .update(|| lock(&self.state).gauge(&Moment::now()));
    }

    fn demand(&self, need: Need) -> Demand {
        lock(&self.state).demand(&Moment::now(), need)
    }

    /// Called by the flight when an attempt has failed and others follow. From now on valid tokens are served at once.
    fn on_failed_attempt(&self, flight: FlightId, error: &TokenError) {
        {
            let mut state = lock(&self.state);
            if state.attached(flight).is_some() && state.backoff.is_none() {
                state.backoff = Some(Backoff::begin(error.clone(), Moment::now()));
            }
        }
        self.tell_state();
    }

    /// Called by the flight when it has an outcome.
    fn on_complete(self: &Arc<Self>, flight: FlightId, result: &Result<AccessToken, TokenError>) {
        let now = Moment::now();
        let event = {
            let mut state = lock(&self.state);
            match result {
                _ if !state.detach(flight) => CacheEvent::NotKept,
                Ok(token) => self.store(&mut state, token),
                Err(error) => self.note_failure(&mut state, error, &now),
            }
        };
        self.tell_state();
        event.tell();
    }

    /// Called when a flight ended without an outcome, or seems to sit on a runtime that nobody drives.
    fn on_abandoned(&self, flight: FlightId) {
        let was_attached = lock(&self.state).detach(flight);
        if was_attached {
            self.tell_state();
            CacheEvent::Abandoned.tell();
        }
    }

    fn store(&self, state: &mut State, token: &AccessToken) -> CacheEvent {
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

    fn publish(&self, state: &mut State) {
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

fn closed() -> TokenError {
    TokenError::interrupted("the client was dropped")
}
