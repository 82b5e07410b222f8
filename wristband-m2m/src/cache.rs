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
mod refresh;
mod sharded_slot;
mod single_flight;
mod state;
#[cfg(all(test, not(shuttle)))]
mod tests;
mod token_flight;
mod waiting;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use self::sharded_slot::Slot;
use self::state::State;
use self::token_flight::TokenFlight;
use self::waiting::Ask;
use crate::clock::Moment;
use crate::error::TokenError;
use crate::fetch::Fetcher;
use crate::fetch::endpoint::TokenEndpoint;
use crate::runtime::{Mutex, lock};
use crate::status::{TokenState, TokenStatus};
#[cfg(feature = "token-store")]
use crate::store::{SharedTokens, StoreState};
use crate::telemetry::{self, StateGauge};
use crate::token::AccessToken;
use crate::token::expiry::ExpiryPolicy;

pub(crate) use self::background::BackgroundRefresh;

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
            let pending = self.refresh_or_publish(&mut state, &now, phase);
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
        self.update_gauge();
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
            self.update_gauge();
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
                None => self.fetcher.secret_error(),
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

    /// Stops all tasks of this cache: its last handle is gone.
    pub(crate) fn shut_down(&self) {
        {
            let mut state = lock(&self.state);
            state.is_closed = true;
            state.flight = None;
            state.end_backoff();
        }
        self.state_gauge.clear();
        #[cfg(feature = "token-store")]
        if let Some(store) = self.fetcher.store() {
            store.shut_down();
        }
        self.closed.send_replace(true);
    }
}

fn closed() -> TokenError {
    TokenError::interrupted("the client was dropped")
}
