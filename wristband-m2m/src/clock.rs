//! One look at both clocks.

use std::time::{Duration, SystemTime};

use tokio::time::Instant;

/// A year: longer lives and waits are cut to this, so that no sum of a time and a duration overflows.
pub(crate) const LONGEST_LIFE: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// A moment, by both clocks.
///
/// The monotonic clock may stand still while a machine is suspended, and the wall clock may be set back: the
/// elapsed time is the larger of the two. The monotonic clock is Tokio's, so paused time in a test moves it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Moment {
    pub(crate) monotonic: Instant,
    pub(crate) wall: SystemTime,
}

impl Moment {
    pub(crate) fn now() -> Self {
        Self {
            monotonic: Instant::now(),
            wall: wall(),
        }
    }

    /// The time until this moment, by the clock on which it is earlier; zero once it has passed.
    pub(crate) fn until(&self, now: &Self) -> Duration {
        let monotonic = self.monotonic.saturating_duration_since(now.monotonic);
        let wall = self.wall.duration_since(now.wall).unwrap_or_default();
        monotonic.min(wall)
    }

    pub(crate) fn has_come(&self, now: &Self) -> bool {
        self.until(now).is_zero()
    }

    /// The time from `earlier` to this moment, by the faster clock; zero when both went backwards.
    pub(crate) fn since(&self, earlier: &Self) -> Duration {
        let monotonic = self.monotonic.saturating_duration_since(earlier.monotonic);
        let wall = self.wall.duration_since(earlier.wall).unwrap_or_default();
        monotonic.max(wall)
    }

    /// The earlier of this moment and `other`, on each clock.
    pub(crate) fn earlier(self, other: Self) -> Self {
        Self {
            monotonic: self.monotonic.min(other.monotonic),
            wall: self.wall.min(other.wall),
        }
    }

    /// The moment `wait` after this one, on both clocks.
    pub(crate) fn later(self, wait: Duration) -> Self {
        // What a clock cannot hold is out of sight; both hold a year, the longest life of a token.
        let wait = wait.min(LONGEST_LIFE);
        Self {
            monotonic: self.monotonic + wait,
            wall: self.wall + wait,
        }
    }

    /// This moment, `ago` before; `None` if a clock cannot express it.
    #[cfg(feature = "token-store")]
    pub(crate) fn before(self, ago: Duration) -> Option<Self> {
        Some(Self {
            monotonic: self.monotonic.checked_sub(ago)?,
            wall: self.wall.checked_sub(ago)?,
        })
    }
}

fn wall() -> SystemTime {
    #[cfg(test)]
    if let Some(wall) = simulated::wall() {
        return wall;
    }
    SystemTime::now()
}

/// Returns the instant `timeout` after `now`; a timeout too long for the clock ends in a year.
pub fn deadline_after(now: Instant, timeout: Duration) -> Instant {
    now + timeout.min(LONGEST_LIFE)
}

/// Wall clocks that follow Tokio's, also in paused time, and that a simulation can set.
#[cfg(test)]
#[cfg_attr(any(not(feature = "token-store"), shuttle), allow(dead_code))]
pub(crate) mod simulated {
    use std::cell::{Cell, RefCell};
    use std::future::poll_fn;
    use std::pin::pin;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicI64, Ordering};
    use std::time::{Duration, SystemTime};

    use tokio::time::Instant;

    thread_local! {
        static SET: Cell<Option<(Instant, SystemTime)>> = const { Cell::new(None) };
        static MACHINE: RefCell<Option<MachineClock>> = const { RefCell::new(None) };
    }

    /// Sets the wall clock of this thread; `None` for the real one.
    pub(crate) fn set_wall(wall: Option<SystemTime>) {
        SET.set(wall.map(|wall| (Instant::now(), wall)));
    }

    pub(super) fn wall() -> Option<SystemTime> {
        let (set_at, wall) = SET.get()?;
        let machine = MACHINE.with_borrow(Clone::clone).unwrap_or_default();
        let ahead = machine.0.load(Ordering::Relaxed);
        let offset = Duration::from_secs(ahead.unsigned_abs());
        let wall = wall + set_at.elapsed();
        Some(if ahead < 0 {
            wall - offset
        } else {
            wall + offset
        })
    }

    /// The wall clock of one of the machines that a thread simulates.
    #[derive(Clone, Debug, Default)]
    pub(crate) struct MachineClock(Arc<AtomicI64>);

    impl MachineClock {
        /// Sets the clock to be this far ahead of the thread's.
        pub(crate) fn set_ahead(&self, seconds: i64) {
            self.0.store(seconds, Ordering::Relaxed);
        }

        /// Runs `work` on this machine.
        pub(crate) fn enter<T>(&self, work: impl FnOnce() -> T) -> T {
            let outer = MACHINE.replace(Some(self.clone()));
            let output = work();
            MACHINE.set(outer);
            output
        }

        /// Runs `work` on this machine, and so all that it spawns.
        pub(crate) async fn run<T>(self, work: impl Future<Output = T>) -> T {
            let mut work = pin!(work);
            poll_fn(|context| self.enter(|| work.as_mut().poll(context))).await
        }
    }

    /// Keeps `work` on the machine that it is spawned on.
    pub(crate) fn on_this_machine<T>(work: impl Future<Output = T>) -> impl Future<Output = T> {
        let machine = MACHINE.with_borrow(Clone::clone);
        async move {
            match machine {
                Some(machine) => machine.run(work).await,
                None => work.await,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    #[test]
    fn the_faster_clock_counts() {
        let start = Moment::now();
        let suspended = Moment {
            wall: start.wall + HOUR,
            ..start
        };
        let set_back = Moment {
            monotonic: start.monotonic + HOUR,
            wall: start.wall - HOUR,
        };
        assert_eq!(suspended.since(&start), HOUR);
        assert_eq!(set_back.since(&start), HOUR);
        assert_eq!(start.later(HOUR).since(&start), HOUR);
        assert_eq!(start.since(&start.later(HOUR)), Duration::ZERO);
        assert_eq!(start.later(HOUR).until(&start), HOUR);
        assert!(start.later(HOUR).has_come(&suspended) && start.later(HOUR).has_come(&set_back));
    }
}
