//! The conformance test of a store.

mod leases;
mod records;
mod steps;

use std::sync::Arc;
use std::time::Duration;

use self::steps::Steps;
use crate::store::contract::TokenStore;

/// A time to live that a slow database can honor and a test can wait for.
const BRIEF: Duration = Duration::from_millis(1500);
const LONG: Duration = Duration::from_secs(60);
const RACERS: usize = 24;

/// Checks that a [`TokenStore`] does what the client relies on: races, fencing, expiry, arbitrary bytes.
///
/// It uses slots with random names and leaves behind records that expire within a minute, so it can run against a
/// database that is in use. It takes about four seconds, most of them spent waiting for expiry, and needs a Tokio
/// runtime whose time is not paused.
///
/// # Panics
///
/// Panics on the first violation, with a message that describes it, and on the first error that the store returns.
///
/// # Examples
///
/// A store on another database. Here the database is a map. On Postgres each operation would be one transaction that
/// locks the slot's row; on memcached, one compare-and-swap.
///
/// ```
/// use std::collections::HashMap;
/// use std::sync::{Mutex, PoisonError};
/// use std::time::{Duration, Instant};
/// use wristband_m2m::{
///     LeaseId, LookOutcome, StoreError, StoreQuery, StoreRecord, StoreSlot, TokenStore, Verdict, async_trait,
/// };
///
/// /// `create table slots (name text primary key, record bytea, record_until timestamptz, failure bytea, ...)`
/// #[derive(Default)]
/// struct Row {
///     record: Option<(StoreRecord, Instant)>,
///     failure: Option<(StoreRecord, Instant)>,
///     lease: Option<Lease>,
///     renewals: Vec<Instant>,
/// }
///
/// struct Lease {
///     holder: LeaseId,
///     since: Instant,
///     until: Instant,
/// }
///
/// #[derive(Default)]
/// struct DatabaseStore(Mutex<HashMap<String, Row>>);
///
/// impl DatabaseStore {
///     /// `begin; select ... for update`, with the database's `now()`. Expired values are dropped.
///     fn transaction<T>(&self, slot: &StoreSlot, act: impl FnOnce(&mut Row, Instant) -> T) -> Result<T, StoreError> {
///         let now = Instant::now();
///         let mut rows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
///         let row = rows.entry(slot.name().to_owned()).or_default();
///         row.record.take_if(|(_, until)| *until <= now);
///         row.failure.take_if(|(_, until)| *until <= now);
///         row.lease.take_if(|lease| lease.until <= now);
///         Ok(act(row, now))
///     }
/// }
///
/// impl Row {
///     fn is_held_by(&self, holder: &LeaseId) -> bool {
///         self.lease.as_ref().is_some_and(|lease| lease.holder == *holder)
///     }
///
///     /// Each renewal uses up one of the burst, which is available again after the interval.
///     fn renewal_wait(&mut self, now: Instant) -> Option<Duration> {
///         let interval = StoreQuery::FORCED_RENEWAL_INTERVAL;
///         self.renewals.retain(|free_at| *free_at > now);
///         if self.renewals.len() < StoreQuery::FORCED_RENEWAL_BURST as usize {
///             let last = self.renewals.last().copied().unwrap_or(now);
///             self.renewals.push(last + interval);
///             return None;
///         }
///         Some(self.renewals[0] - now)
///     }
/// }
///
/// #[async_trait]
/// impl TokenStore for DatabaseStore {
///     async fn look(&self, slot: &StoreSlot, query: &StoreQuery) -> Result<LookOutcome, StoreError> {
///         self.transaction(slot, |row, now| {
///             if let Some((record, until)) = &row.record {
///                 if query.known() != Some(record) {
///                     return LookOutcome::Found { record: record.clone(), life: *until - now };
///                 }
///                 if query.verdict() == Verdict::ForceRenewal
///                     && let Some(wait) = row.renewal_wait(now)
///                 {
///                     return LookOutcome::TooSoon { wait };
///                 }
///                 if query.verdict() != Verdict::Keep {
///                     row.record = None;
///                 }
///             }
///             if let Some((record, until)) = &row.failure {
///                 return LookOutcome::Failed { record: record.clone(), life: *until - now };
///             }
///             if let Some(lease) = &row.lease
///                 && lease.holder != *query.lease()
///             {
///                 return LookOutcome::Busy { held_for: now - lease.since };
///             }
///             row.lease = Some(Lease { holder: *query.lease(), since: now, until: now + query.lease_life() });
///             LookOutcome::Leased
///         })
///     }
///
///     async fn put(
///         &self,
///         slot: &StoreSlot,
///         lease: &LeaseId,
///         record: &StoreRecord,
///         replaces: Option<&StoreRecord>,
///         life: Duration,
///     ) -> Result<bool, StoreError> {
///         self.transaction(slot, |row, now| {
///             let current = row.record.as_ref().map(|(record, _)| record);
///             let is_free = row.lease.is_none() && (current.is_none() || current == replaces);
///             let is_written = is_free || row.is_held_by(lease);
///             if is_written {
///                 *row = Row { record: Some((record.clone(), now + life)), renewals: std::mem::take(&mut row.renewals), ..Row::default() };
///             }
///             is_written
///         })
///     }
///
///     async fn renew(&self, slot: &StoreSlot, lease: &LeaseId, life: Duration) -> Result<bool, StoreError> {
///         self.transaction(slot, |row, now| match &mut row.lease {
///             Some(held) if held.holder == *lease => {
///                 held.until = now + life;
///                 true
///             }
///             _ => false,
///         })
///     }
///
///     async fn fail(
///         &self,
///         slot: &StoreSlot,
///         lease: &LeaseId,
///         failure: &StoreRecord,
///         life: Duration,
///     ) -> Result<bool, StoreError> {
///         self.transaction(slot, |row, now| {
///             let is_held = row.is_held_by(lease);
///             if is_held {
///                 row.failure = Some((failure.clone(), now + life));
///                 row.lease = None;
///             }
///             is_held
///         })
///     }
///
///     async fn release(&self, slot: &StoreSlot, lease: &LeaseId) -> Result<(), StoreError> {
///         self.transaction(slot, |row, _| {
///             row.lease.take_if(|held| held.holder == *lease);
///         })
///     }
/// }
///
/// # #[tokio::main]
/// # async fn main() {
/// wristband_m2m::testing::check_token_store(DatabaseStore::default()).await;
/// # }
/// ```
pub async fn check_token_store(store: impl TokenStore) {
    let steps = Steps(Arc::new(store));
    leases::leases(&steps).await;
    records::puts(&steps).await;
    leases::fencing(&steps).await;
    records::verdicts(&steps).await;
    records::failures(&steps).await;
    records::poison(&steps).await;
    leases::races(&steps).await;
    records::expiry(&steps).await;
}
