//! A recorder of metrics for one test.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use metrics_util::debugging::{DebugValue, DebuggingRecorder};

/// Records the metrics emitted within [`record`](Self::record), but not those of other tests.
#[derive(Default)]
pub struct Meter {
    recorder: DebuggingRecorder,
    readings: Mutex<BTreeMap<String, Reading>>,
}

/// One series, such as `requests_total{outcome="success"}`.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// The value of a counter or a gauge.
    pub value: f64,
    /// The samples of a histogram.
    pub samples: Vec<f64>,
    /// Whether the metric has a unit and a description.
    pub is_described: bool,
}

impl Meter {
    /// Runs a scenario, and all tasks it spawns, on this thread.
    pub fn record<T>(&self, story: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        metrics::with_local_recorder(&self.recorder, || {
            let outcome = runtime.block_on(story);
            // The remaining tasks end here, and may still emit metrics.
            drop(runtime);
            outcome
        })
    }

    /// All series so far.
    pub fn readings(&self) -> BTreeMap<String, Reading> {
        let mut readings = self.readings.lock().unwrap();
        // A snapshot resets everything to zero, gauges too. Ours are incremented and decremented, never set, so they add up.
        for (key, unit, help, value) in self.recorder.snapshotter().snapshot().into_vec() {
            let (_, key) = key.into_parts();
            let labels: Vec<_> = key
                .labels()
                .map(|label| format!("{}={:?}", label.key(), label.value()))
                .collect();
            let series = match &labels[..] {
                [] => key.name().to_owned(),
                _ => format!("{}{{{}}}", key.name(), labels.join(",")),
            };
            let reading = readings.entry(series).or_default();
            reading.is_described |= unit.is_some() && help.is_some();
            match value {
                DebugValue::Counter(count) => reading.value += count as f64,
                DebugValue::Gauge(change) => reading.value += change.into_inner(),
                DebugValue::Histogram(samples) => reading
                    .samples
                    .extend(samples.into_iter().map(|sample| sample.into_inner())),
            }
        }
        readings.clone()
    }

    /// Returns the value of a counter or a gauge; 0 if it was never touched.
    pub fn value(&self, series: &str) -> f64 {
        self.readings()
            .get(series)
            .map_or(0.0, |reading| reading.value)
    }

    /// Returns the sum of a counter over all labels.
    pub fn total(&self, name: &str) -> f64 {
        let of_name = |series: &String| series.split('{').next() == Some(name);
        self.readings()
            .iter()
            .filter(|(series, _)| of_name(series))
            .map(|(_, reading)| reading.value)
            .sum()
    }

    /// Waits until a counter or a gauge has this value.
    pub async fn until(&self, series: &str, value: f64) {
        let end = Instant::now() + Duration::from_secs(20);
        while self.value(series) != value {
            assert!(
                Instant::now() < end,
                "{series} is not {value} within 20 s: {:#?}",
                self.readings()
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}
