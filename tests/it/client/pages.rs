//! Methods with a `#[page]` argument, against a server that serves pages.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use mockall::mock;
use serde::{Deserialize, Serialize};
use wristband_m2m::testing::MockWristband;
use wristband_m2m_reqwest::{
    ApiError, ApiErrorKind, Bytes, LinkedPage, Page, Pages, WristbandPage, wristband_m2m,
};
use wristband_m2m_tests::{ApiServer, Recorded, Reply};

use super::World;

#[derive(Clone, Serialize)]
pub(crate) struct Filter {
    state: &'static str,
}

/// A page with the cursor in its body.
#[derive(Debug, Deserialize)]
pub(crate) struct OrderPage {
    orders: Vec<u64>,
    next: Option<String>,
}

impl Page for OrderPage {
    type Item = u64;
    type Cursor = String;

    fn next(&self) -> Option<String> {
        self.next.clone()
    }

    fn into_items(self) -> Vec<u64> {
        self.orders
    }
}

#[wristband_m2m(dyn = DynApi)]
pub(crate) trait Api {
    #[get("/tenants/{id}/users")]
    fn users(
        &self,
        id: String,
        #[query] count: u64,
        #[query("start_index")]
        #[page]
        start: Option<u64>,
    ) -> Pages<WristbandPage<u64>, ApiError>;

    #[post("/orders/{*scope}")]
    fn orders(
        &self,
        scope: Vec<&'static str>,
        #[json] filter: Filter,
        #[page]
        #[header("X-Page")]
        token: Option<String>,
    ) -> Pages<OrderPage, ApiError>;

    #[get]
    fn linked(
        &self,
        #[url]
        #[page]
        url: String,
    ) -> Pages<LinkedPage<u64>, ApiError>;

    #[put("/lines")]
    fn lines(
        &self,
        #[body] lines: Bytes,
        #[header("Content-Type")] of: &'static str,
        #[query_flag] strict: bool,
        #[query]
        #[page]
        token: Option<String>,
    ) -> Pages<OrderPage, ApiError>;
}

/// Serves 10,000 users in pages of this size, as Wristband does.
fn users(request: &Recorded) -> Reply {
    let query = |name: &str| {
        let (_, query) = request.target.split_once('?')?;
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(key, _)| *key == name)?.1.parse::<u64>().ok()
    };
    let (start, count) = (query("start_index").unwrap_or(1), query("count").unwrap());
    let items: Vec<u64> = (start..=10_000).take(count as usize).collect();
    let page = serde_json::json!({
        "totalResults": 10_000, "startIndex": start, "itemsPerPage": items.len(), "items": items,
    });
    Reply::json(200, page.to_string())
}

fn client(world: &World) -> ApiClient {
    ApiClient::with_base_url(world.api.url("/base"), world.token_client()).unwrap()
}

#[tokio::test]
async fn ten_thousand_items_in_a_hundred_pages_are_a_hundred_requests() {
    let world = World::new(users).await;
    let all = client(&world).users("t/1".to_owned(), 100, None);
    world.assert_nothing_was_sent();
    let all = all.into_items().await.unwrap();
    assert!(all.into_iter().eq(1..=10_000));
    let requests = world.api.requests();
    assert_eq!(requests.len(), 100);
    assert_eq!(requests[0].target, "/base/tenants/t%2F1/users?count=100");
    assert_eq!(
        requests[99].target,
        "/base/tenants/t%2F1/users?count=100&start_index=9901"
    );
    assert_eq!(world.wristband.token_requests(), 1);
}

#[tokio::test]
async fn a_token_revoked_between_pages_costs_one_token_request_and_no_item() {
    let wristband = Arc::new(MockWristband::start().await);
    let (served, guard) = (AtomicUsize::new(0), Arc::clone(&wristband));
    let api = ApiServer::start(move |request| {
        if served.fetch_add(1, Ordering::Relaxed) == 56 {
            guard.revoke_all();
        }
        match guard.accepts(&request.headers) {
            true => users(request),
            false => Reply::status(401),
        }
    })
    .await;
    let client = ApiClient::with_base_url(api.url(""), wristband.client()).unwrap();
    let all = client.users("t".to_owned(), 100, None).into_items().await;
    assert!(all.unwrap().into_iter().eq(1..=10_000));
    assert_eq!(api.requests().len(), 101);
    assert_eq!(wristband.token_requests(), 2);
}

