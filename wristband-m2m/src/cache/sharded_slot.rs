//! The token where callers find it: read often, written seldom.

use std::time::Duration;

use tokio::time::Instant;

use crate::clock::Moment;
use crate::runtime::{Mutex, lock, thread_hint};
use crate::token::AccessToken;

/// How long the wall clock's last word is taken for granted while the monotonic clock runs. The wall clock is only
/// there for a machine that was suspended and for a clock that was set; reading it on each call would cost as much as
/// all the rest of a hit.
const WALL_CLOCK_TRUST: Duration = Duration::from_millis(1);

/// As many copies as threads are likely to read at once; a power of two. Shuttle tries each order of their locks, so it
/// is given few.
const STRIPES: usize = if cfg!(all(test, shuttle)) { 2 } else { 16 };

/// One token in several copies, a thread reading the one that is its own.
///
/// With a single copy all threads would change one lock word and one reference count, and the cache line that holds
/// them would travel from core to core for every call: a read would then cost four times as much on two cores as on one.
#[derive(Debug)]
pub(crate) struct Slot {
    stripes: Box<[Stripe]>,
}

/// On cache lines of its own: two of 64 bytes, since processors fetch them in pairs.
#[derive(Debug)]
#[repr(align(128))]
struct Stripe(Mutex<Option<Entry>>);

#[derive(Debug)]
struct Entry {
    token: AccessToken,
    /// Until here, by both clocks, the token is handed out without a thought.
    fresh_until: Moment,
    /// Until here neither clock but the monotonic one is looked at.
    trusted_until: Instant,
}

impl Slot {
    pub(crate) fn new() -> Self {
        Self {
            stripes: (0..STRIPES).map(|_| Stripe(Mutex::new(None))).collect(),
        }
    }

    /// The token, if nobody has to think about renewing it yet.
    pub(crate) fn fresh_token(&self) -> Option<AccessToken> {
        let now = Instant::now();
        let mut stripe = lock(&self.stripes[thread_hint() % STRIPES].0);
        let entry = stripe.as_mut()?;
        if now >= entry.trusted_until && !entry.is_fresh(now) {
            return None;
        }
        Some(entry.token.clone())
    }

    /// Puts a copy of `token` into each stripe.
    pub(crate) fn publish(&self, token: &AccessToken, fresh_until: Moment) {
        let now = Instant::now();
        for stripe in &self.stripes {
            let entry = Entry {
                token: token.detached_copy(),
                fresh_until,
                trusted_until: now,
            };
            *lock(&stripe.0) = Some(entry);
        }
    }

    pub(crate) fn clear(&self) {
        for stripe in &self.stripes {
            *lock(&stripe.0) = None;
        }
    }
}

impl Entry {
    fn is_fresh(&mut self, now: Instant) -> bool {
        let fresh = now < self.fresh_until.monotonic && Moment::now().wall < self.fresh_until.wall;
        if fresh {
            self.trusted_until = self.fresh_until.monotonic.min(now + WALL_CLOCK_TRUST);
        }
        fresh
    }
}
