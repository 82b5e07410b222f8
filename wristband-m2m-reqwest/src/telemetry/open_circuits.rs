//! How many circuits have opened and not closed again. One that nobody tests, after its pause, is among them.

use std::sync::{Mutex, PoisonError};

use ::wristband_m2m::private::meter::Level;

/// The open circuits of one middleware, each of them one unit in a gauge.
pub(crate) struct OpenCircuits(Mutex<Vec<Level>>);

impl OpenCircuits {
    pub(crate) const fn new() -> Self {
        Self(Mutex::new(Vec::new()))
    }

    /// Called after each change. The number is read here, under a lock: whoever is last has read the latest.
    pub(crate) fn update(&self, number: impl FnOnce() -> usize) {
        if cfg!(feature = "metrics") {
            let mut levels = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            levels.resize_with(number(), || {
                Level::raise("wristband_m2m_circuit_breakers_open", &[])
            });
        }
    }
}
