//! APIs that reject fresh tokens.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use super::*;

#[tokio::test]
async fn an_api_that_rejects_fresh_tokens_costs_three_renewals() {
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
    let mut returned = 0;
    while returned < 50 && start.elapsed() < Duration::from_millis(900) {
        returned += 1;
        let response = http.get(api.url("/")).send().await.unwrap();
        assert_eq!(not_retried(&response), NotRetried::CircuitOpen);
        assert!(outcome(&response).token_attached());
        assert_eq!(response.text().await.unwrap(), "go away");
    }
    assert_eq!(wristband.token_requests(), 4);
    assert_eq!(
        api.requests().len(),
        3 * 2 + returned,
        "while the circuit is open each request is sent once"
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
async fn a_replay_that_meets_an_outage_neither_counts_nor_closes_the_circuit() {
    let wristband = MockWristband::start().await;
    let statuses = Mutex::new([401, 401, 401, 401, 401, 503, 401].into_iter());
    let api = ApiServer::start(move |_| {
        let status = statuses.lock().unwrap().next();
        Reply::status(status.expect("a request too many"))
    })
    .await;
    let http = authenticated(&wristband.client());
    for status in [401, 401, 503] {
        let response = http.get(api.url("/")).send().await.unwrap();
        assert_eq!(response.status(), status);
        assert!(outcome(&response).retried());
    }
    let response = http.get(api.url("/")).send().await.unwrap();
    assert_eq!(not_retried(&response), NotRetried::CircuitOpen);
    assert_eq!(wristband.token_requests(), 4);
}

#[tokio::test]
async fn an_accepted_replay_closes_the_circuit_and_an_ordinary_success_does_not() {
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
    well.store(true, Ordering::Relaxed);
    assert_eq!(http.get(api.url("/")).send().await.unwrap().status(), 200);
    wristband.revoke_all();
    let response = http.get(api.url("/")).send().await.unwrap();
    assert_eq!(not_retried(&response), NotRetried::CircuitOpen);

    // The circuit is half-open after 1 to 1.25 s.
    let end = Instant::now() + Duration::from_secs(5);
    let response = loop {
        let response = http.get(api.url("/")).send().await.unwrap();
        if response.status() == 200 {
            break response;
        }
        assert!(Instant::now() < end, "the circuit stays open");
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert!(outcome(&response).retried());
    wristband.revoke_all();
    let response = http.get(api.url("/")).send().await.unwrap();
    assert!(outcome(&response).retried(), "the circuit is closed");
}

/// One route rejects every token; the other routes of the origin are healthy.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broken_route_costs_the_healthy_ones_nothing() {
    let wristband = MockWristband::start().await;
    let guarding = wristband.clone();
    let api = ApiServer::start(move |request| match &*request.target {
        "/bad" => Reply::status(401),
        _ => guard(&guarding, request),
    })
    .await;
    let http = authenticated(&wristband.client());
    let start = Instant::now();
    let mut calls = JoinSet::new();
    for _ in 0..10 {
        let (http, url) = (http.clone(), api.url("/ok"));
        calls.spawn(async move {
            for _ in 0..100 {
                let response = http.get(&url).send().await.unwrap();
                assert_eq!(response.status(), 200, "a healthy call was lost");
                assert!(!outcome(&response).retried(), "a healthy call was rejected");
            }
        });
    }
    let (bad, url) = (http.clone(), api.url("/bad"));
    calls.spawn(async move {
        for _ in 0..50 {
            assert_eq!(bad.get(&url).send().await.unwrap().status(), 401);
        }
    });
    while let Some(done) = calls.join_next().await {
        done.unwrap();
    }
    let renewals = wristband.token_requests() - 1;
    // One more for each pause, the first of which takes a second.
    let allowed = 3 + start.elapsed().as_secs();
    assert!(
        renewals <= allowed,
        "{renewals} renewals, {allowed} allowed"
    );
}

#[tokio::test]
async fn insufficient_scope_renews_nothing() {
    let wristband = MockWristband::start().await;
    let api = ApiServer::start(|_| {
        Reply::status(401).header(
            "www-authenticate",
            r#"Bearer realm="orders", error="insufficient_scope""#,
        )
    })
    .await;
    let http = authenticated(&wristband.client());
    for _ in 0..5 {
        let response = http.get(api.url("/")).send().await.unwrap();
        assert_eq!(not_retried(&response), NotRetried::InsufficientScope);
    }
    assert_eq!(wristband.token_requests(), 1);
}

#[tokio::test]
async fn other_apis_of_the_same_client_are_not_affected() {
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
async fn requests_that_cannot_be_replayed_count_too() {
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
async fn revocations_that_a_renewal_heals_never_open_the_circuit() {
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
