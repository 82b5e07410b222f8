//! A fleet whose forced renewals are used up.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::dice::{millis, seconds};
use super::issuer::Issuer;
use super::member::Member;
use super::store::SimulatedStore;
use crate::clock::simulated::MachineClock;
use crate::error::TokenErrorKind;

/// No process can renew before the time that the store reports, so looking there sooner would find nothing new.
#[tokio::test(start_paused = true)]
async fn a_revocation_after_the_last_renewal_is_healed_by_the_next_one() {
    let store = SimulatedStore::new();
    let issuer = Arc::new(Issuer::new(seconds(3600)));
    let mut fleet = [(); 5].map(|()| Member::start(&store, &issuer, MachineClock::default()));
    for member in &mut fleet {
        member.call().await.unwrap();
    }
    let (broken, fleet) = fleet.split_last_mut().unwrap();

    // Its API rejects every token, which uses up the budget.
    while broken.replace().await.is_ok() {}
    issuer.revoke_all();
    let mut wait = Duration::ZERO;
    for member in &mut *fleet {
        let error = member.call().await.unwrap_err();
        assert_eq!(error.kind(), TokenErrorKind::RenewalLimited);
        wait = wait.max(error.retry_after().unwrap());
    }
    assert!(wait <= seconds(5), "{wait:?}");

    // Until then no process goes back to the store, and none could renew.
    let (revoked_at, requests) = (Instant::now(), issuer.requests());
    let operations = store.inner().operations;
    while revoked_at.elapsed() + millis(100) < wait {
        for member in &mut *fleet {
            member.call().await.unwrap_err();
        }
        assert!(broken.replace().await.is_err());
        sleep(millis(100)).await;
    }
    assert_eq!(store.inner().operations, operations);
    assert_eq!(issuer.requests(), requests);

    // The pause has up to a tenth of jitter; then one process renews and the others adopt.
    sleep(wait / 10 + millis(500)).await;
    let mut tokens = Vec::new();
    for member in fleet {
        tokens.push(member.call().await.unwrap());
    }
    tokens.dedup();
    assert_eq!(tokens.len(), 1, "{tokens:?}");
    assert!(issuer.accepts(&tokens[0]));
    assert_eq!(issuer.requests(), requests + 1);
}
