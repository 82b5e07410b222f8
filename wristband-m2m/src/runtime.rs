//! What the cache needs of the world around it: locks, tasks and pauses.
//!
//! Under `--cfg shuttle` each comes from shuttle instead, so that the cache itself, not a model of it, runs through
//! every interleaving that shuttle can reach. A pause may then end at any moment, unless it is
//! an hour or longer.

use std::sync::PoisonError;

#[cfg(all(test, shuttle))]
pub(crate) use explored::*;
#[cfg(not(all(test, shuttle)))]
pub(crate) use real::*;

/// Locks whether or not a thread panicked with the lock held: each critical section leaves the state whole.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(not(all(test, shuttle)))]
mod real {
    use std::future::Future;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use tokio::runtime::Handle;

    pub(crate) use std::sync::{Mutex, MutexGuard};
    pub(crate) use tokio::runtime::Id as RuntimeId;
    pub(crate) use tokio::time::sleep;

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
        Some(Task(handle.spawn(work).abort_handle()))
    }

    pub(crate) fn current_runtime() -> Option<RuntimeId> {
        Handle::try_current().ok().map(|handle| handle.id())
    }

    /// A number that is likely to differ between threads.
    ///
    /// Threads count off when they first come here. It is no state of any cache: any number would be right, and
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

    pub(crate) use shuttle::sync::{Mutex, MutexGuard};

    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) struct RuntimeId;

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

    pub(crate) fn current_runtime() -> Option<RuntimeId> {
        Some(RuntimeId)
    }

    pub(crate) fn thread_hint() -> usize {
        shuttle::current::me().into()
    }

    pub(crate) async fn sleep(_: Duration) {
        shuttle::future::yield_now().await;
    }

    pub(crate) async fn within<T>(limit: Duration, work: impl Future<Output = T>) -> Option<T> {
        use std::pin::pin;
        use std::task::Poll;
        if limit >= Duration::from_secs(3600) {
            return Some(work.await);
        }
        let mut work = pin!(work);
        let mut pause = pin!(sleep(Duration::ZERO));
        std::future::poll_fn(|context| {
            if let Poll::Ready(done) = work.as_mut().poll(context) {
                return Poll::Ready(Some(done));
            }
            pause.as_mut().poll(context).map(|()| None)
        })
        .await
    }
}
