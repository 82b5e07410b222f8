use super::*;
use crate::error::TokenErrorKind;
use crate::fetch::Need;
use crate::store::StoreState;
use crate::store::simulation::{
    Answer, Process, SimulatedEndpoint, SimulatedStore, Trouble, sealer,
};
use crate::store::slot_state::SlotState;
use tokio::task::JoinSet;
use tokio::time::Instant;

const HOUR: Duration = Duration::from_secs(3600);

fn millis(n: u64) -> Duration {
    Duration::from_millis(n)
}

fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

struct Fleet {
    store: SimulatedStore,
    endpoint: SimulatedEndpoint,
}

impl Fleet {
    fn new() -> Self {
        Self {
            store: SimulatedStore::new(),
            endpoint: SimulatedEndpoint::new(),
        }
    }

    fn process(&self) -> Process {
        Process::new(self.store.clone(), &self.endpoint)
    }

    fn processes(&self, count: usize) -> Vec<Process> {
        (0..count).map(|_| self.process()).collect()
    }

    fn slot<T>(&self, act: impl FnOnce(&mut SlotState) -> T) -> T {
        act(self.store.inside().slot(sealer("secret").slot()))
    }
}

/// What each process got, and how long it took.
async fn all(processes: &[Process]) -> Vec<(Result<AccessToken, TokenError>, Duration)> {
    let start = Instant::now();
    let mut calls = JoinSet::new();
    for process in processes {
        let process = process.clone();
        calls.spawn(async move { (process.first().await, start.elapsed()) });
    }
    calls.join_all().await
}

async fn timed<T>(call: impl Future<Output = T>) -> (T, Duration) {
    let start = Instant::now();
    let outcome = call.await;
    (outcome, start.elapsed())
}

