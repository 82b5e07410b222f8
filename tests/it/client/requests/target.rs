//! The path and the query.

use super::*;

#[tokio::test]
async fn each_path_argument_is_one_segment() {
    let (world, client) = world().await;
    client.root().await.unwrap();
    client.by_name(OrderId(7), 3).await.unwrap();
    client.by_role("x/y", "1").await.unwrap();
    client.in_part(2, "a:b").await.unwrap();
    client
        .rest(&["a b".to_owned(), "c/d".to_owned()])
        .await
        .unwrap();
    client.owned_rest(vec![1, 2]).await.unwrap();
    let requests = world.api.requests();
    let targets: Vec<_> = requests.iter().map(target).collect();
    let expected = [
        "/",
        "/orders/ord%2F7/lines/3",
        "/a/1/x%2Fy",
        "/v2/orders/a%3Ab:cancel",
        "/files/a%20b/c%2Fd",
        "/files/1/2",
    ];
    assert_eq!(targets, expected);
}

#[tokio::test]
async fn a_segment_that_cannot_be_sent_is_an_error_before_anything_is() {
    let (world, client) = world().await;
    for segment in ["", ".", ".."] {
        let error = client.by_role("x", segment).await.unwrap_err();
        assert_eq!(error.kind(), ApiErrorKind::Request);
        assert!(error.to_string().contains("`one`"), "{error}");
        let rest = ["a".to_owned(), segment.to_owned()];
        client.rest(&rest).await.unwrap_err();
    }
    let error = client.rest(&[]).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "Api::rest GET /v1/files/{*rest} has no segment in `rest`"
    );
    world.assert_nothing_was_sent();
}

#[tokio::test]
async fn query_arguments_are_parameters() {
    let (world, client) = world().await;
    client
        .query(
            Some(Status::PaidInFull),
            20,
            "a b+c&d=é",
            &[1, 2],
            vec!["x", "y,z"],
        )
        .await
        .unwrap();
    client.query(None, 0, "", &[], vec![]).await.unwrap();
    let requests = world.api.requests();
    assert_eq!(
        target(&requests[0]),
        "/q?status=paid_in_full&pageSize=20&text=a%20b%2Bc%26d%3D%C3%A9&ids=1&ids=2&fields=x,y%2Cz"
    );
    assert_eq!(target(&requests[1]), "/q?pageSize=0&text=");
}

#[tokio::test]
async fn maps_are_flattened_and_flags_are_bare() {
    let (world, client) = world().await;
    let page = Page {
        size: 5,
        after: None,
        tags: vec!["a", "b"],
    };
    let more = BTreeMap::from([("x&y".to_owned(), true)]);
    client.query_map(&page, more, true, false).await.unwrap();
    assert_eq!(
        target(&world.request()),
        "/q?pageSize=5&tags=a&tags=b&x%26y=true&verbose"
    );
}

#[tokio::test]
async fn a_shape_that_cannot_be_a_parameter_is_an_error_before_anything_is_sent() {
    let (world, client) = world().await;
    let nested = BTreeMap::from([("hunter2".to_owned(), "hunter2".to_owned())]);
    let error = client.unfit(nested).await.unwrap_err();
    assert_eq!(error.kind(), ApiErrorKind::Request);
    let text = crate::client::all_texts_of(&error);
    assert!(
        text.contains("`nested`") && !text.contains("hunter2"),
        "{text}"
    );
    world.assert_nothing_was_sent();
}
