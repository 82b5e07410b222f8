//! Single flight: work that runs once, detached from all that wait for its output.
//!
//! A flight ends in one of three ways: with an output (a panic is made into one), stopped, or abandoned because its
//! runtime ended. While it runs it counts heartbeats, so that a waiter on another runtime can tell a slow flight from one
//! whose runtime is not being driven.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use tokio::sync::watch;

use crate::runtime::{HEARTBEAT, HEARTBEAT_CHECK, Task, catch_panic, sleep, spawn, within};

/// The work of a flight, and what happens when it ends.
pub(super) trait Work: Send + Sync + 'static {
    type Output: Clone + Send + Sync + 'static;

    /// Called before the flight is spawned, on the task that launches it.
    fn on_launch(&mut self) {}

    fn run(&self, reporter: &Reporter<Self::Output>) -> impl Future<Output = Self::Output> + Send;

    /// Resolves when the flight has to stop without an output.
    fn stopped(&self) -> impl Future<Output = ()> + Send;

    /// The output of work that panicked.
    fn panicked(&self) -> Self::Output;

    /// Called once, before the waiters learn of it; with `None` if the flight was stopped or abandoned.
    fn on_end(&self, output: Option<&Self::Output>);
}

/// A flight that can be joined. Dropping it detaches the flight, which continues for its waiters.
#[derive(Debug)]
pub(super) struct Flight<T>(watch::Receiver<Progress<T>>);

/// The flight's own end of the channel.
#[derive(Debug)]
pub(super) struct Reporter<T>(watch::Sender<Progress<T>>);

/// A caller's view of a flight.
#[derive(Debug)]
pub(super) struct Waiter<T>(watch::Receiver<Progress<T>>);

#[derive(Debug)]
struct Progress<T> {
    heartbeats: u32,
    has_started: bool,
    has_setback: bool,
    output: Option<T>,
}

/// How a wait for a flight ended.
#[derive(Debug, PartialEq)]
pub(super) enum WaitOutcome<T> {
    Completed(T),
    /// The flight had a setback, or the waiter has waited long enough, and it has something to fall back on.
    FallBack,
    /// The flight ended without an output, or its runtime is not being driven.
    Abandoned,
}

/// A flight that has not been spawned yet.
///
/// It is prepared under a lock and launched after: a runtime that is shutting down drops what it is given at once, and
/// [`Work::on_end`] takes that lock.
#[must_use = "a flight that is not launched is abandoned"]
pub(super) struct PendingFlight<W: Work>(CompletionGuard<W>);

/// Ends the flight when it is dropped without an output.
struct CompletionGuard<W: Work> {
    work: W,
    reporter: Reporter<W::Output>,
    has_ended: bool,
}

pub(super) fn prepare<W: Work>(work: W) -> (Flight<W::Output>, PendingFlight<W>) {
    let (sender, receiver) = watch::channel(Progress {
        heartbeats: 0,
        has_started: false,
        has_setback: false,
        output: None,
    });
    let guard = CompletionGuard {
        work,
        reporter: Reporter(sender),
        has_ended: false,
    };
    (Flight(receiver), PendingFlight(guard))
}

impl<T> Flight<T> {
    pub(super) fn join(&self) -> Waiter<T> {
        Waiter(self.0.clone())
    }

    /// Whether the flight has sent its first request; see [`Reporter::start`].
    pub(super) fn has_started(&self) -> bool {
        self.0.borrow().has_started
    }
}

impl<T> Reporter<T> {
    /// Marks the point from which the flight's output may be older than what its owner asks for next.
    pub(super) fn start(&self) {
        self.0.send_if_modified(|progress| {
            progress.has_started = true;
            false
        });
    }

    /// Releases the waiters that have something to fall back on.
    pub(super) fn set_back(&self) {
        self.0.send_modify(|progress| progress.has_setback = true);
    }

    /// Whether the flight is detached and has no waiter.
    pub(super) fn is_unwanted(&self) -> bool {
        self.0.is_closed()
    }

    pub(super) async fn unwanted(&self) {
        self.0.closed().await;
    }

    fn beat(&self) {
        self.0.send_if_modified(|progress| {
            progress.heartbeats = progress.heartbeats.wrapping_add(1);
            false
        });
    }
}

impl<T: Clone> Waiter<T> {
    /// Waits for the output, for as long as the flight's runtime is driven.
    ///
    /// A caller with something to fall back on waits for at most `max_wait`.
    ///
    /// # Panics
    ///
    /// Panics outside of a runtime with timers.
    pub(super) async fn wait(&mut self, max_wait: Option<Duration>) -> WaitOutcome<T> {
        let mut heartbeats = self.0.borrow().heartbeats;
        let mut missed = 0;
        loop {
            let progress = self.0.wait_for(|progress| {
                progress.output.is_some() || (progress.has_setback && max_wait.is_some())
            });
            match within(max_wait.unwrap_or(HEARTBEAT_CHECK), progress).await {
                Some(Ok(progress)) => {
                    return match &progress.output {
                        Some(output) => WaitOutcome::Completed(output.clone()),
                        None => WaitOutcome::FallBack,
                    };
                }
                Some(Err(_)) => return WaitOutcome::Abandoned,
                None if max_wait.is_some() => return WaitOutcome::FallBack,
                None => {}
            }
            let heard = self.0.borrow().heartbeats;
            missed = if heard == heartbeats { missed + 1 } else { 0 };
            heartbeats = heard;
            // One check may be missed because the machine was suspended in between.
            if missed == 2 {
                return WaitOutcome::Abandoned;
            }
        }
    }
}

impl<W: Work> PendingFlight<W> {
    /// Spawns the flight on the current runtime. Without one it is abandoned.
    pub(super) fn launch(mut self) -> Option<Task> {
        self.0.work.on_launch();
        spawn(fly(self.0))
    }
}

async fn fly<W: Work>(mut guard: CompletionGuard<W>) {
    let output = {
        let mut work = pin!(guard.work.run(&guard.reporter));
        let mut stopped = pin!(guard.work.stopped());
        let mut heartbeat = pin!(sleep(HEARTBEAT));
        poll_fn(|context| {
            if stopped.as_mut().poll(context).is_ready() {
                return Poll::Ready(None);
            }
            match catch_panic(|| work.as_mut().poll(context)) {
                Some(Poll::Ready(output)) => return Poll::Ready(Some(output)),
                Some(Poll::Pending) => {}
                None => return Poll::Ready(Some(guard.work.panicked())),
            }
            while heartbeat.as_mut().poll(context).is_ready() {
                guard.reporter.beat();
                heartbeat.set(sleep(HEARTBEAT));
            }
            Poll::Pending
        })
        .await
    };
    if let Some(output) = output {
        guard.complete(output);
    }
}

impl<W: Work> CompletionGuard<W> {
    fn complete(&mut self, output: W::Output) {
        self.has_ended = true;
        self.work.on_end(Some(&output));
        self.reporter
            .0
            .send_modify(|progress| progress.output = Some(output));
    }
}

impl<W: Work> Drop for CompletionGuard<W> {
    fn drop(&mut self) {
        if !self.has_ended {
            // The waiters learn of it when the sender is dropped, after this.
            self.work.on_end(None);
        }
    }
}

#[cfg(all(test, not(shuttle)))]
mod tests;
