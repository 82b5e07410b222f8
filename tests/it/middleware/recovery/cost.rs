//! What a recovery costs: no connection, no pause, one token request.

use super::*;

#[tokio::test]
async fn recovery_keeps_the_connection() {
    for body in ["", "short", &"x".repeat(60_000)] {
        let wristband = MockWristband::start().await;
        let (guarding, body) = (wristband.clone(), body.to_owned());
        let api = ApiServer::start(move |request| {
            if guarding.accepts(&request.headers) {
                Reply::status(200)
            } else {
                Reply::text(401, body.clone())
            }
        })
        .await;
        let client = wristband.client();
        let http = authenticated(&client);
        for round in 0..20 {
            client.get_token().await.unwrap();
            wristband.revoke_all();
            let response = http.post(api.url("/")).body("x").send().await.unwrap();
            assert!(outcome(&response).retried(), "round {round}");
            assert_eq!(response.status(), 200);
            response.bytes().await.unwrap();
        }
        assert_eq!(api.connections(), 1);
    }
}

#[tokio::test]
async fn recovery_keeps_the_connection_when_the_token_was_already_renewed() {
    let wristband = MockWristband::start().await;
    let client = wristband.client();
    let (guarding, renewing) = (wristband.clone(), client.clone());
    let api = ApiServer::start(move |request| {
        let renewing = renewing.clone();
        match guarding.accepts(&request.headers) {
            true => Reply::status(200),
            false => Reply::text(401, "who are you?").after(async move {
                renewing.clear_token();
                renewing.get_token().await.unwrap();
            }),
        }
    })
    .await;
    let http = authenticated(&client);
    for _ in 0..10 {
        client.get_token().await.unwrap();
        wristband.revoke_all();
        let response = http.get(api.url("/")).send().await.unwrap();
        assert!(outcome(&response).retried());
        response.bytes().await.unwrap();
    }
    assert_eq!(api.connections(), 1);
}

#[tokio::test]
async fn recovery_costs_one_token_round_trip_and_no_sleep() {
    let wristband = MockWristband::start().await;
    let api = protected_api(&wristband).await;
    let client = wristband.client();
    let http = authenticated(&client);
    let mut quickest = Duration::MAX;
    for _ in 0..10 {
        client.get_token().await.unwrap();
        wristband.revoke_all();
        let start = Instant::now();
        assert_eq!(http.get(api.url("/")).send().await.unwrap().status(), 200);
        quickest = quickest.min(start.elapsed());
    }
    assert!(quickest < Duration::from_millis(20), "{quickest:?}");
}

#[tokio::test]
async fn a_401_that_is_long_or_never_ends_is_not_waited_for() {
    let wristband = MockWristband::start().await;
    let guarding = wristband.clone();
    let api = ApiServer::start(move |request| {
        if guarding.accepts(&request.headers) {
            Reply::status(200)
        } else if request.target == "/endless" {
            Reply::endless(401)
        } else {
            Reply::text(401, vec![b'x'; 50_000_000])
        }
    })
    .await;
    let client = wristband.client();
    let http = authenticated(&client);
    for path in ["/endless", "/huge"] {
        client.get_token().await.unwrap();
        wristband.revoke_all();
        let start = Instant::now();
        assert_eq!(http.get(api.url(path)).send().await.unwrap().status(), 200);
        assert!(
            start.elapsed() < Duration::from_secs(2),
            "{path} {:?}",
            start.elapsed()
        );
    }
}
