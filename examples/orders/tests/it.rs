//! The service as its callers meet it.

use std::future::IntoFuture as _;
use std::time::Duration;

use orders::{KeySet, TokenVerifier, app, key_set_client};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use wristband_m2m::testing::MockWristband;

struct Service {
    url: String,
    http: reqwest::Client,
    _server: JoinSet<std::io::Result<()>>,
}

impl Service {
    async fn start(wristband: &MockWristband) -> Self {
        Self::with_pause(wristband, Duration::ZERO).await
    }

    async fn with_pause(wristband: &MockWristband, pause: Duration) -> Self {
        let keys = KeySet::new(key_set_client().unwrap(), wristband.jwks_url()).pause(pause);
        Self::with_keys(wristband, keys).await
    }

    async fn with_keys(wristband: &MockWristband, keys: KeySet) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let app = app(TokenVerifier::new(wristband.issuer(), keys));
        let mut server = JoinSet::new();
        server.spawn(axum::serve(listener, app).into_future());
        Self {
            url,
            http: key_set_client().unwrap(),
            _server: server,
        }
    }

    async fn get(&self, path: &str, token: Option<&str>) -> reqwest::Response {
        let mut request = self.http.get(format!("{}{path}", self.url));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        request.send().await.unwrap()
    }

    async fn status(&self, path: &str, token: &str) -> u16 {
        self.get(path, Some(token)).await.status().as_u16()
    }

    async fn order(&self, order: Value, token: &str) -> (u16, Value) {
        let request = self.http.post(format!("{}/v1/orders", self.url));
        let request = request
            .bearer_auth(token)
            .header("content-type", "application/json")
            .body(order.to_string());
        let response = request.send().await.unwrap();
        (response.status().as_u16(), body(response).await)
    }
}

async fn body(response: reqwest::Response) -> Value {
    serde_json::from_slice(&response.bytes().await.unwrap()).unwrap()
}

async fn token(wristband: &MockWristband) -> String {
    let token = wristband.client().get_token().await.unwrap();
    token.as_str().to_owned()
}

#[tokio::test]
async fn a_caller_orders_and_reads_page_by_page() {
    let wristband = MockWristband::start().await;
    let service = Service::start(&wristband).await;
    let token = token(&wristband).await;
    for item in ["tea", "coffee", "milk"] {
        let (status, made) = service
            .order(json!({"item": item, "quantity": 2}), &token)
            .await;
        assert_eq!(status, 201);
        assert_eq!(made["ordered_by"], MockWristband::CLIENT_ID);
    }
    assert_eq!(
        body(service.get("/v1/orders/2", Some(&token)).await).await["item"],
        "coffee"
    );

    let page = body(service.get("/v1/orders?page_size=2", Some(&token)).await).await;
    assert_eq!(page["orders"].as_array().unwrap().len(), 2);
    let next = page["next_page_token"].as_str().unwrap();
    let path = format!("/v1/orders?page_size=2&page_token={next}");
    let page = body(service.get(&path, Some(&token)).await).await;
    assert_eq!(page["orders"][0]["item"], "milk");
    assert_eq!(page["next_page_token"], Value::Null);

    let (status, problem) = service
        .order(json!({"item": "tea", "quantity": 0}), &token)
        .await;
    assert_eq!(
        (status, &problem["detail"]),
        (422, &json!("quantity must be at least 1"))
    );
    assert_eq!(service.status("/v1/orders/9", &token).await, 404);
    assert_eq!(wristband.jwks_requests(), 1, "the keys are cached");
}

#[tokio::test]
async fn a_request_without_a_token_is_rejected() {
    let wristband = MockWristband::start().await;
    let service = Service::start(&wristband).await;
    for path in ["/v1/orders", "/v1/orders/1"] {
        let refused = service.get(path, None).await;
        assert_eq!(refused.status(), 401);
        assert_eq!(refused.headers()["www-authenticate"], "Bearer");
    }
    assert_eq!(wristband.jwks_requests(), 0);
}

