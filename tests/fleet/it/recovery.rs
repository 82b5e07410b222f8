//! The middleware, with tokens fetched by other processes.

use std::time::Instant;

use wristband_m2m::testing::MockWristband;
use wristband_m2m::{FileTokenStore, StoreState, WristbandM2mClient};
use wristband_m2m_fleet_tests::TestDirectory;
use wristband_m2m_reqwest::reqwest_middleware::{ClientBuilder, ClientWithMiddleware};
use wristband_m2m_reqwest::{AuthOutcome, NotRetried, WristbandAuth, reqwest};
use wristband_m2m_tests::{ApiServer, Reply};

fn client(wristband: &MockWristband, directory: &TestDirectory) -> WristbandM2mClient {
    let store = FileTokenStore::new(directory.path()).unwrap();
    wristband.builder().token_store(store).build().unwrap()
}

fn http(client: &WristbandM2mClient) -> ClientWithMiddleware {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    ClientBuilder::new(http)
        .with(WristbandAuth::new(client.clone()))
        .build()
}

fn outcome(response: &reqwest::Response) -> AuthOutcome {
    *response.extensions().get().expect("an outcome")
}

#[tokio::test]
async fn a_replacement_of_another_process_that_is_rejected_too_is_replaced_by_a_new_token() {
    let wristband = MockWristband::start().await;
    let directory = TestDirectory::new();
    let guard = wristband.clone();
    let api = ApiServer::start(move |request| {
        let status = if guard.accepts(&request.headers) {
            200
        } else {
            401
        };
        Reply::text(status, "")
    })
    .await;
    let (one, other) = (
        client(&wristband, &directory),
        client(&wristband, &directory),
    );
    let first = other.get_token().await.unwrap();
    one.get_token().await.unwrap();
    wristband.revoke_all();
    other.replace_token(&first).await.unwrap();
    // The token in the store is from before this revocation.
    wristband.revoke_all();

    let response = http(&one).get(api.url("/")).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert!(outcome(&response).retried());
    assert_eq!(api.requests().len(), 3);
    assert_eq!(wristband.token_requests(), 3);
    // The other process adopts that token.
    let response = http(&other).get(api.url("/")).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(wristband.token_requests(), 3);
}

#[tokio::test]
async fn an_api_that_refuses_everything_gets_three_sends_at_most_and_a_burst_of_renewals() {
    let wristband = MockWristband::start().await;
    let directory = TestDirectory::new();
    let api = ApiServer::start(|_| Reply::text(401, "go away")).await;
    let start = Instant::now();
    let mut outcomes = Vec::new();
    for _ in 0..12 {
        let sends = api.requests().len();
        let client = client(&wristband, &directory);
        let response = http(&client).get(api.url("/")).send().await.unwrap();
        assert_eq!(response.status(), 401);
        assert!(api.requests().len() - sends <= 3);
        let store = client.status().store();
        outcomes.push((outcome(&response), store));
    }
    // On a busy machine the store may respond late, and more renewals are allowed as time passes.
    let late = outcomes
        .iter()
        .filter(|(_, store)| *store != StoreState::Ready);
    let renewals = 3 + start.elapsed().as_secs() / 5 + 2 * late.count() as u64;
    let requests = wristband.token_requests();
    assert!(
        requests <= 1 + renewals,
        "{requests} requests: {outcomes:?}"
    );
    let is_limited = |outcome: &AuthOutcome| outcome.not_retried() == Some(NotRetried::CircuitOpen);
    let limited = outcomes.iter().filter(|(outcome, _)| is_limited(outcome));
    assert!(limited.count() as u64 + renewals >= 12, "{outcomes:?}");
}
