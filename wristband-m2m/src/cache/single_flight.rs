//! One request for a token and everybody who waits for it.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tracing::Instrument as _;

use super::TokenCache;
use crate::error::TokenError;
use crate::runtime::{RuntimeId, Task, current_runtime, spawn, within};
use crate::token::AccessToken;

/// Callers that hold a token which is still good wait no longer than this for a new one.
const STALE_WAIT: Duration = Duration::from_secs(5);

/// A fetch under way, as the cache keeps it.
#[derive(Debug)]
pub(super) struct Flight {
    pub(super) id: u64,
    progress: watch::Receiver<Progress>,
    pub(super) task: Option<Task>,
    pub(super) runtime: RuntimeId,
}

#[derive(Clone, Debug)]
enum Progress {
    Pending,
    /// Still flying, but past [`STALE_WAIT`].
    Slow,
    Done(Result<AccessToken, TokenError>),
}

/// How a wait for a flight ended.
#[derive(Debug)]
pub(super) enum WaitOutcome {
    Done(Result<AccessToken, TokenError>),
    /// The flight takes long: look whether the old token will do.
    Slow,
    /// The flight's runtime has ended, or stands still.
    Lost,
}

/// A caller's view of a flight.
#[derive(Debug)]
pub(super) struct Waiter {
    pub(super) flight: u64,
    progress: watch::Receiver<Progress>,
    /// Whether the flight's runtime is this caller's, and so runs as long as the caller is being polled.
    same_runtime: bool,
}

/// A flight that the cache knows of and that has not been spawned yet.
///
/// Spawning waits until the lock on the cache's state is released: a runtime that is shutting down drops what it is
/// given then and there, and the [`CompletionGuard`] in it takes that lock.
#[must_use = "a flight that does not take off is lost"]
pub(super) struct PendingFlight(CompletionGuard);

impl Flight {
    pub(super) fn prepare(
        cache: &Arc<TokenCache>,
        id: u64,
    ) -> Result<(Self, PendingFlight), TokenError> {
        let runtime = current_runtime().ok_or_else(|| {
            TokenError::interrupted(
                "there is no Tokio runtime here: call this inside of one, or use the blocking client (feature `blocking`)",
            )
        })?;
        let (sender, progress) = watch::channel(Progress::Pending);
        let flight = Self {
            id,
            progress,
            task: None,
            runtime,
        };
        let pending = PendingFlight(CompletionGuard {
            cache: Arc::clone(cache),
            id,
            sender,
            completed: false,
        });
        Ok((flight, pending))
    }

    pub(super) fn waiter(&self) -> Waiter {
        Waiter {
            flight: self.id,
            progress: self.progress.clone(),
            same_runtime: Some(self.runtime) == current_runtime(),
        }
    }

    /// Whether the flight has kept its callers waiting for longer than is polite.
    pub(super) fn is_slow(&self) -> bool {
        matches!(*self.progress.borrow(), Progress::Slow)
    }

    pub(super) fn abort(&self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

impl Waiter {
    /// Waits until the flight has completed, is lost, or (for a caller with another token in hand) is late.
    pub(super) async fn wait(mut self, has_token: bool, longest_flight: Duration) -> WaitOutcome {
        let same_runtime = self.same_runtime;
        let wait = async {
            let progress = self
                .progress
                .wait_for(|progress| match progress {
                    Progress::Pending => false,
                    Progress::Slow => has_token,
                    Progress::Done(_) => true,
                })
                .await;
            match progress.as_deref() {
                Ok(Progress::Done(result)) => WaitOutcome::Done(result.clone()),
                Ok(_) => WaitOutcome::Slow,
                Err(_) => WaitOutcome::Lost,
            }
        };
        if same_runtime {
            wait.await
        } else {
            // The other runtime may exist and yet not run: a `current_thread` one whose `block_on` has returned.
            within(longest_flight, wait)
                .await
                .unwrap_or(WaitOutcome::Lost)
        }
    }
}

impl PendingFlight {
    /// Starts the fetch, detached from its callers.
    pub(super) fn launch(self) {
        let Self(guard) = self;
        let cache = Arc::clone(&guard.cache);
        let id = guard.id;
        let span = tracing::info_span!(
            parent: None,
            "wristband_m2m.fetch",
            attempts = tracing::field::Empty,
            outcome = tracing::field::Empty,
        );
        span.follows_from(tracing::Span::current());
        let task = spawn(run(guard).instrument(span));
        cache.on_spawned(id, task);
    }
}

async fn run(guard: CompletionGuard) {
    let cache = Arc::clone(&guard.cache);
    let mut fetch = std::pin::pin!(cache.fetcher.token());
    let result = match within(STALE_WAIT, fetch.as_mut()).await {
        Some(result) => result,
        None => {
            guard.sender.send_replace(Progress::Slow);
            fetch.await
        }
    };
    guard.finish(result);
}

/// The end of a flight, reached in one way or another: dropped without an outcome (a panic, a runtime that ends), it
/// still takes the flight out of the cache.
struct CompletionGuard {
    cache: Arc<TokenCache>,
    id: u64,
    sender: watch::Sender<Progress>,
    completed: bool,
}

impl CompletionGuard {
    fn finish(mut self, result: Result<AccessToken, TokenError>) {
        self.complete(result);
    }

    fn complete(&mut self, result: Result<AccessToken, TokenError>) {
        self.completed = true;
        let outcome = match &result {
            Ok(_) => "token".to_owned(),
            Err(error) => format!("{:?}", error.kind()),
        };
        tracing::Span::current().record("outcome", outcome);
        // First the state, then the word: who is woken must not find this flight in the cache.
        self.cache.on_complete(self.id, &result);
        self.sender.send_replace(Progress::Done(result));
    }
}

impl Drop for CompletionGuard {
    fn drop(&mut self) {
        if self.completed {
            return;
        }
        if std::thread::panicking() {
            self.complete(Err(TokenError::interrupted("the token request panicked: is it the token source, or a Tokio runtime without `enable_all`?")));
        } else {
            // Dropping the sender tells the waiters; one of them starts anew.
            self.cache.on_abandoned(self.id);
        }
    }
}
