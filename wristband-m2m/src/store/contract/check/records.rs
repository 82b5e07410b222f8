//! Checks of records, failures and the budget of forced renewals.

use super::steps::Steps;
use super::{BRIEF, LONG};
use crate::store::contract::{LookOutcome, StoreQuery, StoreRecord, TokenStore, Verdict};

pub(super) async fn puts(steps: &Steps<impl TokenStore>) {
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
        "a record that was put for {LONG:?} is reported to live for {life:?}"
    );
    // The put has released the lease.
    let outcome = steps
        .look(&slot, Some(&one), Verdict::Keep, &second, LONG)
        .await;
    assert_eq!(
        outcome,
        LookOutcome::Leased,
        "a put does not release the lease"
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

pub(super) async fn verdicts(steps: &Steps<impl TokenStore>) {
    let slot = steps.slot();
    let [lease, other] = steps.leases();
    let [one, two] = steps.records();
    let remove =
        async |record, verdict, lease| steps.look(&slot, Some(record), verdict, lease, LONG).await;

    assert!(steps.put(&slot, &lease, &one, None, LONG).await);
    let outcome = remove(&two, Verdict::Remove, &lease).await;
    assert!(
        matches!(&outcome, LookOutcome::Found { record, .. } if *record == one),
        "a record other than the known one is not found: {outcome:?}"
    );
    assert_eq!(
        remove(&one, Verdict::Keep, &lease).await,
        LookOutcome::Leased
    );
    steps.finds(&slot, &one).await;
    assert_eq!(
        remove(&one, Verdict::Remove, &lease).await,
        LookOutcome::Leased
    );
    steps.finds_busy(&slot, &other).await;

    for _ in 0..StoreQuery::FORCED_RENEWAL_BURST {
        steps.release(&slot, &lease).await;
        assert!(steps.put(&slot, &lease, &one, None, LONG).await);
        let outcome = remove(&one, Verdict::ForceRenewal, &lease).await;
        assert_eq!(
            outcome,
            LookOutcome::Leased,
            "a forced renewal within the burst is refused"
        );
    }
    steps.release(&slot, &lease).await;
    assert!(steps.put(&slot, &lease, &one, None, LONG).await);
    let outcome = remove(&one, Verdict::ForceRenewal, &lease).await;
    let LookOutcome::TooSoon { wait } = outcome else {
        panic!("a forced renewal is possible after the burst is used up: {outcome:?}");
    };
    let interval = StoreQuery::FORCED_RENEWAL_INTERVAL;
    assert!(
        !wait.is_zero() && wait <= interval,
        "the wait for the next forced renewal is {wait:?}"
    );
    steps.finds(&slot, &one).await;
    let outcome = remove(&one, Verdict::Remove, &lease).await;
    assert_eq!(
        outcome,
        LookOutcome::Leased,
        "a removal is limited like a forced renewal"
    );
}

pub(super) async fn failures(steps: &Steps<impl TokenStore>) {
    let slot = steps.slot();
    let [lease, other] = steps.leases();
    let [failure, record] = steps.records();
    steps.takes(&slot, &lease, LONG).await;
    assert!(
        !steps.fail(&slot, &other, &failure, LONG).await,
        "a process that does not hold the lease can leave a failure"
    );
    assert!(
        steps.fail(&slot, &lease, &failure, LONG).await,
        "the holder cannot leave a failure"
    );
    let outcome = steps.look(&slot, None, Verdict::Keep, &other, LONG).await;
    assert!(
        matches!(&outcome, LookOutcome::Failed { record, life } if *record == failure && *life <= LONG && *life > LONG / 2),
        "a failure that was left is not reported: {outcome:?}"
    );
    assert!(
        !steps.renew(&slot, &lease, LONG).await,
        "a failure does not release the lease"
    );
    assert!(
        steps.put(&slot, &other, &record, None, LONG).await,
        "a failure prevents a put"
    );
    steps.finds(&slot, &record).await;
    let outcome = steps
        .look(&slot, Some(&record), Verdict::Remove, &other, LONG)
        .await;
    assert_eq!(
        outcome,
        LookOutcome::Leased,
        "a put does not remove the failure"
    );
}

pub(super) async fn poison(steps: &Steps<impl TokenStore>) {
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
        let record = StoreRecord::from_bytes(bytes);
        assert!(steps.put(&slot, &lease, &record, None, LONG).await);
        steps.finds(&slot, &record).await;
        let outcome = steps
            .look(&slot, Some(&record), Verdict::Remove, &lease, LONG)
            .await;
        assert_eq!(
            outcome,
            LookOutcome::Leased,
            "a record of {record:?} cannot be removed"
        );
    }
}

/// Everything that takes time, all at once.
pub(super) async fn expiry(steps: &Steps<impl TokenStore>) {
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
        "an expired lease can be renewed"
    );
    steps.takes(&lease_slot, &second, LONG).await;
    assert!(
        !steps.put(&lease_slot, &first, &one, None, LONG).await,
        "a holder whose lease has expired overwrites"
    );
    steps.takes(&record_slot, &second, LONG).await;
    steps.takes(&failure_slot, &second, LONG).await;

    // A renewal extends a lease and does not change when it was taken.
    let [third] = steps.leases();
    steps.takes(&renewed_slot, &second, LONG).await;
    tokio::time::sleep(BRIEF / 2).await;
    assert!(steps.renew(&renewed_slot, &second, LONG).await);
    let held_for = steps.finds_busy(&renewed_slot, &third).await;
    assert!(
        held_for >= BRIEF / 3 && held_for < BRIEF * 3,
        "a lease that was taken {:?} ago and renewed is reported as held for {held_for:?}",
        BRIEF / 2
    );
    assert!(steps.put(&renewed_slot, &second, &two, None, LONG).await);
}
