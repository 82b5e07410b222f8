//! Counters, histograms and levels of the `metrics` facade. Without the feature `metrics` nothing is measured.

use std::time::Duration;

/// A label and its value, both known when the program is compiled: so there are few of them, and none is confidential.
pub type Label = (&'static str, &'static str);

/// Counts one in a counter.
pub fn count(name: &'static str, labels: &[Label]) {
    facade::count(name, labels);
}

/// Adds a duration to a histogram of seconds.
pub fn observe(name: &'static str, labels: &[Label], duration: Duration) {
    facade::observe(name, labels, duration);
}

/// One unit in a gauge, until this is dropped.
///
/// It is taken away from the very gauge that it was added to: a recorder that is installed in between sees neither, so no
/// gauge ends below zero.
#[must_use]
#[derive(Debug)]
pub struct Level(facade::Gauge);

impl Level {
    /// Raises a gauge by one.
    pub fn raise(name: &'static str, labels: &[Label]) -> Self {
        let gauge = facade::gauge(name, labels);
        gauge.increment(1.0);
        Self(gauge)
    }
}

impl Drop for Level {
    fn drop(&mut self) {
        self.0.decrement(1.0);
    }
}

#[cfg(feature = "metrics")]
mod facade {
    use std::time::Duration;

    use super::Label;

    pub(super) use metrics::Gauge;

    pub(super) fn count(name: &'static str, labels: &[Label]) {
        metrics::counter!(name, labels).increment(1);
    }

    pub(super) fn observe(name: &'static str, labels: &[Label], duration: Duration) {
        metrics::histogram!(name, labels).record(duration);
    }

    pub(super) fn gauge(name: &'static str, labels: &[Label]) -> Gauge {
        metrics::gauge!(name, labels)
    }
}

#[cfg(not(feature = "metrics"))]
mod facade {
    use std::time::Duration;

    use super::Label;

    #[derive(Debug)]
    pub(super) struct Gauge;

    impl Gauge {
        pub(super) fn increment(&self, _: f64) {}

        pub(super) fn decrement(&self, _: f64) {}
    }

    pub(super) fn count(_: &'static str, _: &[Label]) {}

    pub(super) fn observe(_: &'static str, _: &[Label], _: Duration) {}

    pub(super) fn gauge(_: &'static str, _: &[Label]) -> Gauge {
        Gauge
    }
}
