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

#[wristband_m2m]
trait Uploads {
    #[post("/uploads")]
    async fn upload(
        &self,
        #[body] bytes: Option<Vec<u8>>,
        #[header("Content-Type")] content_type: &str,
    ) -> Result<(), ApiError>;
    #[post("/orders")]
    async fn order(
        &self,
        #[header("Content-Type")] content_type: &str,
        #[json] order: Option<Order>,
    ) -> Result<(), ApiError>;
}

#[tokio::test]
async fn a_body_that_is_none_is_sent_without_its_content_type() {
    let (world, _) = world().await;
    let uploads = UploadsClient::with_base_url(world.api.url(""), world.token_client()).unwrap();
    uploads.upload(Some(vec![7]), "image/png").await.unwrap();
    uploads.upload(None, "image/png").await.unwrap();
    let content_type = "application/vnd.order+json";
    uploads
        .order(content_type, Some(Order { id: 7 }))
        .await
        .unwrap();
    uploads.order(content_type, None).await.unwrap();
    let requests = world.api.requests();
    let sent = requests
        .iter()
        .map(|request| request.header("content-type"));
    let expected = [Some("image/png"), None, Some(content_type), None];
    assert_eq!(sent.collect::<Vec<_>>(), expected);
}
