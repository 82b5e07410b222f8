//! Stores that fail, stall or hold useless records.

use super::*;
use crate::store::contract::Lease;
use crate::store::contract::{StoreError, StoreSlot, TokenStore};

#[tokio::test(start_paused = true)]
async fn a_store_that_is_busy_for_ever_costs_five_seconds() {
    let fleet = Fleet::new();
    let (store, sealer) = (fleet.store.clone(), sealer("secret"));
    tokio::spawn(async move {
        // Each time another process has just taken the lease.
        loop {
            {
                let mut inner = store.inner();
                let since = inner.now();
                inner.slot(sealer.slot()).lease = Some(Lease {
                    holder: LeaseId::new(random_id()),
                    since,
                    until: since + LEASE,
                });
            }
            sleep(millis(10)).await;
        }
    });
    tokio::task::yield_now().await;
    let process = fleet.process();
    let (result, took) = timed(process.first()).await;
    result.unwrap();
    assert!(
        (seconds(5)..seconds(5) + millis(200 + 150)).contains(&took),
        "{took:?}"
    );
    assert_eq!(process.shared.state(), StoreState::Degraded);
    // Now it is left alone.
    assert_eq!(timed(process.first()).await.1, millis(150));
}

#[tokio::test(start_paused = true)]
async fn a_failing_store_costs_one_operation_and_is_left_alone() {
    for trouble in [
        Trouble::Hung,
        Trouble::RepliesLost,
        Trouble::Refuses,
        Trouble::ReadOnly,
        Trouble::Panics,
    ] {
        let fleet = Fleet::new();
        fleet.store.inner().trouble = trouble;
        let process = fleet.process();
        let (result, took) = timed(process.first()).await;
        result.unwrap();
        // It has never replied, so the time limit allows for connecting.
        assert!(took <= millis(500 + 150), "{trouble:?} {took:?}");
        assert_eq!(process.shared.state(), StoreState::Degraded);
        assert!(process.shared.error().is_some());
        let operations = fleet.store.inner().operations;
        let (result, took) = timed(process.first()).await;
        result.unwrap();
        assert_eq!(took, millis(150), "{trouble:?}");
        assert_eq!(fleet.store.inner().operations, operations, "{trouble:?}");

        fleet.store.inner().trouble = Trouble::None;
        sleep(seconds(2)).await;
        let token = process.first().await.unwrap();
        assert_eq!(process.shared.state(), StoreState::Ready);
        assert_eq!(
            fleet.process().first().await.unwrap().as_str(),
            token.as_str()
        );

        fleet.store.inner().trouble = trouble;
        let wanted = Demand {
            have: Some(token),
            ..Demand::default()
        };
        let (result, took) = timed(process.token(wanted)).await;
        result.unwrap();
        assert!(took <= millis(250 + 150), "{trouble:?} {took:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_store_adds_no_more_than_one_operation() {
    let fleet = Fleet::new();
    let process = fleet.process();
    process.first().await.unwrap();
    fleet.store.inner().flush();
    fleet.store.inner().delay = millis(200);
    let (result, took) = timed(process.first()).await;
    assert_eq!(result.unwrap().as_str(), "token-2");
    assert!(took <= millis(250 + 150), "{took:?}");
    // The put has continued in the background.
    sleep(millis(200)).await;
    assert_eq!(fleet.process().first().await.unwrap().as_str(), "token-2");
    assert_eq!(process.shared.state(), StoreState::Ready);
}

/// However many looks they take.
#[tokio::test(start_paused = true)]
async fn useless_records_of_a_slow_store_share_the_time_of_one_operation() {
    let fleet = Fleet::new();
    let process = fleet.process();
    process.first().await.unwrap();
    fleet.slot(|slot| slot.poison(vec![1; 60], HOUR * 100_000));
    fleet.store.inner().delay = millis(200);
    let (result, took) = timed(process.first()).await;
    assert_eq!(result.unwrap().as_str(), "token-2");
    assert!(took <= millis(250 + 150), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_read_only_store_still_serves_its_token() {
    let fleet = Fleet::new();
    fleet.process().first().await.unwrap();
    fleet.store.inner().trouble = Trouble::ReadOnly;
    for (result, _) in all(&fleet.processes(10)).await {
        assert_eq!(result.unwrap().as_str(), "token-1");
    }
    assert_eq!(fleet.endpoint.requests(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_poisoned_record_is_replaced_by_one_process() {
    let foreign = sealer("other secret")
        .seal(
            Purpose::Token,
            [9; 16],
            b"foreign",
            HOUR,
            Moment::now().wall + HOUR,
        )
        .unwrap();
    let own = sealer("secret");
    let unprintable = own
        .seal(
            Purpose::Token,
            [9; 16],
            b"a b\n",
            HOUR,
            Moment::now().wall + HOUR,
        )
        .unwrap();
    let replayed = own
        .seal(
            Purpose::Token,
            [9; 16],
            b"replayed",
            HOUR,
            Moment::now().wall - HOUR,
        )
        .unwrap();
    for poison in [
        Vec::new(),
        vec![1],
        vec![1; 60],
        vec![0xff; 1 << 20],
        foreign.as_bytes().to_vec(),
        unprintable.as_bytes().to_vec(),
        replayed.as_bytes().to_vec(),
    ] {
        let fleet = Fleet::new();
        fleet.slot(|slot| slot.poison(poison, 100_000 * HOUR));
        for (result, _) in all(&fleet.processes(20)).await {
            assert_eq!(result.unwrap().as_str(), "token-1");
        }
        assert_eq!(fleet.endpoint.requests(), 1);
    }
}

/// A store cannot extend the life of a token.
#[tokio::test(start_paused = true)]
async fn life_is_capped_by_the_sealed_life() {
    let fleet = Fleet::new();
    fleet.process().first().await.unwrap();
    let bytes = fleet.slot(|slot| slot.record().unwrap().as_bytes().to_vec());
    fleet.slot(|slot| slot.poison(bytes, 100_000 * HOUR));
    let token = fleet.process().first().await.unwrap();
    assert_eq!(token.as_str(), "token-1");
    assert!(token.remaining() <= HOUR);
}

/// Even if the store reports a long time to live shortly before the end.
#[tokio::test(start_paused = true)]
async fn a_replayed_record_outlives_its_end_by_five_minutes_at_most() {
    let fleet = Fleet::new();
    let ends_at = Moment::now().wall + seconds(10);
    let record = sealer("secret")
        .seal(Purpose::Token, [9; 16], b"old", HOUR, ends_at)
        .unwrap();
    fleet.slot(|slot| slot.poison(record.as_bytes().to_vec(), HOUR * 100_000));
    let token = fleet.process().first().await.unwrap();
    assert_eq!(token.as_str(), "old");
    assert!(token.remaining() <= seconds(310), "{token:?}");
}

/// Says that the budget of forced renewals is used up, for a thousand hours.
struct TooSoon;

#[async_trait::async_trait]
impl TokenStore for TooSoon {
    async fn look(&self, _: &StoreSlot, _: &StoreQuery) -> Result<LookOutcome, StoreError> {
        let wait = 1000 * HOUR;
        Ok(LookOutcome::TooSoon { wait })
    }

    async fn put(
        &self,
        _: &StoreSlot,
        _: &LeaseId,
        _: &StoreRecord,
        _: Option<&StoreRecord>,
        _: Duration,
    ) -> Result<bool, StoreError> {
        Ok(true)
    }

    async fn renew(&self, _: &StoreSlot, _: &LeaseId, _: Duration) -> Result<bool, StoreError> {
        Ok(true)
    }

    async fn fail(
        &self,
        _: &StoreSlot,
        _: &LeaseId,
        _: &StoreRecord,
        _: Duration,
    ) -> Result<bool, StoreError> {
        Ok(true)
    }

    async fn release(&self, _: &StoreSlot, _: &LeaseId) -> Result<(), StoreError> {
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn no_store_puts_off_a_forced_renewal_for_longer_than_their_interval() {
    let process = Process::new(TooSoon, &SimulatedEndpoint::new());
    let token = process.first().await.unwrap();
    let error = process.replacement(&token).await.unwrap_err();
    assert_eq!(error.kind(), TokenErrorKind::RenewalLimited);
    assert_eq!(error.retry_after(), Some(seconds(5)));
}
