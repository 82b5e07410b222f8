//! How many clients, or their stores, are in which state.

use super::meter::Level;
use crate::runtime::{Mutex, lock};
use crate::status::TokenState;
#[cfg(feature = "token-store")]
use crate::store::StoreState;

/// A state with a gauge for each of its values.
pub(crate) trait Gauged: Copy + PartialEq {
    const GAUGE: &'static str;

    fn label(self) -> &'static str;
}

impl Gauged for TokenState {
    const GAUGE: &'static str = "wristband_m2m_clients";

    fn label(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Fresh => "fresh",
            Self::Stale => "stale",
            Self::Refreshing => "refreshing",
            Self::Degraded => "degraded",
            Self::Failed => "failed",
        }
    }
}

#[cfg(feature = "token-store")]
impl Gauged for StoreState {
    const GAUGE: &'static str = "wristband_m2m_token_stores";

    fn label(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Ready => "ready",
            Self::Degraded => "degraded",
        }
    }
}

/// Counts its owner among those that are in the same state, for as long as it is.
pub(crate) struct StateGauge<S>(Mutex<Option<(S, Level)>>);

impl<S: Gauged> StateGauge<S> {
    pub(crate) fn new(state: S) -> Self {
        Self(Mutex::new(Some((state, Self::level(state)))))
    }

    /// Called after each change, with nothing locked that a recorder may ask for.
    ///
    /// The state is read here, under the gauge's own lock: whoever is last has read the latest.
    pub(crate) fn update(&self, state: impl FnOnce() -> S) {
        if !cfg!(feature = "metrics") {
            return;
        }
        let mut counted = lock(&self.0);
        let state = state();
        if counted.as_ref().is_none_or(|(before, _)| *before != state) {
            *counted = Some((state, Self::level(state)));
        }
    }

    /// The owner has no state any more.
    pub(crate) fn clear(&self) {
        lock(&self.0).take();
    }

    fn level(state: S) -> Level {
        Level::raise(S::GAUGE, &[("state", state.label())])
    }
}