#[tokio::test]
async fn arguments_are_sent_with_each_page() {
    let world = World::new(|request| {
        let next = match request.header("x-page") {
            None => r#"{"orders": [1], "next": "b c"}"#,
            Some(_) => r#"{"orders": [2], "next": null}"#,
        };
        Reply::json(200, next)
    })
    .await;
    let filter = Filter { state: "open" };
    let orders = client(&world).orders(vec!["a", "b"], filter, None);
    assert_eq!(orders.into_items().await.unwrap(), [1, 2]);
    let requests = world.api.requests();
    assert_eq!(requests.len(), 2);
    for request in &requests {
        assert_eq!(request.method, "POST");
        assert_eq!(request.target, "/base/orders/a/b");
        assert_eq!(request.body, r#"{"state":"open"}"#);
    }
    assert_eq!(requests[1].header("x-page"), Some("b c"));
}

#[tokio::test]
async fn bytes_of_a_type_known_at_run_time_are_sent_with_each_page() {
    let world = World::new(|request| {
        let next = match request.target.contains("token=") {
            false => r#"{"orders": [1], "next": "n"}"#,
            true => r#"{"orders": [2]}"#,
        };
        Reply::json(200, next)
    })
    .await;
    let lines = client(&world).lines(Bytes::from_static(b"1,2"), "text/csv", true, None);
    assert_eq!(lines.into_items().await.unwrap(), [1, 2]);
    let requests = world.api.requests();
    assert_eq!(requests[1].target, "/base/lines?strict&token=n");
    for request in requests {
        assert_eq!(request.body, "1,2");
        assert_eq!(request.header("content-type"), Some("text/csv"));
    }
}

#[tokio::test]
async fn links_are_followed_relative_to_their_page() {
    let world = World::new(|request| match request.target.as_str() {
        "/base/issues?page=1" => {
            Reply::json(200, "[1, 2]").header("link", "<?page=2>; rel=\"next\"")
        }
        "/base/issues?page=2" => {
            Reply::json(200, "[3]").header("link", "</other?page=3>; rel=next; title=x")
        }
        "/other?page=3" => Reply::json(200, "[4]").header("link", "<?page=1>; rel=\"first\""),
        _ => Reply::status(404),
    })
    .await;
    let issues = client(&world).linked("issues?page=1".to_owned());
    assert_eq!(issues.into_items().await.unwrap(), [1, 2, 3, 4]);
}

#[tokio::test]
async fn a_link_to_another_origin_is_an_error_and_is_not_requested() {
    let elsewhere = World::new(|_| Reply::json(200, "[]")).await;
    let link = format!("<{}>; rel=\"next\"", elsewhere.api.url("/issues"));
    let world = World::new(move |_| Reply::json(200, "[1]").header("link", &link)).await;
    let mut issues = client(&world).linked("issues".to_owned());
    assert_eq!(issues.next().await.unwrap().unwrap(), 1);
    let error = issues.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ApiErrorKind::Decode);
    assert!(issues.next().await.is_none());
    elsewhere.assert_nothing_was_sent();
}

#[tokio::test]
async fn a_repeated_cursor_is_an_error() {
    let world = World::new(|request| {
        let next = match request.header("x-page") {
            Some("b") => "c",
            _ => "b",
        };
        Reply::json(200, format!(r#"{{"orders": [1], "next": "{next}"}}"#))
    })
    .await;
    let orders = client(&world).orders(vec!["a"], Filter { state: "" }, None);
    let error = orders.into_items().await.unwrap_err();
    assert_eq!(error.kind(), ApiErrorKind::Decode);
    assert_eq!(error.endpoint().operation, "orders");
    assert!(world.api.requests().len() < 10);
}

#[tokio::test]
async fn pages_are_requested_only_as_they_are_read() {
    let world = World::new(users).await;
    let client = client(&world);
    let mut all = client.users("t".to_owned(), 2, Some(9));
    assert_eq!(all.next().await.unwrap().unwrap(), 9);
    assert_eq!(all.next().await.unwrap().unwrap(), 10);
    drop(all);
    let first = client.users("t".to_owned(), 2, None).next().await;
    assert_eq!(first.unwrap().unwrap(), 1);
    assert_eq!(world.api.requests().len(), 2);
}

#[tokio::test]
async fn a_page_that_fails_is_an_error_of_its_endpoint() {
    let world = World::new(|_| Reply::status(503)).await;
    let mut all = client(&world).users("t".to_owned(), 2, None);
    let error = all.next().await.unwrap().unwrap_err();
    assert_eq!(error.status().unwrap(), 503);
    assert_eq!(error.endpoint().route, "/tenants/{id}/users");
    assert!(all.next().await.is_none());
}

/// User code: collects whole pages, generic over the trait.
async fn total<A: Api>(api: &A) -> Option<u64> {
    let mut pages = api.users("t".to_owned(), 2, None).by_page();
    pages.next().await?.ok()?.total_results()
}

struct FakeApi;

impl Api for FakeApi {
    fn users(
        &self,
        _id: String,
        _count: u64,
        start: Option<u64>,
    ) -> Pages<WristbandPage<u64>, ApiError> {
        Pages::from_pages([Ok(WristbandPage::new(vec![start.unwrap_or(1)], 1, 7))])
    }

    fn orders(
        &self,
        _scope: Vec<&'static str>,
        _filter: Filter,
        _token: Option<String>,
    ) -> Pages<OrderPage, ApiError> {
        Pages::from_pages([])
    }

    fn linked(&self, url: String) -> Pages<LinkedPage<u64>, ApiError> {
        Pages::from_pages([Ok(LinkedPage::new(vec![url.len() as u64], None))])
    }

    fn lines(
        &self,
        _lines: Bytes,
        _of: &'static str,
        _strict: bool,
        _token: Option<String>,
    ) -> Pages<OrderPage, ApiError> {
        Pages::from_pages([])
    }
}

mock! {
    Api {}
    impl Api for Api {
        fn users(&self, id: String, count: u64, start: Option<u64>) -> Pages<WristbandPage<u64>, ApiError>;
        fn orders(&self, scope: Vec<&'static str>, filter: Filter, token: Option<String>) -> Pages<OrderPage, ApiError>;
        fn linked(&self, url: String) -> Pages<LinkedPage<u64>, ApiError>;
        fn lines(&self, lines: Bytes, of: &'static str, strict: bool, token: Option<String>) -> Pages<OrderPage, ApiError>;
    }
}

#[tokio::test]
async fn fakes_mocks_and_trait_objects_return_pages() {
    assert_eq!(total(&FakeApi).await, Some(7));
    let object: Arc<dyn DynApi> = Arc::new(FakeApi);
    assert_eq!(total(&object).await, Some(7));
    let linked = object.linked("abc".to_owned()).into_items().await;
    assert_eq!(linked.unwrap(), [3]);
    let mut mock = MockApi::new();
    mock.expect_users()
        .return_once(|_, _, _| Pages::from_pages([Ok(WristbandPage::new(vec![1], 1, 9))]));
    assert_eq!(total(&mock).await, Some(9));
}
