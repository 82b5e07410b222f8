//! What a caller asks of a token also holds for one that another process fetched.

use std::sync::Arc;

use tokio::time::sleep;

use super::dice::seconds;
use super::issuer::Issuer;
use super::member::Member;
use super::store::SimulatedStore;
use crate::clock::simulated::MachineClock;

#[tokio::test(start_paused = true)]
async fn an_adopted_token_lives_as_long_and_is_as_new_as_the_caller_needs() {
    let store = SimulatedStore::new();
    let issuer = Arc::new(Issuer::new(seconds(3600)));
    let start = || Member::start(&store, &issuer, MachineClock::default());
    start().call().await.unwrap();
    sleep(seconds(1200)).await;

    start().token_valid_for(seconds(2000)).await.unwrap();
    start().refreshed(seconds(1300)).await.unwrap();
    assert_eq!(issuer.requests(), 1, "the token does");

    start().token_valid_for(seconds(3000)).await.unwrap();
    assert_eq!(issuer.requests(), 2, "it ends too soon");
    sleep(seconds(1200)).await;
    start().refreshed(seconds(1100)).await.unwrap();
    assert_eq!(issuer.requests(), 3, "it is too old");
}
