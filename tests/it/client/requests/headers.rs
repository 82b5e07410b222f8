//! The headers.

use super::*;

#[tokio::test]
async fn headers_come_from_trait_method_and_arguments() {
    let (world, client) = world().await;
    let mut map = HeaderMap::new();
    map.append("x-many", "1".parse().unwrap());
    map.append("x-many", "2".parse().unwrap());
    client.headers("k 1", Some(3), None, &map).await.unwrap();
    let request = world.request();
    for (name, value) in [
        ("x-trait", Some("trait")),
        ("x-both", Some("method")),
        ("x-method", Some("method")),
        ("idempotency-key", Some("k 1")),
        ("x-count", Some("3")),
        ("x-none", None),
    ] {
        assert_eq!(request.header(name), value, "{name}");
    }
    let many: Vec<_> = request.headers.get_all("x-many").iter().collect();
    assert_eq!(many, ["1", "2"]);
}

#[tokio::test]
async fn an_invalid_header_is_an_error_before_anything_is_sent() {
    let (world, client) = world().await;
    for value in ["hunter2\r\nx-evil: 1", "\u{0}hunter2", " hunter2"] {
        let error = client
            .headers(value, None, None, &HeaderMap::new())
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ApiErrorKind::Request);
        let text = crate::client::all_texts_of(&error);
        assert!(
            text.contains("`idempotency-key`") && !text.contains("hunter2"),
            "{text}"
        );
    }
    for name in [
        "authorization",
        "host",
        "content-length",
        "transfer-encoding",
        "connection",
    ] {
        let map = HeaderMap::from_iter([(name.parse().unwrap(), "hunter2".parse().unwrap())]);
        let error = client.headers("k", None, None, &map).await.unwrap_err();
        assert_eq!(error.kind(), ApiErrorKind::Request);
        assert!(error.to_string().contains(name), "{error}");
    }
    world.assert_nothing_was_sent();
}

#[tokio::test]
async fn the_accept_header_names_the_return_type() {
    let (world, client) = world().await;
    client.accepted().await.unwrap();
    client.json_is_accepted().await.unwrap();
    client.get().await.unwrap();
    let accepted: Vec<_> = world
        .api
        .requests()
        .iter()
        .map(|it| it.header("accept").unwrap().to_owned())
        .collect();
    assert_eq!(
        accepted,
        ["application/vnd.orders+json", "application/json", "*/*"]
    );
}
