//! One flight's use of the store.
//!
//! ```text
//!   look ── Found ──── usable ───────────────────────────► adopt it
//!    ▲        └─────── useless: name it as known, look again
//!    ├───── Busy ───── pause 20 to 200 ms, look again
//!    │        └─────── for too long ─────────────────────► fetch without the lease
//!    ├───── Failed ─── a response, believed ─────────────► return its error
//!    │        └─────── local, or not believed ───────────► fetch without the lease
//!    ├───── TooSoon ── the token is rejected ────────────► return an error
//!    │        └─────── otherwise ────────────────────────► fetch without the lease
//!    └───── Leased ──────────────────────────────────────► fetch, renewing the lease; then put or fail
//! ```

mod finish;
mod judge;
mod lease_wait;

use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use self::judge::Judgment;
use self::lease_wait::LeaseWait;
use super::failure::Failure;
use super::guarded_store::GuardedStore;
use super::sealing::Sealer;
use super::shared::SharedTokens;
use crate::clock::Moment;
use crate::error::TokenError;
use crate::fetch::Demand;
use crate::runtime::{Mutex, lock, sleep};
use crate::store::contract::{LeaseId, LookOutcome, StoreQuery, StoreRecord, Verdict};
use crate::store::random::random_id;
use crate::token::AccessToken;

/// How long a holder that died keeps the others waiting.
const LEASE: Duration = Duration::from_secs(2);
/// A third of the lease, so that one renewal may fail.
const RENEWAL_INTERVAL: Duration = Duration::from_millis(667);
/// A store that returns more useless records than this in one flight is considered broken.
const MOST_JUDGED: u32 = 8;

/// One flight's use of the store.
pub(crate) struct StoreSession {
    shared: Arc<SharedTokens>,
    generation: u64,
    sealer: Option<Arc<Sealer>>,
    lease: Option<LeaseId>,
    /// When to renew the lease. Kept across the requests and pauses of a fetch, each of which may end before that.
    renewal_due: Mutex<Moment>,
    /// The record that a put may replace without the lease.
    known: Option<StoreRecord>,
    /// The wait for another process ran out. The token is still put.
    has_run_out: bool,
    /// How much longer callers wait for operations of the store, not counting pauses.
    time_left: Duration,
}

impl StoreSession {
    pub(super) fn new(shared: Arc<SharedTokens>) -> Self {
        Self {
            generation: shared.generation(),
            shared,
            sealer: None,
            lease: None,
            renewal_due: Mutex::new(Moment::now()),
            known: None,
            has_run_out: false,
            time_left: Duration::ZERO,
        }
    }

    /// Looks for a token under the name of a secret. Returns `None` if the caller should fetch one with that secret.
    ///
    /// A second call, with another secret after the first was refused, releases the lease of the first.
    ///
    /// # Errors
    ///
    /// The error that another process got, or `RenewalLimited` if a forced renewal comes too early.
    pub(crate) async fn look(
        &mut self,
        sealer: Sealer,
        demand: &(dyn Fn() -> Demand + Sync),
    ) -> Result<Option<AccessToken>, TokenError> {
        let sealer = self.begin(sealer).await;
        // A detached flight may still hold the lease: take it over.
        let inherited = self.shared.inherit_lease(sealer.slot());
        let lease = inherited.unwrap_or_else(|| LeaseId::new(random_id()));
        let (mut useless, mut judged) = (None, 0);
        let mut lease_wait = LeaseWait::default();
        loop {
            // The cache may have been cleared during a pause.
            self.generation = self.shared.generation();
            let demand = demand();
            let (known, verdict) = useless.take().unwrap_or_else(|| self.known(&demand));
            let looked_at = Moment::now();
            let Some(outcome) = self.query(&sealer, known, verdict, lease).await else {
                return Ok(None);
            };
            match outcome {
                LookOutcome::Found { record, life } => {
                    judged += 1;
                    match self.judge(&sealer, &record, life, looked_at, &demand) {
                        Judgment::Adopt(token) => return Ok(Some(token)),
                        Judgment::Useless(_) if judged > MOST_JUDGED => {
                            self.store()
                                .failed("the token store keeps returning useless records");
                            return Ok(None);
                        }
                        Judgment::Useless(verdict) => useless = Some((Some(record), verdict)),
                    }
                }
                LookOutcome::Leased => {
                    self.lease = Some(lease);
                    *lock(&self.renewal_due) = looked_at.later(RENEWAL_INTERVAL);
                    self.shared.hold(sealer.slot(), lease, self.generation);
                    return Ok(None);
                }
                LookOutcome::Busy { held_for } => {
                    if !self.wait_for_holder(&mut lease_wait, held_for).await {
                        return Ok(None);
                    }
                }
                LookOutcome::Failed { record, life } => {
                    return self
                        .shared_error(&sealer, &record, life)
                        .map_or(Ok(None), Err);
                }
                LookOutcome::TooSoon { wait } if demand.is_rejected => {
                    // A store that is broken must not put it off for longer.
                    let wait = wait.min(StoreQuery::FORCED_RENEWAL_INTERVAL);
                    return Err(TokenError::renewal_limited(wait));
                }
                LookOutcome::TooSoon { .. } => return Ok(None),
            }
        }
    }