#[tokio::test(start_paused = true)]
async fn a_fleet_that_starts_cold_makes_one_request() {
    let fleet = Fleet::new();
    fleet.store.inside().delay = millis(2);
    for (result, took) in all(&fleet.processes(50)).await {
        assert_eq!(result.unwrap().as_str(), "token-1");
        assert!(took < millis(500), "{took:?}");
    }
    assert_eq!(fleet.endpoint.requests(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_adopted_token_has_its_true_age() {
    let fleet = Fleet::new();
    fleet.process().first().await.unwrap();
    tokio::time::advance(seconds(600)).await;
    let process = fleet.process();
    let token = process.first().await.unwrap();
    assert_eq!(fleet.endpoint.requests(), 1);
    assert!(process.shared.is_adopted(&token));
    let lifetime = token.lifetime();
    assert_eq!(lifetime.life, HOUR);
    // The store forgets a token one second before its end.
    let left = lifetime.remaining(&Moment::now());
    assert!(left <= seconds(2999) && left > seconds(2998), "{left:?}");
}

#[tokio::test(start_paused = true)]
async fn a_token_that_is_due_is_replaced_by_one_process() {
    let fleet = Fleet::new();
    fleet.process().first().await.unwrap();
    tokio::time::advance(seconds(3500)).await;
    for (result, _) in all(&fleet.processes(10)).await {
        assert_eq!(result.unwrap().as_str(), "token-2");
    }
    assert_eq!(fleet.endpoint.requests(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_needs_more_life_gets_it() {
    let fleet = Fleet::new();
    let process = fleet.process();
    let current = Some(process.first().await.unwrap());
    tokio::time::advance(seconds(600)).await;
    let wanted = |min_life| Demand {
        need: Need {
            min_lifetime: min_life,
            max_age: None,
        },
        ..Demand::default()
    };
    let token = fleet.process().token(wanted(seconds(2900))).await.unwrap();
    assert_eq!(token.as_str(), "token-1");
    let token = fleet.process().token(wanted(seconds(3100))).await.unwrap();
    assert_eq!(token.as_str(), "token-2");
    // More than the endpoint issues: a young one is the best there is.
    let token = fleet.process().token(wanted(2 * HOUR)).await.unwrap();
    assert_eq!(token.as_str(), "token-2");
    let wanted = Demand {
        have: current,
        ..wanted(seconds(3100))
    };
    assert_eq!(process.token(wanted).await.unwrap().as_str(), "token-2");
}

#[tokio::test(start_paused = true)]
async fn a_background_refresh_adopts_a_young_token_only() {
    let fleet = Fleet::new();
    let process = fleet.process();
    let current = Some(process.first().await.unwrap());
    let wanted = Demand {
        have: current,
        need: Need {
            min_lifetime: Duration::ZERO,
            max_age: Some(seconds(30)),
        },
        ..Demand::default()
    };
    let other = fleet.process();
    tokio::time::advance(seconds(60)).await;
    assert_eq!(
        process.token(wanted.clone()).await.unwrap().as_str(),
        "token-2"
    );
    tokio::time::advance(seconds(20)).await;
    assert_eq!(
        other.token(wanted.clone()).await.unwrap().as_str(),
        "token-2"
    );
    tokio::time::advance(seconds(20)).await;
    assert_eq!(
        fleet.process().token(wanted).await.unwrap().as_str(),
        "token-3"
    );
}

#[tokio::test(start_paused = true)]
async fn a_revocation_costs_the_fleet_one_request() {
    let fleet = Fleet::new();
    let mut calls = JoinSet::new();
    for (process, after) in fleet.processes(50).into_iter().zip(0..) {
        calls.spawn(async move {
            let token = process.first().await.unwrap();
            sleep(millis(1000 + 20 * after)).await;
            process.replacement(&token).await
        });
    }
    for result in calls.join_all().await {
        assert_eq!(result.unwrap().as_str(), "token-2");
    }
    assert_eq!(fleet.endpoint.requests(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_api_that_refuses_everything_costs_three_renewals_and_one_per_five_seconds() {
    let fleet = Fleet::new();
    let mut calls = JoinSet::new();
    let end = Instant::now() + seconds(60);
    for (process, after) in fleet.processes(20).into_iter().zip(0..) {
        calls.spawn(async move {
            let mut token = process.first().await.unwrap();
            let mut put_off = 0;
            sleep(millis(25 * after)).await;
            while Instant::now() < end {
                match process.replacement(&token).await {
                    Ok(new) => token = new,
                    Err(error) => {
                        assert_eq!(error.kind(), TokenErrorKind::RenewalLimited);
                        assert!(error.retry_after().unwrap() <= seconds(5));
                        put_off += 1;
                    }
                }
                sleep(millis(500)).await;
            }
            put_off
        });
    }
    let put_off: u64 = calls.join_all().await.into_iter().sum();
    let requests = fleet.endpoint.requests();
    assert!((13..=1 + 3 + 12).contains(&requests), "{requests}");
    assert!(put_off > 1000, "{put_off}");
}

#[tokio::test(start_paused = true)]
async fn a_store_whose_clock_is_set_back_limits_nobody() {
    let fleet = Fleet::new();
    let process = fleet.process();
    let mut token = process.first().await.unwrap();
    for _ in 0..3 {
        token = process.replacement(&token).await.unwrap();
    }
    process.replacement(&token).await.unwrap_err();
    let mut session = fleet.process().shared.session();
    fleet.store.inside().clock -= 3_600_000;
    let token = process.replacement(&token).await.unwrap();
    assert_eq!(token.as_str(), "token-5");

    // Nor does a lease last that was taken before.
    fleet.store.inside().flush();
    assert!(
        session
            .look(sealer("secret"), &Demand::default)
            .await
            .unwrap()
            .is_none()
    );
    fleet.store.inside().clock -= 3_600_000;
    let (result, took) = timed(fleet.process().first()).await;
    result.unwrap();
    assert_eq!(took, millis(150));
}

#[tokio::test(start_paused = true)]
async fn a_clear_is_no_forced_renewal() {
    let fleet = Fleet::new();
    let process = fleet.process();
    for n in 1..=9 {
        let token = process.first().await.unwrap();
        assert_eq!(token.as_str(), format!("token-{n}"));
        process.shared.clear(Some(&token));
    }
    let token = process.first().await.unwrap();
    process.replacement(&token).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_cleared_token_is_not_adopted_by_the_process_that_cleared_it() {
    let fleet = Fleet::new();
    let process = fleet.process();
    let token = process.first().await.unwrap();
    let snapshot = fleet.store.inside().snapshot();
    process.shared.clear(Some(&token));
    assert_eq!(process.first().await.unwrap().as_str(), "token-2");
    fleet.store.inside().restore(snapshot);
    process.shared.clear(None);
    assert_eq!(fleet.process().first().await.unwrap().as_str(), "token-1");
    assert_eq!(process.first().await.unwrap().as_str(), "token-3");
}

#[tokio::test(start_paused = true)]
async fn a_rejected_token_that_a_fail_over_brings_back_is_not_adopted() {
    let fleet = Fleet::new();
    let process = fleet.process();
    let token = process.first().await.unwrap();
    let snapshot = fleet.store.inside().snapshot();
    let token = process.replacement(&token).await.unwrap();
    assert_eq!(token.as_str(), "token-2");
    fleet.store.inside().restore(snapshot);
    let wanted = Demand {
        have: Some(token),
        ..Demand::default()
    };
    assert_eq!(process.token(wanted).await.unwrap().as_str(), "token-3");
}

#[tokio::test(start_paused = true)]
async fn an_answer_of_the_endpoint_is_shared_for_a_second() {
    let fleet = Fleet::new();
    fleet.endpoint.answers(Answer::Status(503, None));
    for (result, _) in all(&fleet.processes(50)).await {
        assert_eq!(result.unwrap_err().status().unwrap(), 503);
    }
    assert_eq!(fleet.endpoint.requests(), 1);
    fleet.endpoint.answers(Answer::Token);
    sleep(millis(1000)).await;
    fleet.process().first().await.unwrap();
    assert_eq!(fleet.endpoint.requests(), 2);
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_shared_for_a_minute_at_most() {
    let fleet = Fleet::new();
    fleet
        .endpoint
        .answers(Answer::Status(429, Some(seconds(600))));
    fleet.process().first().await.unwrap_err();
    sleep(seconds(20)).await;
    let error = fleet.process().first().await.unwrap_err();
    assert_eq!(error.retry_after(), Some(seconds(40)));
    sleep(seconds(40)).await;
    fleet.process().first().await.unwrap_err();
    assert_eq!(fleet.endpoint.requests(), 2);
}

/// A store that brings a failure up again and again silences nobody for longer than the failure was meant to last.
#[tokio::test(start_paused = true)]
async fn a_failure_is_believed_once() {
    let fleet = Fleet::new();
    fleet
        .endpoint
        .answers(Answer::Status(503, Some(seconds(30))));
    fleet.process().first().await.unwrap_err();
    fleet.endpoint.answers(Answer::Token);
    let process = fleet.process();
    for n in 0..3 {
        // The store's clock stands still, so that the failure never ends.
        fleet.store.inside().clock = -10_000 * n;
        process.first().await.unwrap_err();
        sleep(seconds(10)).await;
    }
    assert_eq!(fleet.endpoint.requests(), 1);
    fleet.store.inside().clock = -30_000;
    process.first().await.unwrap();
    assert_eq!(fleet.endpoint.requests(), 2);
}

#[tokio::test(start_paused = true)]
async fn what_may_be_this_machines_fault_is_not_shared() {
    for answer in [Answer::Network, Answer::Status(401, None)] {
        let fleet = Fleet::new();
        fleet.endpoint.answers(answer);
        let results = all(&fleet.processes(10)).await;
        assert_eq!(fleet.endpoint.requests(), 10, "{answer:?}");
        for (result, took) in results {
            result.unwrap_err();
            // One fetch of the holder, a pause, one fetch of one's own.
            assert!(took <= millis(150 + 200 + 150), "{took:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_holder_that_dies_costs_the_others_its_lease() {
    let fleet = Fleet::new();
    let dead = fleet.process();
    let mut session = dead.shared.session();
    assert!(
        session
            .look(sealer("secret"), &Demand::default)
            .await
            .unwrap()
            .is_none()
    );
    // Killed: nothing of it runs any more.
    std::mem::forget(session);
    for (result, took) in all(&fleet.processes(20)).await {
        result.unwrap();
        assert!(took <= seconds(3), "{took:?}");
    }
    assert!(fleet.endpoint.requests() <= 20);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_flight_gives_its_lease_back() {
    let fleet = Fleet::new();
    let mut session = fleet.process().shared.session();
    assert!(
        session
            .look(sealer("secret"), &Demand::default)
            .await
            .unwrap()
            .is_none()
    );
    drop(session);
    let (result, took) = timed(fleet.process().first()).await;
    result.unwrap();
    assert!(took <= millis(200), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_stalled_holder_overwrites_nothing() {
    let fleet = Fleet::new();
    let stalled = fleet.process();
    let mut session = stalled.shared.session();
    assert!(
        session
            .look(sealer("secret"), &Demand::default)
            .await
            .unwrap()
            .is_none()
    );
    let late = fleet.endpoint.fetch().await;
    sleep(seconds(3)).await;
    assert_eq!(fleet.process().first().await.unwrap().as_str(), "token-2");
    session.finish(&late).await;
    assert_eq!(fleet.process().first().await.unwrap().as_str(), "token-2");
}

#[tokio::test(start_paused = true)]
async fn the_lease_is_renewed_while_the_holder_fetches() {
    let fleet = Fleet::new();
    fleet.endpoint.set(Answer::Token, seconds(4), HOUR);
    let holder = fleet.process();
    let fetch = tokio::spawn(async move { holder.first().await });
    sleep(millis(3900)).await;
    // Held for longer than anyone waits, and held still.
    let other = fleet.process();
    let (result, took) = timed(other.first()).await;
    assert_eq!(result.unwrap().as_str(), "token-2");
    assert!(took <= millis(4250), "{took:?}");
    assert_eq!(other.shared.state(), StoreState::Degraded);
    fetch.await.unwrap().unwrap();
    assert_eq!(fleet.process().first().await.unwrap().as_str(), "token-1");
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_long_for_an_endpoint_that_hangs() {
    let fleet = Fleet::new();
    fleet.endpoint.answers(Answer::Hangs);
    for (result, took) in all(&fleet.processes(5)).await {
        assert_eq!(result.unwrap_err().kind(), TokenErrorKind::Timeout);
        assert!(took <= seconds(10) + millis(2000 + 200), "{took:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_store_that_puts_off_for_ever_is_waited_for_five_seconds() {
    struct Busy;
    #[async_trait::async_trait]
    impl crate::store::TokenStore for Busy {
        async fn look(
            &self,
            _: &crate::StoreSlot,
            _: &StoreQuery,
        ) -> Result<StoreAnswer, crate::StoreError> {
            let held_for = Duration::ZERO;
            Ok(StoreAnswer::Busy { held_for })
        }
        async fn put(
            &self,
            _: &crate::StoreSlot,
            _: &LeaseId,
            _: &StoreRecord,
            _: Option<&StoreRecord>,
            _: Duration,
        ) -> Result<bool, crate::StoreError> {
            Ok(false)
        }
        async fn renew(
            &self,
            _: &crate::StoreSlot,
            _: &LeaseId,
            _: Duration,
        ) -> Result<bool, crate::StoreError> {
            Ok(false)
        }
        async fn fail(
            &self,
            _: &crate::StoreSlot,
            _: &LeaseId,
            _: &StoreRecord,
            _: Duration,
        ) -> Result<bool, crate::StoreError> {
            Ok(false)
        }
        async fn release(
            &self,
            _: &crate::StoreSlot,
            _: &LeaseId,
        ) -> Result<(), crate::StoreError> {
            Ok(())
        }
    }
    let endpoint = SimulatedEndpoint::new();
    let process = Process::new(Busy, &endpoint);
    let (result, took) = timed(process.first()).await;
    result.unwrap();
    assert!(
        (seconds(5)..seconds(5) + millis(200 + 150)).contains(&took),
        "{took:?}"
    );
    assert_eq!(process.shared.state(), StoreState::Degraded);
    // It is left alone now.
    assert_eq!(timed(process.first()).await.1, millis(150));
}

#[tokio::test(start_paused = true)]
async fn a_store_in_trouble_costs_one_operation_and_is_left_alone() {
    for trouble in [
        Trouble::Hung,
        Trouble::AnswersLost,
        Trouble::Refuses,
        Trouble::ReadOnly,
        Trouble::Panics,
    ] {
        let fleet = Fleet::new();
        fleet.store.inside().trouble = trouble;
        let process = fleet.process();
        let (result, took) = timed(process.first()).await;
        result.unwrap();
        // It has never answered: it may be connecting.
        assert!(took <= millis(500 + 150), "{trouble:?} {took:?}");
        assert_eq!(process.shared.state(), StoreState::Degraded);
        assert!(process.shared.error().is_some());
        let operations = fleet.store.inside().operations;
        let (result, took) = timed(process.first()).await;
        result.unwrap();
        assert_eq!(took, millis(150), "{trouble:?}");
        assert_eq!(fleet.store.inside().operations, operations, "{trouble:?}");

        fleet.store.inside().trouble = Trouble::None;
        sleep(seconds(2)).await;
        let token = process.first().await.unwrap();
        assert_eq!(process.shared.state(), StoreState::Ready);
        assert_eq!(
            fleet.process().first().await.unwrap().as_str(),
            token.as_str()
        );

        fleet.store.inside().trouble = trouble;
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
async fn a_store_that_is_slow_adds_no_more_than_one_operation() {
    let fleet = Fleet::new();
    let process = fleet.process();
    process.first().await.unwrap();
    fleet.store.inside().flush();
    fleet.store.inside().delay = millis(200);
    let (result, took) = timed(process.first()).await;
    assert_eq!(result.unwrap().as_str(), "token-2");
    assert!(took <= millis(250 + 150), "{took:?}");
    // The put went on behind the callers' back.
    sleep(millis(200)).await;
    assert_eq!(fleet.process().first().await.unwrap().as_str(), "token-2");
    assert_eq!(process.shared.state(), StoreState::Ready);
}

/// However many looks it takes.
#[tokio::test(start_paused = true)]
async fn useless_records_of_a_slow_store_share_the_time_of_one_operation() {
    let fleet = Fleet::new();
    let process = fleet.process();
    process.first().await.unwrap();
    fleet.slot(|slot| slot.poison(vec![1; 60], HOUR * 100_000));
    fleet.store.inside().delay = millis(200);
    let (result, took) = timed(process.first()).await;
    assert_eq!(result.unwrap().as_str(), "token-2");
    assert!(took <= millis(250 + 150), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_read_only_store_still_gives() {
    let fleet = Fleet::new();
    fleet.process().first().await.unwrap();
    fleet.store.inside().trouble = Trouble::ReadOnly;
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

/// A store cannot make a token live longer than it was sealed for.
#[tokio::test(start_paused = true)]
async fn life_is_capped_by_what_is_sealed() {
    let fleet = Fleet::new();
    fleet.process().first().await.unwrap();
    let bytes = fleet.slot(|slot| slot.record().unwrap().as_bytes().to_vec());
    fleet.slot(|slot| slot.poison(bytes, 100_000 * HOUR));
    let token = fleet.process().first().await.unwrap();
    assert_eq!(token.as_str(), "token-1");
    assert!(token.remaining() <= HOUR);
}

/// Nor be used again for its whole life shortly before its end.
#[tokio::test(start_paused = true)]
async fn a_record_that_is_brought_back_outlives_its_end_by_five_minutes_at_most() {
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

#[tokio::test(start_paused = true)]
async fn a_rotated_secret_is_looked_up_under_its_own_name() {
    let fleet = Fleet::new();
    let process = fleet.process();
    let mut session = process.shared.session();
    assert!(
        session
            .look(sealer("old"), &Demand::default)
            .await
            .unwrap()
            .is_none()
    );
    // `invalid_client`: another process that holds the new secret has put a token already.
    fleet.process().first().await.unwrap();
    let token = session
        .look(sealer("secret"), &Demand::default)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(token.as_str(), "token-1");
    // Those who waited for the old secret's lease are told to find out for themselves.
    let mut other = fleet.process().shared.session();
    let (looked, took) = timed(other.look(sealer("old"), &Demand::default)).await;
    assert!(looked.unwrap().is_none() && took.is_zero());
}

/// A clear detaches the flight under way, and the next one does not wait for it.
#[tokio::test(start_paused = true)]
async fn a_detached_flight_neither_blocks_nor_puts() {
    let fleet = Fleet::new();
    let process = fleet.process();
    fleet.endpoint.set(Answer::Token, seconds(1), HOUR);
    let detached = tokio::spawn({
        let process = process.clone();
        async move { process.first().await }
    });
    sleep(millis(500)).await;
    process.shared.clear(None);
    let (result, took) = timed(process.first()).await;
    assert_eq!(result.unwrap().as_str(), "token-2");
    assert_eq!(took, seconds(1));
    assert_eq!(detached.await.unwrap().unwrap().as_str(), "token-1");
    assert_eq!(fleet.process().first().await.unwrap().as_str(), "token-2");
}

/// It goes on with the lease, which is no round trip to give back and take.
#[tokio::test(start_paused = true)]
async fn a_flight_inherits_the_lease_of_the_detached_one() {
    let fleet = Fleet::new();
    let process = fleet.process();
    process.first().await.unwrap();
    fleet.store.inside().flush();
    fleet.store.inside().delay = millis(100);
    fleet.endpoint.set(Answer::Token, seconds(1), HOUR);
    let detached = tokio::spawn({
        let process = process.clone();
        async move { process.first().await }
    });
    sleep(millis(500)).await;
    process.shared.clear(None);
    let next = tokio::spawn(async move { timed(process.first()).await });
    // The detached flight ends first, and leaves the lease to its heir.
    assert_eq!(detached.await.unwrap().unwrap().as_str(), "token-2");
    let other = fleet.process();
    assert_eq!(other.first().await.unwrap().as_str(), "token-3");
    assert_eq!(other.shared.state(), StoreState::Ready);
    let (result, took) = next.await.unwrap();
    assert_eq!(result.unwrap().as_str(), "token-3");
    assert!(took <= seconds(1) + millis(250), "{took:?}");
    assert_eq!(fleet.endpoint.requests(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_second_rejection_of_the_same_token_detaches_nothing() {
    let fleet = Fleet::new();
    let process = fleet.process();
    let token = process.first().await.unwrap();
    process.shared.reject(&token);
    let generation = process.shared.generation();
    process.shared.reject(&token);
    assert_eq!(process.shared.generation(), generation);
}
