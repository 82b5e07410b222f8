//! APIs that refuse new tokens.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use super::*;

#[tokio::test]
async fn an_api_that_refuses_new_tokens_costs_three_renewals() {
    let wristband = MockWristband::start().await;
    let api = hostile_api().await;
    let http = authenticated(&wristband.client());

    for renewals in 1..=3 {
        let response = http.get(api.url("/")).send().await.unwrap();
        assert_eq!(response.status(), 401);
        assert!(outcome(&response).retried());
        assert_eq!(wristband.token_requests(), 1 + renewals);
    }
    let start = Instant::now();
    let mut cooled = 0;
    while cooled < 50 && start.elapsed() < Duration::from_millis(900) {
        cooled += 1;
        let response = http.get(api.url("/")).send().await.unwrap();
        assert_eq!(not_retried(&response), NotRetried::CircuitOpen);
        assert!(outcome(&response).token_attached());
        assert_eq!(response.text().await.unwrap(), "go away");
    }
    assert_eq!(wristband.token_requests(), 4);
    assert_eq!(
        api.requests().len(),
        3 * 2 + cooled,
        "in a cool-down each request is sent once"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn renewals_are_counted_per_token_however_many_requests_are_in_flight() {
    let wristband = MockWristband::start().await;
    let api = hostile_api().await;
    let http = authenticated(&wristband.client());
    for _ in 0..5 {
        let mut requests = JoinSet::new();
        for _ in 0..50 {
            let request = http.get(api.url("/"));
            requests.spawn(async move { request.send().await.unwrap().status() });
        }
        requests.join_all().await;
    }
    assert_eq!(wristband.token_requests(), 4);
}

#[tokio::test]
async fn after_a_cool_down_one_renewal_is_tried() {
    let wristband = MockWristband::start().await;
    let api = hostile_api().await;
    let http = authenticated(&wristband.client());
    let start = Instant::now();
    let mut renewals = Vec::new();
    // The first cool-down takes 1 to 1.25 s, the second twice that.
    while renewals.len() < 5 && start.elapsed() < Duration::from_secs(10) {
        let before = wristband.token_requests();
        http.get(api.url("/")).send().await.unwrap();
        if wristband.token_requests() > before {
            renewals.push(start.elapsed());
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    // The first call fetched two: one to begin with, one to recover.
    assert_eq!(wristband.token_requests(), 1 + 3 + 2, "{renewals:?}");
    let [_, _, third, fourth, fifth] = &renewals[..] else {
        panic!("{renewals:?}")
    };
    assert!(*fourth - *third >= Duration::from_secs(1), "{renewals:?}");
    assert!(*fifth - *fourth >= Duration::from_secs(2), "{renewals:?}");
}

#[tokio::test]
async fn a_success_ends_the_cool_down() {
    let wristband = MockWristband::start().await;
    let well = Arc::new(AtomicBool::new(false));
    let (guarding, is_well) = (wristband.clone(), well.clone());
    let api = ApiServer::start(move |request| {
        if is_well.load(Ordering::Relaxed) {
            guard(&guarding, request)
        } else {
            Reply::status(401)
        }
    })
    .await;
    let http = authenticated(&wristband.client());
    for _ in 0..4 {
        http.get(api.url("/")).send().await.unwrap();
    }
    let response = http.get(api.url("/")).send().await.unwrap();
    assert_eq!(not_retried(&response), NotRetried::CircuitOpen);

    well.store(true, Ordering::Relaxed);
    assert_eq!(http.get(api.url("/")).send().await.unwrap().status(), 200);
    wristband.revoke_all();
    let response = http.get(api.url("/")).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert!(outcome(&response).retried());
}

#[tokio::test]
async fn other_apis_of_the_same_client_are_not_slowed() {
    let wristband = MockWristband::start().await;
    let hostile = hostile_api().await;
    let api = protected_api(&wristband).await;
    let http = authenticated(&wristband.client());
    for _ in 0..5 {
        http.get(hostile.url("/")).send().await.unwrap();
        assert_eq!(http.get(api.url("/")).send().await.unwrap().status(), 200);
    }
    let response = http.get(hostile.url("/")).send().await.unwrap();
    assert_eq!(not_retried(&response), NotRetried::CircuitOpen);
    wristband.revoke_all();
    let response = http.get(api.url("/")).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert!(outcome(&response).retried());
    assert_eq!(api.requests().len(), 7);
}

#[tokio::test]
async fn streams_are_braked_too() {
    let wristband = MockWristband::start().await;
    let api = hostile_api().await;
    let http = authenticated(&wristband.client());
    for expected in [NotRetried::BodyNotReplayable; 3]
        .into_iter()
        .chain([NotRetried::CircuitOpen; 20])
    {
        let body = reqwest::Body::wrap(String::from("hello"));
        let response = http.post(api.url("/")).body(body).send().await.unwrap();
        assert_eq!(not_retried(&response), expected);
    }
    assert_eq!(wristband.token_requests(), 4);
}

#[tokio::test]
async fn revocations_that_a_renewal_heals_are_never_braked() {
    let wristband = MockWristband::start().await;
    let guarding = wristband.clone();
    let api = ApiServer::start(move |request| match guarding.accepts(&request.headers) {
        true => Reply::status(404),
        false => Reply::status(401),
    })
    .await;
    let http = authenticated(&wristband.client());
    for _ in 0..10 {
        assert_eq!(http.get(api.url("/")).send().await.unwrap().status(), 404);
        wristband.revoke_all();
    }
}
