//! A caller's way through the cache: take the cached token, or wait for a flight.

use std::sync::Arc;
use std::time::Duration;

use super::single_flight::{WaitOutcome, Waiter};
use super::state::{FlightId, State, is_too_short};
use super::{PendingFlight, TokenCache, closed};
use crate::clock::Moment;
use crate::error::TokenError;
use crate::fetch::Need;
use crate::runtime::{self, lock};
use crate::telemetry;
use crate::token::AccessToken;
use crate::token::expiry::Phase;

/// The longest that a caller with a valid token waits for a new one.
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// The longest that a caller with a rejected token waits if the token cached in its place has been rejected too.
/// Perhaps by another API: this caller's may accept it.
const LONGEST_REPLACEMENT_WAIT: Duration = Duration::from_secs(1);

/// What a caller asks for.
#[derive(Clone, Copy)]
pub(super) enum Ask<'a> {
    /// A valid token, if possible with this much life left.
    Token { min_lifetime: Duration },
    /// A token other than this one, which an API has rejected.
    Replacement(&'a AccessToken),
    /// A new token.
    New { max_age: Duration },
}

impl Ask<'_> {
    /// Whether a token of another process is what the caller asks for.
    fn is_met_by(self, adopted: &AccessToken, now: &Moment) -> bool {
        match self {
            Self::Token { min_lifetime } => !is_too_short(adopted, now, min_lifetime),
            Self::Replacement(_) => true,
            Self::New { max_age } => adopted.lifetime().age(now) <= max_age,
        }
    }
}

pub(super) enum Decision {
    Serve(AccessToken),
    Wait(Joined),
}

/// A caller's place in a flight.
pub(super) struct Joined {
    flight: FlightId,
    waiter: Waiter<Result<AccessToken, TokenError>>,
    /// Launched by this caller, on its own runtime.
    is_own: bool,
    /// How long to wait before falling back on the token at hand.
    max_wait: Option<Duration>,
}

impl TokenCache {
    pub(super) async fn obtain(self: &Arc<Self>, ask: Ask<'_>) -> Result<AccessToken, TokenError> {
        loop {
            let mut joined = match self.decide(ask)? {
                Decision::Serve(token) => return Ok(token),
                Decision::Wait(joined) => joined,
            };
            let waiting = telemetry::waiting();
            let outcome = joined.waiter.wait(joined.max_wait).await;
            drop(waiting);
            match outcome {
                WaitOutcome::Completed(Ok(token)) => {
                    let now = Moment::now();
                    // A flight that was started for a lesser need may have adopted a token that does not meet this one.
                    let is_met =
                        joined.is_own || !self.is_adopted(&token) || ask.is_met_by(&token, &now);
                    if !token.lifetime().is_expired(&now) && is_met {
                        return Ok(token);
                    }
                }
                WaitOutcome::Completed(Err(error)) => return self.fall_back(ask).ok_or(error),
                WaitOutcome::FallBack => {
                    if let Some(attached) = lock(&self.state).attached(joined.flight) {
                        attached.is_slow = true;
                    }
                    self.update_gauge();
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

    /// Returns the token that is served when a refresh fails or is slow.
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
            self.update_gauge();
        }
        let (decision, pending) = decided?;
        self.launch(pending);
        Ok(decision)
    }

    pub(super) fn decide_locked(
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
                } else if let Some(token) = state.unexpired_token(&now).cloned() {
                    if !state.is_rejected() || state.is_failing() {
                        return Ok((Decision::Serve(token), None));
                    }
                    return self.join(state, Need::default(), Some(LONGEST_REPLACEMENT_WAIT));
                }
                self.join_after_backoff(state, &now, Need::default())
            }
            Ask::New { max_age } => {
                let max_age = Some(max_age);
                let need = Need {
                    max_age,
                    ..Need::default()
                };
                self.join_after_backoff(state, &now, need)
            }
        }
    }

    /// Joins a flight, unless the endpoint is to be left alone. For those to whom the cached token is of no use.
    fn join_after_backoff(
        self: &Arc<Self>,
        state: &mut State,
        now: &Moment,
        need: Need,
    ) -> Result<(Decision, Option<PendingFlight>), TokenError> {
        if state.flight.is_none()
            && let Some(backoff) = state.pending_backoff(now)
        {
            return Err(backoff.error.clone());
        }
        self.join(state, need, None)
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
            let pending = self.refresh_or_publish(state, now, phase);
            return Ok((Decision::Serve(token), pending));
        }
        let max_wait = LONGEST_WAIT.min(state.life_left(now) / 4);
        self.join(state, need, Some(max_wait))
    }

    /// Starts the refresh that is due, or puts the token back into the slot.
    pub(super) fn refresh_or_publish(
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
        max_wait: Option<Duration>,
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
            max_wait,
        };
        Ok((Decision::Wait(joined), pending))
    }
}
