//! Proves a store.

mod steps;

use std::sync::Arc;
use std::time::Duration;

use self::steps::Steps;
use super::TokenStore;
use super::answer::StoreAnswer;
use super::query::Verdict;

/// Long enough for a database, short enough for a test.
const BRIEF: Duration = Duration::from_millis(1500);
const LONG: Duration = Duration::from_secs(60);
const RACERS: usize = 24;

/// Proves that a [`TokenStore`] does what the client relies on: races, fencing, expiry, poison.
///
/// It uses slots with random names and leaves records behind that end within a minute, so that it can run against a
/// database that is in use. It takes about four seconds, most of them waiting for things to expire, and needs a Tokio
/// runtime with time that is not paused.
///
/// # Panics
///
/// At the first thing that the store does wrong, with a sentence that says what it is, or with its error.
///
/// # Examples
///
/// A store on another database. Here the database is a map; over Postgres each operation would be one transaction that
/// locks the row of the slot, over memcached one compare-and-swap.
///
/// ```
/// use std::collections::HashMap;
/// use std::sync::{Mutex, PoisonError};
/// use std::time::{Duration, Instant};
/// use wristband_m2m::{
///     LeaseId, StoreAnswer, StoreError, StoreQuery, StoreRecord, StoreSlot, TokenStore, Verdict, async_trait,
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
///     /// `begin; select ... for update`, with the database's `now()`; what has ended is gone.
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
///     /// Each renewal takes one of the burst, and comes back after its interval.
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
///     async fn look(&self, slot: &StoreSlot, query: &StoreQuery) -> Result<StoreAnswer, StoreError> {
///         self.transaction(slot, |row, now| {
///             if let Some((record, until)) = &row.record {
///                 if query.known() != Some(record) {
///                     return StoreAnswer::Found { record: record.clone(), life: *until - now };
///                 }
///                 if query.verdict() == Verdict::ForceRenewal
///                     && let Some(wait) = row.renewal_wait(now)
///                 {
///                     return StoreAnswer::TooSoon { wait };
///                 }
///                 if query.verdict() != Verdict::Keep {
///                     row.record = None;
///                 }
///             }
///             if let Some((record, until)) = &row.failure {
///                 return StoreAnswer::Failed { record: record.clone(), life: *until - now };
///             }
///             if let Some(lease) = &row.lease
///                 && lease.holder != *query.lease()
///             {
///                 return StoreAnswer::Busy { held_for: now - lease.since };
///             }
///             row.lease = Some(Lease { holder: *query.lease(), since: now, until: now + query.lease_life() });
///             StoreAnswer::Leased
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
    leases(&steps).await;
    puts(&steps).await;
    fencing(&steps).await;
    verdicts(&steps).await;
    failures(&steps).await;
    poison(&steps).await;
    races(&steps).await;
    expiry(&steps).await;
}

async fn leases(steps: &Steps<impl TokenStore>) {
    let (slot, other_slot) = (steps.slot(), steps.slot());
    let [first, second] = steps.leases();
    steps.takes(&slot, &first, LONG).await;
    steps.takes(&slot, &first, LONG).await;
    let held_for = steps.finds_busy(&slot, &second).await;
    assert!(
        held_for < BRIEF,
        "a lease that was just taken is said to be held for {held_for:?}"
    );
    // Slots have nothing to do with each other.
    steps.takes(&other_slot, &second, LONG).await;
    assert!(
        steps.renew(&slot, &first, LONG).await,
        "the holder cannot renew its lease"
    );
    assert!(
        !steps.renew(&slot, &second, LONG).await,
        "a stranger can renew a lease"
    );
    steps.release(&slot, &second).await;
    steps.finds_busy(&slot, &second).await;
    steps.release(&slot, &first).await;
    assert!(
        !steps.renew(&slot, &first, LONG).await,
        "a lease that was given back can be renewed"
    );
    steps.takes(&slot, &second, LONG).await;
}

async fn puts(steps: &Steps<impl TokenStore>) {
    let slot = steps.slot();
    let [first, second, third] = steps.leases();
    let [one, two, three] = steps.records();
    steps.takes(&slot, &first, LONG).await;
    assert!(
        steps.put(&slot, &first, &one, None, LONG).await,
        "the holder cannot put"
    );
    let life = steps.finds(&slot, &one).await;
    assert!(
        life <= LONG && life > LONG / 2,
        "a record that was put for {LONG:?} is said to live for {life:?}"
    );
    // The put gave the lease back.
    let answer = steps
        .look(&slot, Some(&one), Verdict::Keep, &second, LONG)
        .await;
    assert_eq!(
        answer,
        StoreAnswer::Leased,
        "a put does not give the lease back"
    );
    assert!(
        steps.put(&slot, &second, &two, None, LONG).await,
        "the holder cannot replace a record"
    );
    steps.finds(&slot, &two).await;
    let without = "without the lease";
    assert!(
        !steps.put(&slot, &third, &three, None, LONG).await,
        "{without} a record can be replaced blindly"
    );
    assert!(
        !steps.put(&slot, &third, &three, Some(&one), LONG).await,
        "{without} another record than the one named can be replaced"
    );
    assert!(
        steps.put(&slot, &third, &three, Some(&two), LONG).await,
        "{without} the record that is named cannot be replaced"
    );
    steps.finds(&slot, &three).await;
    let empty = steps.slot();
    assert!(
        steps.put(&empty, &third, &one, None, LONG).await,
        "{without} nothing can be put into an empty slot"
    );
}

