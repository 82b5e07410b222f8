//! A deadline that notices when the machine slept.

use std::time::Duration;

use crate::clock::Moment;
use crate::runtime::{HEARTBEAT, within};

/// How much later than asked a timer may fire on a machine that is awake, though busy.
const TOLERANCE: Duration = Duration::from_secs(1);

/// The deadline of one attempt, on both clocks: the monotonic clock may stand still while a machine
/// is suspended.
#[derive(Debug)]
pub(crate) struct Deadline {
    start: Moment,
    limit: Duration,
    has_slept: bool,
}

impl Deadline {
    pub(crate) fn after(limit: Duration) -> Self {
        Self {
            start: Moment::now(),
            limit,
            has_slept: false,
        }
    }

    /// Whether the machine slept, or its runtime was blocked, while work was bounded by this deadline.
    pub(crate) fn has_slept(&self) -> bool {
        self.has_slept
    }

    /// Runs `work`; `None` once the deadline has passed.
    pub(crate) async fn bound<T>(&mut self, work: impl Future<Output = T>) -> Option<T> {
        let mut work = std::pin::pin!(work);
        loop {
            let before = Moment::now();
            let left = self.limit.saturating_sub(before.since(&self.start));
            let step = left.min(HEARTBEAT);
            if let Some(output) = within(step, work.as_mut()).await {
                return Some(output);
            }
            let now = Moment::now();
            self.has_slept |= now.since(&before) > step + TOLERANCE;
            if now.since(&self.start) >= self.limit {
                return None;
            }
        }
    }
}

#[cfg(all(test, not(shuttle)))]
mod tests {
    use super::*;
    use std::future::{pending, ready};
    use tokio::time::advance;

    const MINUTE: Duration = Duration::from_secs(60);

    #[tokio::test(start_paused = true)]
    async fn work_is_bounded_and_a_machine_that_is_awake_does_not_sleep() {
        let mut deadline = Deadline::after(MINUTE);
        assert_eq!(deadline.bound(ready(7)).await, Some(7));
        let start = tokio::time::Instant::now();
        assert_eq!(deadline.bound(pending::<()>()).await, None);
        assert_eq!(start.elapsed(), MINUTE);
        assert!(!deadline.has_slept());
    }

    #[tokio::test(start_paused = true)]
    async fn a_jump_of_the_clock_is_sleep() {
        let mut deadline = Deadline::after(MINUTE);
        let sleeping = async {
            advance(MINUTE * 10).await;
            pending::<()>().await;
        };
        assert_eq!(deadline.bound(sleeping).await, None);
        assert!(deadline.has_slept());
    }

    #[tokio::test(start_paused = true)]
    async fn a_suspended_machine_is_noticed_by_the_wall_clock() {
        let mut deadline = Deadline::after(MINUTE);
        deadline.start.wall -= MINUTE * 10;
        let start = tokio::time::Instant::now();
        assert_eq!(deadline.bound(pending::<()>()).await, None);
        assert_eq!(start.elapsed(), Duration::ZERO);
    }
}
