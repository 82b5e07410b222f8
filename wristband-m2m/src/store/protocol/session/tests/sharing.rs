//! One token for many processes.

use super::*;

#[tokio::test(start_paused = true)]
async fn a_cold_start_costs_the_fleet_one_request() {
    let fleet = Fleet::new();
    fleet.store.inner().delay = millis(2);
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
    // The store drops a token one second before it expires.
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
async fn a_caller_that_needs_a_longer_life_gets_a_new_token() {
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
    // More than the endpoint issues: a young token is as good as any.
    let token = fleet.process().token(wanted(2 * HOUR)).await.unwrap();
    assert_eq!(token.as_str(), "token-2");
    let wanted = Demand {
        have: current,
        ..wanted(seconds(3100))
    };
    assert_eq!(process.token(wanted).await.unwrap().as_str(), "token-2");
}

#[tokio::test(start_paused = true)]
async fn a_background_refresh_adopts_only_a_young_token() {
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
    // After `invalid_client`: another process has already put a token under the new secret.
    fleet.process().first().await.unwrap();
    let token = session
        .look(sealer("secret"), &Demand::default)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(token.as_str(), "token-1");
    // A process that waited for the lease of the old secret fetches for itself at once.
    let mut other = fleet.process().shared.session();
    let (looked, took) = timed(other.look(sealer("old"), &Demand::default)).await;
    assert!(looked.unwrap().is_none() && took.is_zero());
}