async fn fencing(steps: &Steps<impl TokenStore>) {
    let slot = steps.slot();
    let [stalled, holder] = steps.leases();
    let [late, good] = steps.records();
    steps.takes(&slot, &stalled, LONG).await;
    steps.release(&slot, &stalled).await;
    steps.takes(&slot, &holder, LONG).await;
    for when in ["while another holds the lease", "after another has put"] {
        assert!(
            !steps.renew(&slot, &stalled, LONG).await,
            "a stalled holder renews {when}"
        );
        assert!(
            !steps.put(&slot, &stalled, &late, None, LONG).await,
            "a stalled holder overwrites {when}"
        );
        assert!(
            !steps.fail(&slot, &stalled, &late, LONG).await,
            "a stalled holder leaves a failure {when}"
        );
        steps.release(&slot, &stalled).await;
        if when.starts_with("while") {
            assert!(
                steps.put(&slot, &holder, &good, None, LONG).await,
                "a stalled holder takes the lease away"
            );
        }
    }
    steps.finds(&slot, &good).await;
}

async fn verdicts(steps: &Steps<impl TokenStore>) {
    let slot = steps.slot();
    let [lease, other] = steps.leases();
    let [one, two] = steps.records();
    let remove =
        async |record, verdict, lease| steps.look(&slot, Some(record), verdict, lease, LONG).await;

    assert!(steps.put(&slot, &lease, &one, None, LONG).await);
    let answer = remove(&two, Verdict::Remove, &lease).await;
    assert!(
        matches!(&answer, StoreAnswer::Found { record, .. } if *record == one),
        "another record than the known one is not found but {answer:?}"
    );
    assert_eq!(
        remove(&one, Verdict::Keep, &lease).await,
        StoreAnswer::Leased
    );
    steps.finds(&slot, &one).await;
    assert_eq!(
        remove(&one, Verdict::Remove, &lease).await,
        StoreAnswer::Leased
    );
    steps.finds_busy(&slot, &other).await;

    for _ in 0..super::query::StoreQuery::FORCED_RENEWAL_BURST {
        steps.release(&slot, &lease).await;
        assert!(steps.put(&slot, &lease, &one, None, LONG).await);
        let answer = remove(&one, Verdict::ForceRenewal, &lease).await;
        assert_eq!(
            answer,
            StoreAnswer::Leased,
            "a forced renewal within the burst"
        );
    }
    steps.release(&slot, &lease).await;
    assert!(steps.put(&slot, &lease, &one, None, LONG).await);
    let answer = remove(&one, Verdict::ForceRenewal, &lease).await;
    let StoreAnswer::TooSoon { wait } = answer else {
        panic!("the burst of forced renewals is used up, and yet: {answer:?}");
    };
    let interval = super::query::StoreQuery::FORCED_RENEWAL_INTERVAL;
    assert!(
        !wait.is_zero() && wait <= interval,
        "the wait for a forced renewal is {wait:?}"
    );
    steps.finds(&slot, &one).await;
    let answer = remove(&one, Verdict::Remove, &lease).await;
    assert_eq!(
        answer,
        StoreAnswer::Leased,
        "a removal is not a forced renewal"
    );
}

async fn failures(steps: &Steps<impl TokenStore>) {
    let slot = steps.slot();
    let [lease, other] = steps.leases();
    let [failure, record] = steps.records();
    steps.takes(&slot, &lease, LONG).await;
    assert!(
        !steps.fail(&slot, &other, &failure, LONG).await,
        "a stranger can leave a failure"
    );
    assert!(
        steps.fail(&slot, &lease, &failure, LONG).await,
        "the holder cannot leave a failure"
    );
    let answer = steps.look(&slot, None, Verdict::Keep, &other, LONG).await;
    assert!(
        matches!(&answer, StoreAnswer::Failed { record, life } if *record == failure && *life <= LONG && *life > LONG / 2),
        "a failure was left, and yet: {answer:?}"
    );
    assert!(
        !steps.renew(&slot, &lease, LONG).await,
        "a failure does not give the lease back"
    );
    assert!(
        steps.put(&slot, &other, &record, None, LONG).await,
        "a failure keeps a token out"
    );
    steps.finds(&slot, &record).await;
    let answer = steps
        .look(&slot, Some(&record), Verdict::Remove, &other, LONG)
        .await;
    assert_eq!(
        answer,
        StoreAnswer::Leased,
        "a put does not forget the failure"
    );
}

