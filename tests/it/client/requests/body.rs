//! The body.

use super::*;

#[tokio::test]
async fn each_body_is_sent_with_its_content_type() {
    let (world, client) = world().await;
    client.json(&Order { id: 7 }).await.unwrap();
    client
        .json_of_a_kind(Order { id: 8 }, "application/vnd.order+json")
        .await
        .unwrap();
    let page = Page {
        size: 5,
        after: Some("a b&c"),
        tags: vec!["x", "y"],
    };
    client.form(page).await.unwrap();
    client.text("# é").await.unwrap();
    client.bytes(vec![0, 255]).await.unwrap();
    client
        .stream(reqwest::Body::wrap("streamed".to_owned()))
        .await
        .unwrap();
    let sent: Vec<_> = world
        .api
        .requests()
        .iter()
        .map(|it| {
            (
                it.header("content-type").unwrap().to_owned(),
                it.body.to_vec(),
            )
        })
        .collect();
    let expected: [(&str, &[u8]); 6] = [
        ("application/json", br#"{"id":7}"#),
        ("application/vnd.order+json", br#"{"id":8}"#),
        (
            "application/x-www-form-urlencoded",
            b"pageSize=5&after=a%20b%26c&tags=x&tags=y",
        ),
        ("text/markdown", "# é".as_bytes()),
        ("application/x-bytes", &[0, 255]),
        ("text/plain", b"streamed"),
    ];
    for (sent, (content_type, body)) in sent.iter().zip(expected) {
        assert_eq!((sent.0.as_str(), sent.1.as_slice()), (content_type, body));
    }
    assert_eq!(sent.len(), expected.len());
}

#[tokio::test]
async fn a_multipart_form_is_sent_with_its_boundary() {
    let (world, client) = world().await;
    let form = reqwest::multipart::Form::new().text("name", "value");
    let boundary = form.boundary().to_owned();
    client.multipart(form).await.unwrap();
    let request = world.request();
    assert_eq!(
        request.header("content-type").unwrap(),
        format!("multipart/form-data; boundary={boundary}")
    );
    let body = String::from_utf8(request.body.to_vec()).unwrap();
    assert!(body.starts_with(&format!("--{boundary}\r\n")), "{body}");
    assert!(body.contains("name=\"name\"\r\n\r\nvalue\r\n"), "{body}");
}
