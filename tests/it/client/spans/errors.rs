//! Calls that fail.

use super::*;

#[tokio::test]
async fn errors_have_status_and_type_as_the_conventions_require() {
    let exported = Exported::new();
    let world = protected_world(|request| match request.method.as_str() {
        "GET" => Reply::text(404, "no such order"),
        "POST" => Reply::json(201, r#""not a number""#),
        _ => Reply::text(503, "busy"),
    })
    .await;
    exported
        .during(async {
            let client = world.token_client();
            let orders = OrdersClient::with_base_url(world.api.url(""), client.clone()).unwrap();
            assert_eq!(orders.find("1", "").await.unwrap(), None);
            orders.create("1").await.unwrap_err();
            assert_eq!(orders.purge().await.unwrap().status(), 503);
            orders.find("..", "").await.unwrap_err();
            client.clear_token();
            world.wristband.fail_next(1, 403);
            orders.create("1").await.unwrap_err();
        })
        .await;
    let outcomes: Vec<_> = exported
        .http_spans()
        .into_iter()
        .map(|span| {
            let mut attributes = span.attributes();
            let mut taken = |key: &str| attributes.remove(key).unwrap_or_default();
            let error = (
                taken("http.response.status_code"),
                taken("error.type"),
                span.0.status == Status::error(""),
            );
            (
                span.0.name.into_owned(),
                taken("http.request.method"),
                error,
            )
        })
        .collect();
    let failed = |status: u16, error: &str| (number(status), text(error), true);
    let succeeded = |status: u16| (number(status), String::new(), false);
    let find = |error| ("GET /v1/orders/{id}".to_owned(), text("GET"), error);
    let create = |error| ("POST /v1/orders".to_owned(), text("POST"), error);
    let purge = |error| ("HTTP /v1/orders".to_owned(), text("_OTHER"), error);
    let unsent = |error: &str| (String::new(), text(error), true);
    let expected = [
        // A 404 is a success where the method returns an `Option`.
        find(succeeded(404)),
        find(failed(404, "404")),
        create(failed(201, "decode")),
        create(succeeded(201)),
        purge(failed(503, "503")),
        purge(failed(503, "503")),
        find(unsent("request")),
        create(unsent("token")),
    ];
    assert_eq!(outcomes, expected);
}

#[tokio::test]
async fn a_timeout_and_an_unreachable_server_have_different_types() {
    let exported = Exported::new();
    let world = World::new(|_| Reply::status(200).after(std::future::pending())).await;
    let dead = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    exported
        .during(async {
            let slow = OrdersClient::builder(world.token_client())
                .base_url(world.api.url(""))
                .timeout(std::time::Duration::from_millis(300))
                .build()
                .unwrap();
            slow.find("1", "").await.unwrap_err();
            let dead = OrdersClient::with_base_url(dead, world.token_client()).unwrap();
            dead.find("1", "").await.unwrap_err();
        })
        .await;
    let calls = exported.http_spans();
    let calls = calls
        .iter()
        .filter(|span| span.0.parent_span_id == SpanId::INVALID);
    let errors: Vec<_> = calls
        .map(|call| call.attributes().remove("error.type").unwrap_or_default())
        .collect();
    assert_eq!(errors, [text("timeout"), text("network")]);
}
