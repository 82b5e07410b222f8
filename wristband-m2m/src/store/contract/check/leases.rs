//! Checks of the lease.

use super::steps::Steps;
use super::{BRIEF, LONG, RACERS};
use crate::store::contract::{LookOutcome, TokenStore, Verdict};

pub(super) async fn leases(steps: &Steps<impl TokenStore>) {
    let (slot, other_slot) = (steps.slot(), steps.slot());
    let [first, second] = steps.leases();
    steps.takes(&slot, &first, LONG).await;
    steps.takes(&slot, &first, LONG).await;
    let held_for = steps.finds_busy(&slot, &second).await;
    assert!(
        held_for < BRIEF,
        "a lease that was just taken is reported as held for {held_for:?}"
    );
    // Slots are independent of each other.
    steps.takes(&other_slot, &second, LONG).await;
    assert!(
        steps.renew(&slot, &first, LONG).await,
        "the holder cannot renew its lease"
    );
    assert!(
        !steps.renew(&slot, &second, LONG).await,
        "a process that does not hold the lease can renew it"
    );
    steps.release(&slot, &second).await;
    steps.finds_busy(&slot, &second).await;
    steps.release(&slot, &first).await;
    assert!(
        !steps.renew(&slot, &first, LONG).await,
        "a lease that was released can be renewed"
    );
    steps.takes(&slot, &second, LONG).await;
}

pub(super) async fn fencing(steps: &Steps<impl TokenStore>) {
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
                "the holder cannot put after the attempts of a stalled one"
            );
        }
    }
    steps.finds(&slot, &good).await;
}

pub(super) async fn races(steps: &Steps<impl TokenStore>) {
    let slot = steps.slot();
    let [first] = steps.records();
    let outcomes = steps.race(RACERS, &slot, None, Verdict::Keep).await;
    one_is_leased(&outcomes, "look");

    let slot = steps.slot();
    let [lease] = steps.leases();
    assert!(steps.put(&slot, &lease, &first, None, LONG).await);
    let outcomes = steps
        .race(RACERS, &slot, Some(&first), Verdict::ForceRenewal)
        .await;
    one_is_leased(&outcomes, "force a renewal");

    let slot = steps.slot();
    assert!(steps.put(&slot, &lease, &first, None, LONG).await);
    let written = steps.race_puts(RACERS, &slot, &first).await;
    assert_eq!(
        written, 1,
        "of {RACERS} processes that replace one record at once, one succeeds"
    );
}

fn one_is_leased(outcomes: &[LookOutcome], action: &str) {
    let count =
        |predicate: fn(&LookOutcome) -> bool| outcomes.iter().filter(|it| predicate(it)).count();
    let leased = count(|outcome| matches!(outcome, LookOutcome::Leased));
    let busy = count(|outcome| matches!(outcome, LookOutcome::Busy { .. }));
    assert_eq!(
        (leased, busy),
        (1, RACERS - 1),
        "of {RACERS} processes that {action} at once, one gets the lease and the others wait: {outcomes:?}"
    );
}
