//! Tokens that an API has rejected, and tokens that were cleared.

use super::*;

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
async fn a_store_whose_clock_is_set_back_limits_no_process() {
    let fleet = Fleet::new();
    let process = fleet.process();
    let mut token = process.first().await.unwrap();
    for _ in 0..3 {
        token = process.replacement(&token).await.unwrap();
    }
    process.replacement(&token).await.unwrap_err();
    fleet.store.inner().clock -= 3_600_000;
    let token = process.replacement(&token).await.unwrap();
    assert_eq!(token.as_str(), "token-5");

    // A lease that was taken before does not last either.
    fleet.store.inner().flush();
    let _holder = fleet.holder().await;
    fleet.store.inner().clock -= 3_600_000;
    let (result, took) = timed(fleet.process().first()).await;
    result.unwrap();
    assert_eq!(took, millis(150));
}

#[tokio::test(start_paused = true)]
async fn a_clear_is_not_a_forced_renewal() {
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
    let snapshot = fleet.store.inner().snapshot();
    process.shared.clear(Some(&token));
    assert_eq!(process.first().await.unwrap().as_str(), "token-2");
    fleet.store.inner().restore(snapshot);
    process.shared.clear(None);
    assert_eq!(fleet.process().first().await.unwrap().as_str(), "token-1");
    assert_eq!(process.first().await.unwrap().as_str(), "token-3");
}

#[tokio::test(start_paused = true)]
async fn a_rejected_token_is_not_adopted_after_a_fail_over_brings_it_back() {
    let fleet = Fleet::new();
    let process = fleet.process();
    let token = process.first().await.unwrap();
    let snapshot = fleet.store.inner().snapshot();
    let token = process.replacement(&token).await.unwrap();
    assert_eq!(token.as_str(), "token-2");
    fleet.store.inner().restore(snapshot);
    let wanted = Demand {
        have: Some(token),
        ..Demand::default()
    };
    assert_eq!(process.token(wanted).await.unwrap().as_str(), "token-3");
}

#[tokio::test(start_paused = true)]
async fn a_second_rejection_of_the_same_token_detaches_no_flight() {
    let fleet = Fleet::new();
    let process = fleet.process();
    let token = process.first().await.unwrap();
    process.shared.reject(&token);
    let generation = process.shared.generation();
    process.shared.reject(&token);
    assert_eq!(process.shared.generation(), generation);
}
