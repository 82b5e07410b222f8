//! One request, and a token that is no longer good.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use wristband_m2m_reqwest::token_error;
use wristband_m2m_reqwest::wristband_m2m::{
    IssuedToken, TokenError, TokenErrorKind, TokenSource, async_trait,
};

use super::*;

#[tokio::test]
async fn a_request_carries_the_token_and_nothing_else_is_changed() {
    let wristband = MockWristband::start().await;
    let api = protected_api(&wristband).await;
    let http = authenticated(&wristband.client());

    let response = http
        .post(api.url("/v1/orders?a=%20b"))
        .header("x-a", "1")
        .body("hello")
        .send()
        .await
        .unwrap();

    assert_eq!(response.status(), 200);
    assert!(outcome(&response).token_attached());
    assert!(!outcome(&response).retried());
    assert_eq!(outcome(&response).not_retried(), None);
    let request = &api.requests()[0];
    assert_eq!(request.target, "/v1/orders?a=%20b");
    assert_eq!(request.header("x-a"), Some("1"));
    assert_eq!(request.body, "hello");
    assert!(wristband.accepts(&request.headers));
}

#[tokio::test]
async fn a_401_is_followed_by_a_new_token_and_the_same_request_byte_for_byte() {
    let wristband = MockWristband::start().await;
    let api = protected_api(&wristband).await;
    let client = wristband.client();
    let http = authenticated(&client);
    client.get_token().await.unwrap();
    wristband.revoke_all();

    let body: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    let response = http
        .put(api.url("/v1/orders/7?a=%2F&b"))
        .header("x-b", "1")
        .header("x-a", "2")
        .header("x-b", "3")
        .header("idempotency-key", "k")
        .body(body.clone())
        .send()
        .await
        .unwrap();

    assert_eq!(response.status(), 200);
    assert!(outcome(&response).token_attached());
    assert!(outcome(&response).retried());
    assert_eq!(outcome(&response).not_retried(), None);
    assert_eq!(response.text().await.unwrap(), "welcome");
    assert_eq!(wristband.token_requests(), 2);
    let [first, second] = &api.requests()[..] else {
        panic!("two requests")
    };
    assert_eq!(first.body, body);
    assert_eq!(second.body, body);
    assert_eq!(
        (&first.method, &first.target),
        (&second.method, &second.target)
    );
    assert_eq!(first.version, second.version);
    let without_token = |request: &Recorded| {
        let token = request.authorization().cloned();
        let mut headers = request.headers.clone();
        headers.remove("authorization");
        (
            token,
            headers
                .iter()
                .map(|(n, v)| (n.clone(), v.clone()))
                .collect::<Vec<_>>(),
        )
    };
    let ((old, before), (new, after)) = (without_token(first), without_token(second));
    assert_eq!(before, after);
    assert!(old.is_some() && new.is_some());
    assert_ne!(old, new);
}

