//! Many concurrent requests whose token is revoked.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Barrier;
use tokio::task::JoinSet;

use super::*;

const CROWD: usize = 1_000;

/// Sends all requests at once, with a token that the API no longer accepts; all must succeed.
async fn rush(wristband: &MockWristband, api: &ApiServer, http: &ClientWithMiddleware) {
    let mut requests = JoinSet::new();
    for number in 0..CROWD {
        let request = http.post(api.url("/")).body(format!("request {number}"));
        requests.spawn(async move { request.send().await.unwrap() });
    }
    for response in requests.join_all().await {
        assert_eq!(response.status(), 200);
        assert!(outcome(&response).retried());
    }
    assert_eq!(wristband.token_requests(), 2);
    let mut bodies: Vec<_> = api
        .requests()
        .into_iter()
        .map(|request| request.body)
        .collect();
    assert_eq!(bodies.len(), 2 * CROWD);
    bodies.sort();
    bodies.dedup();
    assert_eq!(
        bodies.len(),
        CROWD,
        "each request is sent twice, and no other"
    );
}

/// A client that needs only one connection.
fn over_http2(client: &WristbandM2mClient) -> ClientWithMiddleware {
    let http = reqwest::Client::builder().http2_prior_knowledge().build();
    ClientBuilder::new(http.expect("an HTTP client"))
        .with(WristbandAuth::new(client.clone()))
        .build()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_401s_that_arrive_together_cost_one_token_request() {
    let wristband = MockWristband::start().await;
    let (guarding, all_here) = (wristband.clone(), Arc::new(Barrier::new(CROWD)));
    let api = ApiServer::start(move |request| {
        let reply = guard(&guarding, request);
        if guarding.accepts(&request.headers) {
            return reply;
        }
        let all_here = all_here.clone();
        reply.after(async move { _ = all_here.wait().await })
    })
    .await;
    let client = wristband.client();
    client.get_token().await.unwrap();
    wristband.revoke_all();
    rush(&wristband, &api, &over_http2(&client)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_401s_spread_over_a_second_cost_one_token_request() {
    let wristband = MockWristband::start().await;
    let (guarding, all_here) = (wristband.clone(), Arc::new(Barrier::new(CROWD)));
    let api = ApiServer::start(move |request| {
        let reply = guard(&guarding, request);
        if guarding.accepts(&request.headers) {
            return reply;
        }
        let number = request.body.rsplit(|byte| *byte == b' ').next().unwrap();
        let number: u64 = std::str::from_utf8(number).unwrap().parse().unwrap();
        let all_here = all_here.clone();
        reply.after(async move {
            all_here.wait().await;
            tokio::time::sleep(Duration::from_millis(number)).await;
        })
    })
    .await;
    let client = wristband.client();
    client.get_token().await.unwrap();
    wristband.revoke_all();
    rush(&wristband, &api, &over_http2(&client)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_requests_over_http1_recover_too() {
    let wristband = MockWristband::start().await;
    let api = protected_api(&wristband).await;
    let client = wristband.client();
    client.get_token().await.unwrap();
    wristband.revoke_all();
    let http = authenticated(&client);
    // At most 200 at once, so that the sockets fit into the usual limit of 1,024 open files.
    let mut requests = JoinSet::new();
    for number in 0..CROWD {
        if number >= 200 {
            requests.join_next().await;
        }
        let request = http.get(api.url("/"));
        requests.spawn(async move { assert_eq!(request.send().await.unwrap().status(), 200) });
    }
    requests.join_all().await;
    assert_eq!(wristband.token_requests(), 2);
}

#[tokio::test]
async fn a_late_401_of_the_old_token_leaves_the_new_one_alone() {
    let wristband = MockWristband::start().await;
    let (guarding, new_token_used) = (wristband.clone(), Arc::new(tokio::sync::Notify::new()));
    let release = new_token_used.clone();
    let api = ApiServer::start(move |request| {
        let reply = guard(&guarding, request);
        match &*request.target {
            "/late" if !guarding.accepts(&request.headers) => {
                let new_token_used = new_token_used.clone();
                reply.after(async move { new_token_used.notified().await })
            }
            _ => reply,
        }
    })
    .await;
    let client = wristband.client();
    let http = authenticated(&client);
    client.get_token().await.unwrap();
    wristband.revoke_all();
    let late = tokio::spawn(http.get(api.url("/late")).send());
    api.arrived(1).await;
    assert_eq!(http.get(api.url("/")).send().await.unwrap().status(), 200);
    let renewed = client.get_token().await.unwrap();
    release.notify_one();

    let late = late.await.unwrap().unwrap();

    assert_eq!(late.status(), 200);
    assert!(outcome(&late).retried());
    assert!(client.get_token().await.unwrap().is_same_token(&renewed));
    assert_eq!(wristband.token_requests(), 2);
}

#[tokio::test]
async fn two_middlewares_of_one_client_share_the_new_token() {
    let wristband = MockWristband::start().await;
    let api = protected_api(&wristband).await;
    let client = wristband.client();
    client.get_token().await.unwrap();
    wristband.revoke_all();
    for _ in 0..3 {
        let response = authenticated(&client)
            .get(api.url("/"))
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), 200);
    }
    assert_eq!(wristband.token_requests(), 2);
}
