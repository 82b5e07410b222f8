//! The service on a fake of its API, and on the API itself.

use std::future::IntoFuture as _;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use serde_json::{Value, json};
use storefront::{
    NewOrder, Order, OrderPage, Orders, OrdersClient, StandIns, Storefront, StorefrontError, app,
    record_metrics,
};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::timeout;
use wristband_m2m_reqwest::http::{HeaderMap, StatusCode};
use wristband_m2m_reqwest::wristband_m2m::WristbandM2mClient;
use wristband_m2m_reqwest::wristband_m2m::testing::MockWristband;
use wristband_m2m_reqwest::{ApiError, Pages, reqwest};

struct Service {
    url: String,
    _server: JoinSet<std::io::Result<()>>,
}

impl Service {
    async fn start(app: Router) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let mut server = JoinSet::new();
        server.spawn(axum::serve(listener, app).into_future());
        Self {
            url,
            _server: server,
        }
    }

    async fn on_fake(orders: impl Orders + 'static) -> Self {
        let client = MockWristband::start().await.client();
        let orders = Arc::new(orders);
        Self::start(app(Storefront { orders, client })).await
    }

    async fn on_stand_ins(stand_ins: &StandIns, client: WristbandM2mClient) -> Self {
        let orders = OrdersClient::with_base_url(&stand_ins.orders_url, &client).unwrap();
        let orders = Arc::new(orders);
        Self::start(app(Storefront { orders, client })).await
    }

    async fn get(&self, path: &str) -> (StatusCode, HeaderMap, Value) {
        let url = format!("{}{path}", self.url);
        read(http().get(url).send().await.unwrap()).await
    }

    async fn order(&self, item: &str, quantity: u32) -> (StatusCode, HeaderMap, Value) {
        let request = http().post(format!("{}/orders", self.url));
        let order = json!({"item": item, "quantity": quantity});
        let request = request
            .header("content-type", "application/json")
            .body(order.to_string());
        read(request.send().await.unwrap()).await
    }
}

fn http() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

async fn read(response: reqwest::Response) -> (StatusCode, HeaderMap, Value) {
    let (status, headers) = (response.status(), response.headers().clone());
    let body = response.bytes().await.unwrap();
    (status, headers, serde_json::from_slice(&body).unwrap())
}

/// Has one order, and returns this status for everything else.
struct FakeOrders {
    failure: StatusCode,
}

impl FakeOrders {
    fn error(&self) -> StorefrontError {
        let headers = HeaderMap::from_iter([
            ("retry-after".parse().unwrap(), "7".parse().unwrap()),
            (
                "content-type".parse().unwrap(),
                "application/problem+json".parse().unwrap(),
            ),
        ]);
        let problem = r#"{"title":"no","detail":"tea is sold out","internal":"shelf 7"}"#;
        ApiError::from_response(self.failure, headers, problem).into()
    }
}

impl Orders for FakeOrders {
    async fn find(&self, id: u64) -> Result<Option<Order>, StorefrontError> {
        let item = "tea".to_owned();
        Ok((id == 1).then_some(Order {
            id,
            item,
            quantity: 2,
        }))
    }

    fn list(&self, _: u32, _: Option<String>) -> Pages<OrderPage, StorefrontError> {
        Pages::from_pages([Err(self.error())])
    }

    async fn create(&self, _: &NewOrder) -> Result<Order, StorefrontError> {
        Err(self.error())
    }
}

#[tokio::test]
async fn an_order_is_found_or_not() {
    let failure = StatusCode::INTERNAL_SERVER_ERROR;
    let service = Service::on_fake(FakeOrders { failure }).await;
    let (status, _, order) = service.get("/orders/1").await;
    assert_eq!((status, &order["item"]), (StatusCode::OK, &json!("tea")));
    let (status, _, problem) = service.get("/orders/2").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert_eq!(problem["detail"], "there is no such order");
}