#[tokio::test]
async fn the_next_request_uses_the_renewed_token_at_once() {
    let wristband = MockWristband::start().await;
    let api = protected_api(&wristband).await;
    let client = wristband.client();
    let http = authenticated(&client);
    client.get_token().await.unwrap();
    wristband.revoke_all();

    for _ in 0..10 {
        let response = http.get(api.url("/")).send().await.unwrap();
        assert_eq!(response.status(), 200);
    }
    assert_eq!(wristband.token_requests(), 2);
    assert_eq!(api.requests().len(), 11);
}

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
async fn recovery_keeps_the_connection_though_the_new_token_was_there_already() {
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

#[tokio::test]
async fn a_stream_is_sent_once_and_heals_the_next_call() {
    let wristband = MockWristband::start().await;
    let api = protected_api(&wristband).await;
    let client = wristband.client();
    let http = authenticated(&client);
    client.get_token().await.unwrap();
    wristband.revoke_all();

    let stream = || reqwest::Body::wrap(String::from("hello"));
    let response = http.post(api.url("/")).body(stream()).send().await.unwrap();
    assert_eq!(not_retried(&response), NotRetried::BodyNotReplayable);
    assert!(outcome(&response).token_attached());
    assert_eq!(response.text().await.unwrap(), "who are you?");
    assert_eq!(api.requests().len(), 1);
    assert_eq!(wristband.token_requests(), 2, "the token was replaced");

    let response = http.post(api.url("/")).body(stream()).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(wristband.token_requests(), 2);
}

#[tokio::test]
async fn a_multipart_form_is_sent_once_and_heals_the_next_call() {
    let wristband = MockWristband::start().await;
    let api = protected_api(&wristband).await;
    let client = wristband.client();
    let http = authenticated(&client);
    client.get_token().await.unwrap();
    wristband.revoke_all();

    let form = || reqwest::multipart::Form::new().text("name", "value");
    let response = http
        .post(api.url("/"))
        .multipart(form())
        .send()
        .await
        .unwrap();
    assert_eq!(not_retried(&response), NotRetried::BodyNotReplayable);
    let response = http
        .post(api.url("/"))
        .multipart(form())
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(api.requests().len(), 2);
    assert_eq!(wristband.token_requests(), 2);
}

#[tokio::test]
async fn without_a_token_the_request_is_not_sent() {
    let wristband = MockWristband::start().await;
    let api = protected_api(&wristband).await;
    let http = authenticated(&wristband.client());
    wristband.fail_next(1, 401);

    let error = http.get(api.url("/")).send().await.unwrap_err();

    assert!(error.is_middleware());
    let error = token_error(&error).expect("ours");
    assert_eq!(error.kind(), TokenErrorKind::Rejected);
    assert_eq!(error.status().map(|status| status.as_u16()), Some(401));
    assert!(api.requests().is_empty());
    let response = http.get(api.url("/")).send().await.unwrap();
    assert_eq!(response.status(), 200, "the next call tries again");
}

#[tokio::test]
async fn if_no_new_token_can_be_had_the_401_comes_back_readable() {
    let wristband = MockWristband::start().await;
    let api = protected_api(&wristband).await;
    let client = wristband.client();
    let http = authenticated(&client);
    for status in [400, 503] {
        client.get_token().await.unwrap();
        wristband.revoke_all();
        wristband.fail_next(3, status);

        let response = http.get(api.url("/")).send().await.unwrap();

        assert_eq!(not_retried(&response), NotRetried::NoToken);
        assert_eq!(response.text().await.unwrap(), "who are you?");
        wristband.fail_next(0, 500);
        while client.get_token().await.is_err() {}
    }
    assert_eq!(api.requests().len(), 2);
}

#[tokio::test]
async fn a_second_401_is_returned_as_it_is() {
    let wristband = MockWristband::start().await;
    let responded = AtomicUsize::new(0);
    let api = ApiServer::start(move |_| {
        let response = responded.fetch_add(1, Ordering::Relaxed) + 1;
        Reply::text(401, format!("no {response}")).header("www-authenticate", "Bearer")
    })
    .await;
    let http = authenticated(&wristband.client());

    let response = http.get(api.url("/")).send().await.unwrap();

    assert_eq!(response.status(), 401);
    assert!(outcome(&response).retried());
    assert_eq!(outcome(&response).not_retried(), None);
    assert_eq!(response.headers()["www-authenticate"], "Bearer");
    assert_eq!(response.text().await.unwrap(), "no 2");
    assert_eq!(wristband.token_requests(), 2);
    assert_eq!(api.requests().len(), 2);
}

/// Issues `t1`, `t2` and so on; the second once the gate is opened.
struct Numbered {
    issued: AtomicUsize,
    gate: Arc<Notify>,
}

#[async_trait]
impl TokenSource for Numbered {
    async fn fetch_token(&self) -> Result<IssuedToken, TokenError> {
        let number = self.issued.fetch_add(1, Ordering::Relaxed) + 1;
        if number == 2 {
            self.gate.notified().await;
        }
        let life = Duration::from_secs(3600);
        Ok(IssuedToken::new(format!("t{number}"), life))
    }
}

/// A revocation meets a flight under way: the request was sent with the token from before it, and the token that has
/// landed by the time of the 401 is from before the revocation too.
#[tokio::test]
async fn a_replacement_that_is_older_than_the_request_is_replaced_too() {
    let (landing, refusing) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let client = WristbandM2mClient::builder()
        .token_source(Numbered {
            issued: AtomicUsize::new(0),
            gate: Arc::clone(&landing),
        })
        .build()
        .unwrap();
    let gate = Arc::clone(&refusing);
    let api = ApiServer::start(move |request| match request.header("authorization") {
        Some("Bearer t1") => {
            let gate = Arc::clone(&gate);
            Reply::status(401).after(async move { gate.notified().await })
        }
        Some("Bearer t2") => Reply::status(401),
        _ => Reply::status(200),
    })
    .await;
    let first = client.get_token().await.unwrap();
    let renewing = tokio::spawn({
        let client = client.clone();
        async move { client.replace_token(&first).await }
    });
    while client.status().token_requests() < 2 {
        tokio::task::yield_now().await;
    }
    let request = tokio::spawn(authenticated(&client).get(api.url("/")).send());
    api.arrived(1).await;
    landing.notify_one();
    renewing.await.unwrap().unwrap();
    refusing.notify_one();

    let response = request.await.unwrap().unwrap();

    let tokens: Vec<_> = api
        .requests()
        .iter()
        .map(|request| request.header("authorization").unwrap().to_owned())
        .collect();
    assert_eq!(tokens, ["Bearer t1", "Bearer t2", "Bearer t3"]);
    assert_eq!(response.status(), 200);
    assert!(outcome(&response).retried());
}

#[tokio::test]
async fn other_statuses_renew_no_token() {
    let wristband = MockWristband::start().await;
    let api = ApiServer::start(|request| {
        let status = request
            .target
            .trim_start_matches('/')
            .parse()
            .expect("a status");
        Reply::text(status, "as it is")
    })
    .await;
    let http = authenticated(&wristband.client());
    for status in [403, 404, 407, 429, 500, 503] {
        let response = http
            .get(api.url(&format!("/{status}")))
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), status);
        assert!(outcome(&response).token_attached() && !outcome(&response).retried());
        assert_eq!(outcome(&response).not_retried(), None);
        assert_eq!(response.text().await.unwrap(), "as it is");
    }
    assert_eq!(api.requests().len(), 6);
    assert_eq!(wristband.token_requests(), 1);
}

#[tokio::test]
async fn what_fails_on_the_second_try_is_that_tries_error() {
    let wristband = MockWristband::start().await;
    let guarding = wristband.clone();
    let api = ApiServer::start(move |request| {
        if guarding.accepts(&request.headers) {
            Reply::status(200).after(std::future::pending())
        } else {
            Reply::status(401)
        }
    })
    .await;
    let client = wristband.client();
    let http = authenticated(&client);
    client.get_token().await.unwrap();
    wristband.revoke_all();
    let timeout = Duration::from_millis(300);
    let error = http
        .get(api.url("/"))
        .timeout(timeout)
        .send()
        .await
        .unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
    assert_eq!(api.requests().len(), 2);
}