async fn poison(steps: &Steps<impl TokenStore>) {
    let all: Vec<u8> = (0..=255).collect();
    for bytes in [
        vec![0],
        vec![0xff; 3],
        b"\r\n$-1\r\n".to_vec(),
        all.clone(),
        all.repeat(257),
    ] {
        let slot = steps.slot();
        let [lease] = steps.leases();
        let record = super::record::StoreRecord::from_bytes(bytes);
        assert!(steps.put(&slot, &lease, &record, None, LONG).await);
        steps.finds(&slot, &record).await;
        let answer = steps
            .look(&slot, Some(&record), Verdict::Remove, &lease, LONG)
            .await;
        assert_eq!(
            answer,
            StoreAnswer::Leased,
            "a record of {record:?} cannot be removed"
        );
    }
}

async fn races(steps: &Steps<impl TokenStore>) {
    let slot = steps.slot();
    let [first] = steps.records();
    let answers = steps.race(RACERS, &slot, None, Verdict::Keep).await;
    let leased = count(&answers, |answer| *answer == StoreAnswer::Leased);
    let busy = count(&answers, |answer| {
        matches!(answer, StoreAnswer::Busy { .. })
    });
    assert_eq!(
        (leased, busy),
        (1, RACERS - 1),
        "of {RACERS} at once, one gets the lease and the others wait: {answers:?}"
    );

    let slot = steps.slot();
    let [lease] = steps.leases();
    assert!(steps.put(&slot, &lease, &first, None, LONG).await);
    let answers = steps
        .race(RACERS, &slot, Some(&first), Verdict::ForceRenewal)
        .await;
    let leased = count(&answers, |answer| *answer == StoreAnswer::Leased);
    let busy = count(&answers, |answer| {
        matches!(answer, StoreAnswer::Busy { .. })
    });
    assert_eq!(
        (leased, busy),
        (1, RACERS - 1),
        "of {RACERS} that force a renewal at once, one does it: {answers:?}"
    );

    let slot = steps.slot();
    assert!(steps.put(&slot, &lease, &first, None, LONG).await);
    let written = steps.race_puts(RACERS, &slot, &first).await;
    assert_eq!(
        written, 1,
        "of {RACERS} that replace one record at once, one does it"
    );
}

/// Everything that has to be waited for, at the same time.
async fn expiry(steps: &Steps<impl TokenStore>) {
    let (lease_slot, renewed_slot, record_slot, failure_slot) =
        (steps.slot(), steps.slot(), steps.slot(), steps.slot());
    let [first, second] = steps.leases();
    let [one, two] = steps.records();
    steps.takes(&lease_slot, &first, BRIEF).await;
    steps.takes(&renewed_slot, &first, LONG).await;
    assert!(steps.put(&record_slot, &first, &one, None, BRIEF).await);
    steps.takes(&failure_slot, &first, LONG).await;
    assert!(steps.fail(&failure_slot, &first, &one, BRIEF).await);

    tokio::time::sleep(BRIEF / 2).await;
    assert!(steps.renew(&renewed_slot, &first, BRIEF).await);
    tokio::time::sleep(BRIEF).await;

    assert!(
        !steps.renew(&lease_slot, &first, LONG).await,
        "a lease that has ended can be renewed"
    );
    steps.takes(&lease_slot, &second, LONG).await;
    assert!(
        !steps.put(&lease_slot, &first, &one, None, LONG).await,
        "a holder whose lease has ended overwrites"
    );
    steps.takes(&record_slot, &second, LONG).await;
    steps.takes(&failure_slot, &second, LONG).await;

    // A lease that is renewed counts from when it was taken, and ends by its renewal.
    let [third] = steps.leases();
    steps.takes(&renewed_slot, &second, LONG).await;
    tokio::time::sleep(BRIEF / 2).await;
    assert!(steps.renew(&renewed_slot, &second, LONG).await);
    let held_for = steps.finds_busy(&renewed_slot, &third).await;
    assert!(
        held_for >= BRIEF / 3 && held_for < BRIEF * 3,
        "a lease that was taken {:?} ago and renewed is said to be held for {held_for:?}",
        BRIEF / 2
    );
    assert!(steps.put(&renewed_slot, &second, &two, None, LONG).await);
}

fn count(answers: &[StoreAnswer], is_it: impl Fn(&StoreAnswer) -> bool) -> usize {
    answers.iter().filter(|answer| is_it(answer)).count()
}
