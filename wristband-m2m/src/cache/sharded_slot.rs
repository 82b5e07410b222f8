//! The token where callers find it: read often, written seldom.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use crate::clock::Moment;
use crate::runtime::{Mutex, lock, thread_hint};
use crate::token::AccessToken;

/// How long a reading of the wall clock is reused. The wall clock only matters after a suspend or when it is set;
/// reading it on each call would double the cost of a hit.
const WALL_CLOCK_TRUST: Duration = Duration::from_millis(1);

/// The first reader before there is one.
const NOBODY: usize = usize::MAX;

/// One token in several copies; each thread reads its own.
///
/// With a single copy all threads would change one lock word and one reference count, and the cache line that holds
/// them would travel from core to core for every call: a read would then cost four times as much on two cores as on one.
/// A service may have a client for each of a thousand tenants, though, most of them idle: the stripes of further threads
/// are made when a second thread reads, and hold a copy once their thread has read.
#[derive(Debug)]
pub(crate) struct Slot {
    /// The stripe of the thread that read first.
    first: Stripe,
    first_reader: AtomicUsize,
    others: OnceLock<Box<[Stripe]>>,
}

/// On cache lines of its own: two of 64 bytes, since processors fetch them in pairs.
#[derive(Debug)]
#[repr(align(128))]
struct Stripe(Mutex<Option<Entry>>);

#[derive(Debug)]
struct Entry {
    token: AccessToken,
    /// Until here, by both clocks, the token is served without a further check.
    fresh_until: Moment,
    /// Until here neither clock but the monotonic one is looked at.
    trusted_until: Instant,
}

impl Slot {
    pub(crate) fn new() -> Self {
        Self {
            first: Stripe(Mutex::new(None)),
            first_reader: AtomicUsize::new(NOBODY),
            others: OnceLock::new(),
        }
    }

    /// Returns the token if it is fresh.
    pub(crate) fn fresh_token(&self) -> Option<AccessToken> {
        let now = Instant::now();
        let mut stripe = lock(&self.stripe().0);
        let entry = stripe.as_mut()?;
        if now >= entry.trusted_until && !entry.is_fresh(now) {
            return None;
        }
        Some(entry.token.clone())
    }

    /// Replaces the token in all stripes that have one.
    pub(crate) fn publish(&self, token: &AccessToken, fresh_until: Moment) {
        // The state's own handle is seldom touched.
        *lock(&self.first.0) = Some(Entry::new(token.clone(), fresh_until));
        for stripe in self.others.get().into_iter().flatten() {
            let mut stripe = lock(&stripe.0);
            if stripe.is_some() {
                *stripe = Some(Entry::new(token.detached_copy(), fresh_until));
            }
        }
    }

    /// Gives this thread its copy of the token that was published, if it has none.
    pub(crate) fn supply(&self, token: &AccessToken, fresh_until: Moment) {
        let mut stripe = lock(&self.stripe().0);
        if stripe.is_none() {
            *stripe = Some(Entry::new(token.detached_copy(), fresh_until));
        }
    }

    pub(crate) fn clear(&self) {
        *lock(&self.first.0) = None;
        for stripe in self.others.get().into_iter().flatten() {
            *lock(&stripe.0) = None;
        }
    }

    /// The stripe of this thread.
    fn stripe(&self) -> &Stripe {
        let thread = thread_hint();
        if self.first_reader.load(Ordering::Relaxed) == thread {
            return &self.first;
        }
        match self.others.get() {
            Some(others) => &others[thread & (others.len() - 1)],
            None => self.new_stripe(thread),
        }
    }

    #[cold]
    fn new_stripe(&self, thread: usize) -> &Stripe {
        let claim = self.first_reader.compare_exchange(
            NOBODY,
            thread,
            Ordering::Relaxed,
            Ordering::Relaxed,
        );
        if claim.is_ok() {
            return &self.first;
        }
        let others = self
            .others
            .get_or_init(|| (0..stripes()).map(|_| Stripe(Mutex::new(None))).collect());
        &others[thread & (others.len() - 1)]
    }
}

/// As many as there may be threads that read at once, and some more, since threads get theirs without a look at whether
/// it is taken; a power of two.
#[cfg(not(all(test, shuttle)))]
fn stripes() -> usize {
    const FEWEST: usize = 8;
    let cores = std::thread::available_parallelism().map_or(FEWEST, usize::from);
    cores.next_power_of_two().max(FEWEST)
}

/// Few, because shuttle explores every order of their locks.
#[cfg(all(test, shuttle))]
fn stripes() -> usize {
    2
}

impl Entry {
    fn new(token: AccessToken, fresh_until: Moment) -> Self {
        Self {
            token,
            fresh_until,
            // The first read looks at both clocks.
            trusted_until: Instant::now(),
        }
    }

    fn is_fresh(&mut self, now: Instant) -> bool {
        let fresh = now < self.fresh_until.monotonic && Moment::now().wall < self.fresh_until.wall;
        if fresh {
            self.trusted_until = self.fresh_until.monotonic.min(now + WALL_CLOCK_TRUST);
        }
        fresh
    }
}
