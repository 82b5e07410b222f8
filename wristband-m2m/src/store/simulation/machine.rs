//! The machine of a simulated process, and what can happen to it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::{Instant, sleep, sleep_until};

use super::issuer::{Issuer, Response};
use crate::clock::Moment;
use crate::clock::simulated::MachineClock;
use crate::error::{TokenError, TokenErrorKind};
use crate::fetch::{IssuedToken, TokenSource};

pub(super) const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// Connects one process with the store and the endpoint.
pub(super) struct Machine {
    pub(super) issuer: Arc<Issuer>,
    pub(super) clock: MachineClock,
    pub(super) is_dead: AtomicBool,
    is_cut_off: AtomicBool,
    log: Mutex<Log>,
}

pub(super) struct Log {
    pub(super) frozen_until: Instant,
    /// When the store last reported that another process holds the lease.
    pub(super) busy_at: Option<Instant>,
    /// The start and the end of each request.
    fetches: Vec<(Instant, Option<Instant>)>,
}

impl Machine {
    pub(super) fn new(issuer: Arc<Issuer>, clock: MachineClock) -> Arc<Self> {
        Arc::new(Self {
            issuer,
            clock,
            is_dead: AtomicBool::new(false),
            is_cut_off: AtomicBool::new(false),
            log: Mutex::new(Log {
                frozen_until: Instant::now(),
                busy_at: None,
                fetches: Vec::new(),
            }),
        })
    }

    pub(super) fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stops the process for a while, as SIGSTOP does.
    pub(super) fn freeze(&self, time: Duration) {
        self.log().frozen_until = Instant::now() + time;
        self.issuer.note_trouble();
    }

    /// Cuts the network to the endpoint, or restores it.
    pub(super) fn cut_off(&self, is_cut_off: bool) {
        self.is_cut_off.store(is_cut_off, Ordering::Relaxed);
    }

    pub(super) async fn thaw(&self) {
        let frozen_until = self.log().frozen_until;
        sleep_until(frozen_until).await;
        if self.is_dead.load(Ordering::Relaxed) {
            std::future::pending().await
        }
    }

    /// Notes that the store reports another holder of the lease.
    pub(super) fn note_busy(&self) {
        self.log().busy_at = Some(Instant::now());
    }

    /// Returns how long requests were under way since `start`, in total.
    pub(super) fn fetching_since(&self, start: Instant) -> Duration {
        let now = Instant::now();
        let fetches = &self.log().fetches;
        let times = fetches.iter().map(|(began, ended)| {
            let ended = ended.unwrap_or(now);
            ended.saturating_duration_since((*began).max(start))
        });
        times.sum()
    }
}

#[async_trait]
impl TokenSource for Machine {
    async fn fetch_token(&self) -> Result<IssuedToken, TokenError> {
        let index = {
            let mut log = self.log();
            log.fetches.push((Instant::now(), None));
            log.fetches.len() - 1
        };
        let _ended = Ended(self, index);
        let request = self.issuer.receive();
        let asked_at = Moment::now();
        sleep(request.delay).await;
        self.thaw().await;
        // The clock was set ahead meanwhile, past the end of the token.
        if Moment::now().since(&asked_at) >= request.life {
            self.issuer.note_trouble();
        }
        if self.is_cut_off.load(Ordering::Relaxed) {
            self.issuer.note_trouble();
            return Err(TokenError::new(TokenErrorKind::Network, "no network"));
        }
        if request.response == Response::Hangs {
            self.issuer.note_trouble();
            sleep(REQUEST_TIMEOUT).await;
        }
        self.issuer.respond(request)
    }
}

/// Notes when a request ends, even if it is dropped.
struct Ended<'a>(&'a Machine, usize);

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        self.0.log().fetches[self.1].1 = Some(Instant::now());
    }
}
