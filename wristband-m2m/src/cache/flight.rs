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
const PATIENCE: Duration = Duration::from_secs(5);

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
    Flying,
    /// Still flying, but past [`PATIENCE`].
    Late,
    Landed(Result<AccessToken, TokenError>),
}

/// How a wait for a flight ended.
#[derive(Debug)]
pub(super) enum Landing {
    Landed(Result<AccessToken, TokenError>),
    /// The flight takes long: look whether the old token will do.
    Late,
    /// The flight's runtime has ended, or stands still.
    Lost,
}

/// A caller's view of a flight.
#[derive(Debug)]
pub(super) struct Ticket {
    pub(super) flight: u64,
    progress: watch::Receiver<Progress>,
    /// Whether the flight's runtime is this caller's, and so runs as long as the caller is being polled.
    same_runtime: bool,
}

/// A flight that the cache knows of and that has not been spawned yet.
///
/// Spawning waits until the lock on the cache's state is released: a runtime that is shutting down drops what it is
/// given then and there, and the [`Runway`] in it takes that lock.
#[must_use = "a flight that does not take off is lost"]
pub(super) struct Takeoff(Runway);

impl Flight {
    pub(super) fn prepare(cache: &Arc<TokenCache>, id: u64) -> Result<(Self, Takeoff), TokenError> {
        let runtime = current_runtime().ok_or_else(|| {
            TokenError::interrupted(
                "there is no Tokio runtime here: call this inside of one, or use the blocking client (feature `blocking`)",
            )
        })?;
        let (sender, progress) = watch::channel(Progress::Flying);
        let flight = Self {
            id,
            progress,
            task: None,
            runtime,
        };
        let takeoff = Takeoff(Runway {
            cache: Arc::clone(cache),
            id,
            sender,
            landed: false,
        });
        Ok((flight, takeoff))
    }

    pub(super) fn ticket(&self) -> Ticket {
        Ticket {
            flight: self.id,
            progress: self.progress.clone(),
            same_runtime: Some(self.runtime) == current_runtime(),
        }
    }

    /// Whether the flight has kept its callers waiting for longer than is polite.
    pub(super) fn is_late(&self) -> bool {
        matches!(*self.progress.borrow(), Progress::Late)
    }

    pub(super) fn abort(&self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

impl Ticket {
    /// Waits until the flight has landed, is lost, or (for a caller with another token in hand) is late.
    pub(super) async fn landing(mut self, has_token: bool, longest_flight: Duration) -> Landing {
        let same_runtime = self.same_runtime;
        let landing = async {
            let progress = self
                .progress
                .wait_for(|progress| match progress {
                    Progress::Flying => false,
                    Progress::Late => has_token,
                    Progress::Landed(_) => true,
                })
                .await;
            match progress.as_deref() {
                Ok(Progress::Landed(result)) => Landing::Landed(result.clone()),
                Ok(_) => Landing::Late,
                Err(_) => Landing::Lost,
            }
        };
        if same_runtime {
            landing.await
        } else {
            // The other runtime may exist and yet not run: a `current_thread` one whose `block_on` has returned.
            within(longest_flight, landing)
                .await
                .unwrap_or(Landing::Lost)
        }
    }
}

impl Takeoff {
    /// Starts the fetch, detached from its callers.
    pub(super) fn launch(self) {
        let Self(runway) = self;
        let cache = Arc::clone(&runway.cache);
        let id = runway.id;
        let span = tracing::info_span!(
            parent: None,
            "wristband_m2m.fetch",
            attempts = tracing::field::Empty,
            outcome = tracing::field::Empty,
        );
        span.follows_from(tracing::Span::current());
        let task = spawn(fly(runway).instrument(span));
        cache.took_off(id, task);
    }
}

async fn fly(runway: Runway) {
    let cache = Arc::clone(&runway.cache);
    let mut fetch = std::pin::pin!(cache.fetcher.token());
    let result = match within(PATIENCE, fetch.as_mut()).await {
        Some(result) => result,
        None => {
            runway.sender.send_replace(Progress::Late);
            fetch.await
        }
    };
    runway.land(result);
}

/// The end of a flight, reached in one way or another: dropped without a landing (a panic, a runtime that ends), it
/// still takes the flight out of the cache.
struct Runway {
    cache: Arc<TokenCache>,
    id: u64,
    sender: watch::Sender<Progress>,
    landed: bool,
}

impl Runway {
    fn land(mut self, result: Result<AccessToken, TokenError>) {
        self.touch_down(result);
    }

    fn touch_down(&mut self, result: Result<AccessToken, TokenError>) {
        self.landed = true;
        let outcome = match &result {
            Ok(_) => "token".to_owned(),
            Err(error) => format!("{:?}", error.kind()),
        };
        tracing::Span::current().record("outcome", outcome);
        // First the state, then the word: who is woken must not find this flight in the cache.
        self.cache.landed(self.id, &result);
        self.sender.send_replace(Progress::Landed(result));
    }
}

impl Drop for Runway {
    fn drop(&mut self) {
        if self.landed {
            return;
        }
        if std::thread::panicking() {
            self.touch_down(Err(TokenError::interrupted("the token request panicked: is it the token source, or a Tokio runtime without `enable_all`?")));
        } else {
            // Dropping the sender tells the waiters; one of them starts anew.
            self.cache.lost(self.id);
        }
    }
}
