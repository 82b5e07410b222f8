//! The runtime primitives of the cache: locks, tasks and pauses.
//!
//! Under `--cfg shuttle` each comes from shuttle instead, so that the cache itself, not a model of it, runs through
//! every interleaving that shuttle can reach. A pause may then end at any moment, unless it is
//! an hour or longer.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::PoisonError;
use std::task::Poll;

#[cfg(all(test, shuttle))]
pub(crate) use explored::*;
#[cfg(not(all(test, shuttle)))]
pub(crate) use real::*;

/// Locks whether or not a thread panicked with the lock held: each critical section leaves the state whole.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Waits until one of the two is done.
pub(crate) async fn race(one: impl Future<Output = ()>, other: impl Future<Output = ()>) {
    let (mut one, mut other) = (pin!(one), pin!(other));
    poll_fn(|context| match one.as_mut().poll(context) {
        Poll::Ready(()) => Poll::Ready(()),
        Poll::Pending => other.as_mut().poll(context),
    })
    .await;
}

#[cfg(not(all(test, shuttle)))]
mod real {
    use std::future::Future;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use tokio::runtime::Handle;

    use crate::error::TokenError;

    pub(crate) use std::sync::{Mutex, MutexGuard};
    pub(crate) use tokio::time::sleep;

    /// How often a flight shows that its runtime is driven.
    pub(crate) const HEARTBEAT: Duration = Duration::from_secs(1);
    /// How often a waiter looks for it.
    pub(crate) const HEARTBEAT_CHECK: Duration = Duration::from_millis(1500);

    /// A detached task. It is not stopped by dropping this.
    #[derive(Debug)]
    pub(crate) struct Task(tokio::task::AbortHandle);

    impl Task {
        pub(crate) fn abort(&self) {
            self.0.abort();
        }

        pub(crate) fn is_finished(&self) -> bool {
            self.0.is_finished()
        }
    }

    /// Starts `work`, detached; `None` and nothing outside of a runtime.
    pub(crate) fn spawn(work: impl Future<Output = ()> + Send + 'static) -> Option<Task> {
        let handle = Handle::try_current().ok()?;
        #[cfg(test)]
        let work = crate::clock::simulated::on_this_machine(work);
        Some(Task(handle.spawn(work).abort_handle()))
    }

    /// Checks that the caller runs on a runtime that can fetch a token.
    pub(crate) fn check() -> Result<(), TokenError> {
        if Handle::try_current().is_err() {
            return Err(TokenError::interrupted(
                "no Tokio runtime is running: call this from async code, or use the blocking client (feature `blocking`)",
            ));
        }
        // A runtime does not say whether it has timers; it panics when asked for one.
        std::panic::catch_unwind(|| drop(sleep(Duration::ZERO))).map_err(|_| {
            TokenError::interrupted("the Tokio runtime has no timers: build it with `enable_all`")
        })
    }

    /// The output of `work`, or `None` if it panicked.
    pub(crate) fn catch_panic<T>(work: impl FnOnce() -> T) -> Option<T> {
        // What a panic may have left half done is dropped with the work.
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).ok()
    }

    /// A number that is likely to differ between threads.
    ///
    /// Threads are numbered on first use. This is not the state of any cache: any number would be right, and
    /// different ones are fast.
    pub(crate) fn thread_hint() -> usize {
        static THREADS: AtomicUsize = AtomicUsize::new(0);
        thread_local!(static HINT: usize = THREADS.fetch_add(1, Ordering::Relaxed));
        HINT.with(|hint| *hint)
    }

    /// `work`, or `None` once `limit` has passed.
    pub(crate) async fn within<T>(limit: Duration, work: impl Future<Output = T>) -> Option<T> {
        tokio::time::timeout(limit, work).await.ok()
    }
}

#[cfg(all(test, shuttle))]
mod explored {
    use std::future::Future;
    use std::time::Duration;

    use crate::error::TokenError;

    pub(crate) use shuttle::sync::{Mutex, MutexGuard};

    // Pauses that never end, or a flight would be explored for as long as it takes.
    pub(crate) const HEARTBEAT: Duration = Duration::from_secs(3600);
    pub(crate) const HEARTBEAT_CHECK: Duration = Duration::from_secs(3600);

    #[derive(Debug)]
    pub(crate) struct Task(shuttle::future::AbortHandle);

    impl Task {
        pub(crate) fn abort(&self) {
            self.0.abort();
        }

        pub(crate) fn is_finished(&self) -> bool {
            self.0.is_finished()
        }
    }

    pub(crate) fn spawn(work: impl Future<Output = ()> + Send + 'static) -> Option<Task> {
        Some(Task(shuttle::future::spawn(work).abort_handle()))
    }

    pub(crate) fn check() -> Result<(), TokenError> {
        Ok(())
    }

    /// Shuttle ends what is left of an execution with panics of its own.
    pub(crate) fn catch_panic<T>(work: impl FnOnce() -> T) -> Option<T> {
        Some(work())
    }

    pub(crate) fn thread_hint() -> usize {
        shuttle::current::me().into()
    }

    pub(crate) async fn sleep(pause: Duration) {
        if pause >= Duration::from_secs(3600) {
            return std::future::pending().await;
        }
        shuttle::future::yield_now().await;
    }

    pub(crate) async fn within<T>(limit: Duration, work: impl Future<Output = T>) -> Option<T> {
        use std::pin::pin;
        use std::task::Poll;
        let mut work = pin!(work);
        let mut pause = pin!(sleep(limit));
        std::future::poll_fn(|context| {
            if let Poll::Ready(done) = work.as_mut().poll(context) {
                return Poll::Ready(Some(done));
            }
            pause.as_mut().poll(context).map(|()| None)
        })
        .await
    }
}