    /// Called before the first request. The token will be newer than any clear since the look.
    pub(crate) fn start(&mut self) {
        let generation = self.shared.generation();
        if let (Some(lease), Some(sealer)) = (self.lease, &self.sealer)
            && generation != self.generation
        {
            self.shared.let_go(lease, self.generation);
            self.shared.hold(sealer.slot(), lease, generation);
        }
        self.generation = generation;
    }

    /// Runs `fetch` and renews the lease in the meantime.
    pub(crate) async fn while_leased<T>(&self, fetch: impl Future<Output = T>) -> T {
        let mut fetch = pin!(fetch);
        let mut renewals = pin!(self.renew());
        let mut is_held = self.lease.is_some();
        std::future::poll_fn(|context| {
            if let Poll::Ready(outcome) = fetch.as_mut().poll(context) {
                return Poll::Ready(outcome);
            }
            is_held = is_held && renewals.as_mut().poll(context).is_pending();
            Poll::Pending
        })
        .await
    }

    /// Shares the token, or the failure.
    pub(crate) async fn finish(&mut self, result: &Result<AccessToken, TokenError>) {
        match result {
            Ok(token) => self.put(token).await,
            Err(error) => {
                let (failure, life) = Failure::of(error);
                self.leave_failure(failure, life).await;
            }
        }
    }

    /// Switches to the name of a secret. A lease under another name is released.
    async fn begin(&mut self, sealer: Sealer) -> Arc<Sealer> {
        self.leave_failure(Failure::Local, Duration::from_secs(1))
            .await;
        self.abandon();
        self.time_left = self.store().limit().unwrap_or_default();
        Arc::clone(self.sealer.insert(Arc::new(sealer)))
    }

    fn store(&self) -> &GuardedStore {
        &self.shared.store
    }

    /// Returns the record of the current token, and what to do with it.
    fn known(&self, demand: &Demand) -> (Option<StoreRecord>, Verdict) {
        let record = self.shared.record_of(demand.have.as_ref());
        if demand.is_rejected {
            (record, Verdict::ForceRenewal)
        } else if record.is_some() {
            (record, Verdict::Keep)
        } else {
            (self.shared.cleared_record(), Verdict::Remove)
        }
    }

    async fn query(
        &mut self,
        sealer: &Arc<Sealer>,
        known: Option<StoreRecord>,
        verdict: Verdict,
        lease: LeaseId,
    ) -> Option<LookOutcome> {
        self.known.clone_from(&known);
        let query = StoreQuery {
            known,
            verdict,
            lease,
            lease_life: LEASE,
        };
        let sealer = Arc::clone(sealer);
        let operation = self.store().operation("look", move |store| async move {
            store.look(sealer.slot(), &query).await
        });
        let start = Moment::now();
        let time_left = self.time_left;
        let outcome = self.store().attempt_within(time_left, operation).await;
        let spent = Moment::now().since(&start);
        self.time_left = time_left.saturating_sub(spent);
        outcome
    }

    /// Pauses while another process fetches. Returns whether to look again.
    async fn wait_for_holder(&mut self, wait: &mut LeaseWait, held_for: Duration) -> bool {
        let Some(pause) = wait.next(held_for, &Moment::now()) else {
            self.has_run_out = true;
            self.store()
                .failed("another process held the lease of the token store for too long");
            return false;
        };
        sleep(pause).await;
        self.time_left = self.store().limit().unwrap_or_default();
        true
    }

    /// Renews the lease until that fails.
    async fn renew(&self) {
        let (Some(lease), Some(sealer)) = (self.lease, self.sealer.clone()) else {
            return;
        };
        loop {
            let wait = lock(&self.renewal_due).until(&Moment::now());
            sleep(wait).await;
            let sealer = Arc::clone(&sealer);
            let operation = self.store().operation("renew", move |store| async move {
                store.renew(sealer.slot(), &lease, LEASE).await
            });
            let begun = Moment::now();
            let renewed = self.store().attempt(operation).await;
            *lock(&self.renewal_due) = begun.later(RENEWAL_INTERVAL);
            if renewed != Some(true) {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests;