#[tokio::test]
async fn a_wrong_token_is_refused() {
    let wristband = MockWristband::start().await;
    let service = Service::start(&wristband).await;
    let good = token(&wristband).await;
    let (head, signature) = good.rsplit_once('.').unwrap();
    let other = token(&wristband).await;
    let (other_head, _) = other.rsplit_once('.').unwrap();
    let unsigned = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.";
    for wrong in [
        "not-a-jwt",
        unsigned,
        &format!("{head}."),
        &format!("{other_head}.{signature}"),
    ] {
        let refused = service.get("/v1/orders", Some(wrong)).await;
        assert_eq!(refused.status(), 401, "{wrong}");
        assert_eq!(
            refused.headers()["www-authenticate"],
            r#"Bearer error="invalid_token""#
        );
    }
    assert_eq!(service.status("/v1/orders", &good).await, 200);
}

#[tokio::test]
async fn a_token_with_a_wrong_claim_is_refused() {
    let wristband = MockWristband::start().await;
    let service = Service::start(&wristband).await;
    let issuer = Value::from(wristband.issuer());
    let in_an_hour = json!(jsonwebtoken::get_current_timestamp() + 3600);
    for (claim, wrong, right) in [
        ("iss", json!("https://evil.example.com"), issuer),
        ("exp", json!(1_700_000_000), in_an_hour.clone()),
        ("exp", Value::Null, in_an_hour.clone()),
        ("sub", Value::Null, json!("billing")),
        ("nbf", in_an_hour, Value::Null),
    ] {
        wristband.set_claim(claim, wrong);
        let token_with_wrong_claim = token(&wristband).await;
        assert_eq!(
            service.status("/v1/orders", &token_with_wrong_claim).await,
            401,
            "{claim}"
        );
        wristband.set_claim(claim, right);
        assert_eq!(
            service.status("/v1/orders", &token(&wristband).await).await,
            200,
            "{claim}"
        );
    }
}

#[tokio::test]
async fn a_new_key_is_learned_and_the_old_one_still_works() {
    let wristband = MockWristband::start().await;
    let service = Service::start(&wristband).await;
    let old = token(&wristband).await;
    assert_eq!(service.status("/v1/orders", &old).await, 200);
    wristband.rotate_keys();
    let new = token(&wristband).await;
    assert_eq!(service.status("/v1/orders", &new).await, 200);
    assert_eq!(service.status("/v1/orders", &old).await, 200);
    assert_eq!(wristband.jwks_requests(), 2);
}

#[tokio::test]
async fn unknown_keys_do_not_become_a_flood_of_requests() {
    let wristband = MockWristband::start().await;
    let service = Service::with_pause(&wristband, Duration::from_secs(3600)).await;
    let known = token(&wristband).await;
    assert_eq!(service.status("/v1/orders", &known).await, 200);
    wristband.rotate_keys();
    let unknown = token(&wristband).await;
    for _ in 0..20 {
        assert_eq!(service.status("/v1/orders", &unknown).await, 401);
    }
    assert_eq!(service.status("/v1/orders", &known).await, 200);
    assert_eq!(wristband.jwks_requests(), 1);
}

#[tokio::test]
async fn many_first_callers_read_the_keys_once() {
    let wristband = MockWristband::start().await;
    let service = Service::with_pause(&wristband, Duration::ZERO).await;
    let token = token(&wristband).await;
    let mut callers = JoinSet::new();
    for _ in 0..50 {
        let request = service.http.get(format!("{}/v1/orders", service.url));
        callers.spawn(request.bearer_auth(&token).send());
    }
    for response in callers.join_all().await {
        assert_eq!(response.unwrap().status(), 200);
    }
    assert_eq!(wristband.jwks_requests(), 1);
}

#[tokio::test]
async fn without_keys_the_service_is_not_ready_and_blames_no_token() {
    let wristband = MockWristband::start().await;
    let nowhere = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/jwks", nowhere.local_addr().unwrap());
    drop(nowhere);
    let service = Service::with_keys(&wristband, KeySet::new(key_set_client().unwrap(), url)).await;
    assert_eq!(service.get("/health", None).await.status(), 200);
    assert_eq!(service.get("/ready", None).await.status(), 503);
    assert_eq!(
        service.status("/v1/orders", &token(&wristband).await).await,
        503
    );
}

#[tokio::test]
async fn the_service_is_ready_once_the_keys_are_read() {
    let wristband = MockWristband::start().await;
    let keys = KeySet::new(key_set_client().unwrap(), wristband.jwks_url());
    keys.load().await;
    let service = Service::with_keys(&wristband, keys).await;
    assert_eq!(service.get("/ready", None).await.status(), 200);
}
