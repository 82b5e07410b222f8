//! A single request with a token that is no longer valid.

mod cost;
mod no_retry;
mod waiting;

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
async fn a_request_carries_the_token_and_is_otherwise_unchanged() {
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

/// Issues `t1`, `t2` and so on; the second one once the gate is open.
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
async fn other_statuses_do_not_renew_the_token() {
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
async fn an_error_of_the_replay_is_returned() {
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

#[tokio::test]
async fn a_late_401_to_an_older_token_waits_for_the_replacement_of_the_current_one() {
    let wristband = MockWristband::start().await;
    let guarding = wristband.clone();
    let gate = Arc::new(Notify::new());
    let held = Arc::clone(&gate);
    let first = AtomicUsize::new(0);
    let api = ApiServer::start(move |request| {
        let reply = guard(&guarding, request);
        let held = Arc::clone(&held);
        match &*request.target {
            "/slow" if first.fetch_add(1, Ordering::Relaxed) == 0 => {
                reply.after(async move { held.notified().await })
            }
            _ => reply,
        }
    })
    .await;
    let client = wristband.client();
    let http = authenticated(&client);
    client.get_token().await.unwrap();
    wristband.revoke_all();
    let slow = tokio::spawn(http.get(api.url("/slow")).send());
    api.arrived(1).await;
    assert_eq!(http.get(api.url("/")).send().await.unwrap().status(), 200);
    // The replacement is revoked too, and its own is on the way when the 401 to the first token arrives.
    wristband.revoke_all();
    wristband.set_delay(Duration::from_millis(400));
    let renewing = tokio::spawn(http.get(api.url("/")).send());
    while wristband.token_requests() < 3 {
        tokio::task::yield_now().await;
    }
    gate.notify_one();

    assert_eq!(slow.await.unwrap().unwrap().status(), 200);
    assert_eq!(renewing.await.unwrap().unwrap().status(), 200);
    assert_eq!(wristband.token_requests(), 3);
}
