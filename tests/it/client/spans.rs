//! The spans of a call, as an OpenTelemetry exporter receives them: they follow its conventions for HTTP clients, and
//! contain nothing confidential.

use opentelemetry::trace::{SpanId, Status};
use wristband_m2m::testing::MockWristband;
use wristband_m2m_reqwest::reqwest_middleware::ClientBuilder;
use wristband_m2m_reqwest::{
    ApiError, Pages, WristbandAuth, WristbandPage, reqwest, wristband_m2m,
};
use wristband_m2m_tests::{ApiServer, Recorded, Reply};

use self::exported::{Exported, number, table, text};
use super::World;

mod errors;
mod exported;

#[wristband_m2m(path = "/v1")]
trait Orders {
    #[get("/orders/{id}")]
    async fn find(&self, id: &str, #[query] note: &str) -> Result<Option<String>, ApiError>;
    #[post("/orders")]
    async fn create(&self, #[json] order: &str) -> Result<u64, ApiError>;
    #[request("PURGE", "/orders")]
    async fn purge(&self) -> Result<reqwest::Response, ApiError>;
    #[get("/users")]
    fn users(
        &self,
        #[query("start_index")]
        #[page]
        start: Option<u64>,
    ) -> Pages<WristbandPage<String>, ApiError>;
}

async fn protected_world(respond: impl Fn(&Recorded) -> Reply + Send + Sync + 'static) -> World {
    let wristband = MockWristband::start().await;
    let guard = wristband.clone();
    let api = ApiServer::start(move |request| {
        if guard.accepts(&request.headers) {
            respond(request)
        } else {
            Reply::text(401, "who are you?")
        }
    });
    World {
        api: api.await,
        wristband,
    }
}

#[tokio::test]
async fn a_recovered_call_is_one_span_with_one_child_per_attempt() {
    let exported = Exported::new();
    let world = protected_world(|_| Reply::json(200, r#""found""#)).await;
    let tokens = exported
        .during(async {
            let client = world.token_client();
            let old = client.get_token().await.unwrap();
            world.wristband.revoke_all();
            let orders = OrdersClient::with_base_url(world.api.url(""), client.clone()).unwrap();
            let found = orders.find("filled-in-id", "secret-note").await.unwrap();
            assert!(found.is_some());
            [old, client.get_token().await.unwrap()]
        })
        .await;

    let spans = exported.http_spans();
    let [call, first, second] = &spans[..] else {
        panic!(
            "{:#?}",
            spans.iter().map(|it| &it.0.name).collect::<Vec<_>>()
        );
    };
    let common = [
        ("http.request.method", text("GET")),
        ("url.template", text("/v1/orders/{id}")),
        ("server.address", text("127.0.0.1")),
        ("server.port", number(world.api.port())),
    ];
    let mut expected = table(common.clone());
    expected.insert("http.response.status_code".to_owned(), number(200));
    assert_eq!(call.attributes(), expected);
    assert_eq!(call.0.status, Status::Unset);
    assert_eq!(call.0.parent_span_id, SpanId::INVALID);

    expected.insert("http.request.resend_count".to_owned(), number(1));
    assert_eq!(second.attributes(), expected);
    assert_eq!(second.0.status, Status::Unset);

    let mut expected = table(common);
    expected.insert("http.response.status_code".to_owned(), number(401));
    expected.insert("error.type".to_owned(), text("401"));
    assert_eq!(first.attributes(), expected);
    assert_eq!(first.0.status, Status::error(""));
    for span in &spans {
        assert_eq!(span.0.name, "GET /v1/orders/{id}");
    }
    for attempt in [first, second] {
        assert_eq!(attempt.0.parent_span_id, call.0.span_context.span_id());
    }
    let events = call.events();
    assert!(events.contains(&"the API rejected the token"), "{events:?}");
    assert!(events.contains(&"sending the request again with a new token"));

    // In all exported spans: those of hyper and reqwest may contain the URL, ours must not.
    let [old, new] = tokens;
    let all = format!("{:?}", exported.exporter.get_finished_spans().unwrap());
    for secret in [
        old.as_str(),
        new.as_str(),
        MockWristband::CLIENT_SECRET,
        "secret-note",
    ] {
        assert!(!all.contains(secret), "{secret} in {all}");
    }
    let ours: Vec<_> = exported.spans().into_iter().map(|span| span.0).collect();
    assert!(!format!("{ours:?}").contains("filled-in"));
}

#[tokio::test]
async fn a_token_fetch_is_a_span_linked_to_the_call() {
    let exported = Exported::new();
    let world = protected_world(|_| Reply::json(200, r#""found""#)).await;
    exported
        .during(async {
            let orders =
                OrdersClient::with_base_url(world.api.url(""), world.token_client()).unwrap();
            orders.find("1", "").await.unwrap();
        })
        .await;
    let spans = exported.spans();
    let named = |name: &str| spans.iter().find(|span| span.0.name == name);
    let call = named("GET /v1/orders/{id}").expect("the call");
    let fetch = named("wristband_m2m.fetch").expect("the token fetch");
    let events = call.events();
    assert!(events.contains(&"waiting for a token"), "{events:?}");
    assert!(fetch.events().contains(&"fetched a token"));
    // It has no parent, since many calls may wait for it.
    assert_eq!(fetch.0.parent_span_id, SpanId::INVALID);
    let links = &fetch.0.links.links;
    assert_eq!(
        links[0].span_context.span_id(),
        call.0.span_context.span_id()
    );
}

#[tokio::test]
async fn each_page_is_a_call() {
    let exported = Exported::new();
    let world = protected_world(|request| {
        let users = if request.target.contains("start_index") {
            "[]"
        } else {
            r#"["a"]"#
        };
        let page =
            format!(r#"{{"totalResults":1,"startIndex":1,"itemsPerPage":1,"items":{users}}}"#);
        Reply::json(200, page)
    })
    .await;
    exported
        .during(async {
            let orders =
                OrdersClient::with_base_url(world.api.url(""), world.token_client()).unwrap();
            assert_eq!(orders.users(None).into_items().await.unwrap(), ["a"]);
        })
        .await;
    let spans = exported.http_spans();
    assert_eq!(spans.len(), 2 * world.api.requests().len());
    for page in spans.chunks(2) {
        assert!(page.iter().all(|span| span.0.name == "GET /v1/users"));
        assert_eq!(page[0].0.parent_span_id, SpanId::INVALID);
        assert_eq!(page[1].0.parent_span_id, page[0].0.span_context.span_id());
    }
}

#[tokio::test]
async fn a_request_without_an_endpoint_is_named_by_its_method_only() {
    let exported = Exported::new();
    let world = protected_world(|_| Reply::text(200, "ok")).await;
    exported
        .during(async {
            let http = ClientBuilder::new(reqwest::Client::new())
                .with(WristbandAuth::new(world.token_client()))
                .build();
            let request = http.put(world.api.url("/filled-in?secret-query"));
            assert_eq!(request.send().await.unwrap().status(), 200);
            let skipped = http
                .delete(world.api.url("/filled-in"))
                .with_extension(wristband_m2m_reqwest::SkipWristbandAuth);
            assert_eq!(skipped.send().await.unwrap().status(), 401);
        })
        .await;
    let spans = exported.http_spans();
    let names: Vec<_> = spans.iter().map(|span| &*span.0.name).collect();
    assert_eq!(names, ["PUT", "DELETE"]);
    let expected = table([
        ("http.request.method", text("PUT")),
        ("server.address", text("127.0.0.1")),
        ("server.port", number(world.api.port())),
        ("http.response.status_code", number(200)),
    ]);
    assert_eq!(spans[0].attributes(), expected);
    let ours: Vec<_> = exported.spans().into_iter().map(|span| span.0).collect();
    let ours = format!("{ours:?}");
    assert!(
        !ours.contains("filled-in") && !ours.contains("secret-query"),
        "{ours}"
    );
}

#[tokio::test]
async fn a_retry_outside_the_authentication_is_counted_as_a_resend() {
    use reqwest_retry::{RetryTransientMiddleware, policies::ExponentialBackoff};

    let exported = Exported::new();
    let world = World::new({
        let tries = std::sync::atomic::AtomicUsize::new(0);
        move |_| match tries.fetch_add(1, std::sync::atomic::Ordering::Relaxed) {
            0 => Reply::status(503),
            _ => Reply::json(200, r#""found""#),
        }
    })
    .await;
    exported
        .during(async {
            let retries = ExponentialBackoff::builder()
                .retry_bounds(
                    std::time::Duration::from_millis(1),
                    std::time::Duration::from_millis(2),
                )
                .build_with_max_retries(2);
            let orders = OrdersClient::builder(world.token_client())
                .base_url(world.api.url(""))
                .with(RetryTransientMiddleware::new_with_policy(retries))
                .build()
                .unwrap();
            orders.find("1", "").await.unwrap();
        })
        .await;
    let resends: Vec<_> = exported
        .http_spans()
        .iter()
        .map(|span| span.attributes().remove("http.request.resend_count"))
        .collect();
    assert_eq!(resends, [None, None, Some(number(1))]);
}