#[tokio::test]
async fn failures_of_the_api_become_what_the_public_may_know() {
    for (failure, status, detail) in [
        (422, 422, "tea is sold out"),
        (503, 503, "the orders service cannot be reached"),
        (429, 503, "the orders service cannot be reached"),
        (401, 502, "the orders service and this service do not agree"),
        (400, 502, "the orders service and this service do not agree"),
    ] {
        let failure = StatusCode::from_u16(failure).unwrap();
        let service = Service::on_fake(FakeOrders { failure }).await;
        let (returned, headers, problem) = service.order("tea", 1).await;
        assert_eq!(returned, status, "{failure}");
        assert_eq!(problem["detail"], detail);
        assert_eq!(headers["content-type"], "application/problem+json");
        let retry_after = headers.get("retry-after").map(|value| value.as_bytes());
        assert_eq!(retry_after, (status == 503).then_some(&b"7"[..]));
        assert!(!problem.to_string().contains("shelf"));
    }
}

#[tokio::test]
async fn orders_go_through_to_the_api_and_come_back_over_all_pages() {
    let stand_ins = StandIns::start().await.unwrap();
    let service = Service::on_stand_ins(&stand_ins, stand_ins.wristband.client()).await;
    for quantity in 1..=120 {
        let (status, _, order) = service.order("tea", quantity).await;
        assert_eq!(
            (status, &order["quantity"]),
            (StatusCode::CREATED, &json!(quantity))
        );
    }
    let (_, _, all) = service.get("/orders?limit=1000").await;
    assert_eq!(all.as_array().unwrap().len(), 120);
    let (_, _, some) = service.get("/orders?limit=70").await;
    assert_eq!(some.as_array().unwrap().len(), 70);
    let (status, _, problem) = service.order("tea", 0).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(problem["detail"], "quantity must be at least 1");
    assert_eq!(stand_ins.wristband.token_requests(), 1);
}

#[tokio::test]
async fn the_service_is_ready_when_it_has_a_token() {
    let stand_ins = StandIns::start().await.unwrap();
    let client = stand_ins.wristband.client();
    let service = Service::on_stand_ins(&stand_ins, client.clone()).await;
    let (status, _, report) = service.get("/ready").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(report["token"], "Empty");

    client.get_token().await.unwrap();
    let (status, _, report) = service.get("/ready").await;
    assert_eq!(
        (status, &report["token"]),
        (StatusCode::OK, &json!("Fresh"))
    );

    client.clear_token();
    stand_ins.wristband.fail_next(3, 503);
    let (status, headers, _) = service.get("/orders").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(headers["retry-after"], "1");
    let (status, _, report) = service.get("/ready").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(report["token"], "Failed");

    // Without traffic: the probes alone bring the token back.
    let ready = async { while service.get("/ready").await.0 != StatusCode::OK {} };
    timeout(Duration::from_secs(10), ready).await.unwrap();
    assert_eq!(service.get("/orders").await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_withdrawn_key_costs_one_token_request() {
    let stand_ins = StandIns::start().await.unwrap();
    let service = Service::on_stand_ins(&stand_ins, stand_ins.wristband.client()).await;
    // The service has a token of the first key, which the API has never seen: by then it is withdrawn.
    let client = stand_ins.wristband.client();
    client.get_token().await.unwrap();
    let early = Service::on_stand_ins(&stand_ins, client).await;
    stand_ins.wristband.rotate_keys();
    stand_ins.wristband.rotate_keys();
    assert_eq!(early.get("/orders").await.0, StatusCode::OK);
    assert_eq!(service.get("/orders").await.0, StatusCode::OK);
    assert_eq!(stand_ins.wristband.token_requests(), 3);
}

#[tokio::test]
async fn the_metrics_count_token_requests() {
    let metrics = Service::start(record_metrics().unwrap()).await;
    let stand_ins = StandIns::start().await.unwrap();
    stand_ins.wristband.fail_next(1, 503);
    stand_ins.wristband.client().get_token().await.unwrap();

    let response = http().get(format!("{}/metrics", metrics.url)).send().await;
    let exposition = response.unwrap().text().await.unwrap();
    // Other tests of this process count, too.
    for outcome in ["success", "unavailable"] {
        let counter = format!("wristband_m2m_token_requests_total{{outcome=\"{outcome}\"}}");
        assert!(exposition.contains(&counter), "{exposition}");
    }
}
