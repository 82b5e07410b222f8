use super::*;

const FIND: Endpoint = Endpoint {
    service: "Orders",
    operation: "find",
    method: "GET",
    route: "/v1/orders/{id}",
};

fn everything_it_says(error: &ApiError) -> String {
    let mut text = format!("{error}\n{error:?}\n{error:#?}");
    let mut cause = error.source();
    while let Some(error) = cause {
        text += &format!("\n{error}\n{error:?}");
        cause = error.source();
    }
    text
}

fn head(status: StatusCode, headers: HeaderMap) -> ResponseHead {
    ResponseHead {
        status,
        headers,
        auth_outcome: None,
    }
}

#[test]
fn a_message_names_the_endpoint_and_the_problem() {
    let error = ApiError::from_status(
        &FIND,
        head(StatusCode::NOT_FOUND, HeaderMap::new()),
        Bytes::new(),
    );
    assert_eq!(
        error.to_string(),
        "Orders::find GET /v1/orders/{id} returned 404 Not Found"
    );
    assert_eq!(error.kind(), ApiErrorKind::Status);
    assert_eq!(error.endpoint(), &FIND);
    assert!(error.source().is_none());
}

#[test]
fn headers_and_body_are_kept_but_never_shown() {
    let mut headers = HeaderMap::new();
    headers.insert("set-cookie", "hunter2".parse().unwrap());
    let error = ApiError::from_response(StatusCode::BAD_REQUEST, headers, "hunter2");
    assert!(!everything_it_says(&error).contains("hunter2"));
    assert_eq!(error.headers()["set-cookie"], "hunter2");
    assert_eq!(error.body(), b"hunter2");
}

#[test]
fn a_body_is_kept_up_to_its_limit() {
    let error = ApiError::from_response(
        StatusCode::BAD_REQUEST,
        HeaderMap::new(),
        vec![b'x'; BODY_LIMIT + 1],
    );
    assert_eq!(error.body().len(), BODY_LIMIT);
}

#[test]
fn an_error_document_can_be_read_and_its_problem_quotes_nothing() {
    let error = ApiError::from_response(
        StatusCode::CONFLICT,
        HeaderMap::new(),
        r#"{"code": "hunter2"}"#,
    );
    let document: std::collections::HashMap<String, String> = error.json().unwrap();
    assert_eq!(document["code"], "hunter2");

    let problem = error.json::<Vec<u8>>().unwrap_err();
    assert_eq!(problem.kind(), ApiErrorKind::Decode);
    assert_eq!(problem.status(), Some(StatusCode::CONFLICT));
    assert!(!everything_it_says(&problem).contains("hunter2"));
}

#[test]
fn a_token_error_is_found_however_deep() {
    #[derive(Debug)]
    struct Wrapper(TokenError);
    impl fmt::Display for Wrapper {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("wrapped")
        }
    }
    impl Error for Wrapper {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(&self.0)
        }
    }
    let sealed = || TokenError::transient("sealed");
    for error in [
        reqwest_middleware::Error::middleware(Wrapper(sealed())),
        reqwest_middleware::Error::middleware(sealed()),
    ] {
        let error = ApiError::from_stack(&FIND, None, error);
        assert_eq!(error.kind(), ApiErrorKind::Token);
        assert!(error.token_error().unwrap().is_transient());
    }
}

#[tokio::test]
async fn a_url_never_survives_even_in_an_error_that_another_middleware_wrapped() {
    #[derive(Debug)]
    struct GaveUp(reqwest::Error);
    impl fmt::Display for GaveUp {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "gave up after 3 tries: {}", self.0)
        }
    }
    impl Error for GaveUp {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(&self.0)
        }
    }
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    // Port 0 cannot be connected to.
    let url: reqwest::Url = "http://127.0.0.1:0/hunter2?key=hunter2".parse().unwrap();
    let fail = || async { http.get(url.clone()).send().await.unwrap_err() };
    let wrapped = [
        fail().await.into(),
        reqwest_middleware::Error::middleware(GaveUp(fail().await)),
        reqwest_middleware::Error::middleware(reqwest_retry::RetryError::WithRetries {
            retries: 3,
            err: fail().await.into(),
        }),
        reqwest_middleware::Error::middleware(reqwest_retry::RetryError::Error(
            fail().await.into(),
        )),
    ];
    for (at, error) in wrapped.into_iter().enumerate() {
        let error = ApiError::from_stack(&FIND, Some(&url), error);
        // The last one hides that it is reqwest's.
        let expected = if at < 3 {
            ApiErrorKind::Network
        } else {
            ApiErrorKind::Request
        };
        assert_eq!(error.kind(), expected);
        assert!(error.source().is_some());
        let text = everything_it_says(&error);
        assert!(!text.contains("hunter2"), "{text}");
    }
}

#[test]
fn an_error_of_a_middleware_that_tells_nothing_is_kept() {
    let url: reqwest::Url = "https://h/hunter2?key=hunter2".parse().unwrap();
    let error = reqwest_middleware::Error::middleware(std::io::Error::other("circuit open"));
    let error = ApiError::from_stack(&FIND, Some(&url), error);
    assert_eq!(error.kind(), ApiErrorKind::Request);
    assert!(error.source().unwrap().is::<std::io::Error>());
}

#[test]
fn what_may_pass_is_transient() {
    let of_status = |status: u16| {
        let status = StatusCode::from_u16(status).unwrap();
        ApiError::from_response(status, HeaderMap::new(), "")
    };
    for status in [408, 429, 500, 502, 503, 504, 599] {
        assert!(of_status(status).is_transient(), "{status}");
    }
    for status in [300, 304, 400, 401, 403, 404, 409, 422] {
        assert!(!of_status(status).is_transient(), "{status}");
    }
    for (kind, transient) in [
        (ApiErrorKind::Network, true),
        (ApiErrorKind::Timeout, true),
        (ApiErrorKind::Decode, false),
        (ApiErrorKind::Request, false),
        (ApiErrorKind::Token, false),
    ] {
        assert_eq!(ApiError::new(&FIND, kind, "x").is_transient(), transient);
    }
    let no_token =
        |token: TokenError| ApiError::new(&FIND, ApiErrorKind::Token, "x").caused_by(token);
    assert!(no_token(TokenError::transient("x")).is_transient());
    assert!(!no_token(TokenError::permanent("x")).is_transient());
    // A refusal whose body did not arrive is still a refusal.
    assert!(
        !of_status(404)
            .but_timed_out(Duration::from_secs(1))
            .is_transient()
    );
    let late = ApiError::new(&FIND, ApiErrorKind::Timeout, "x");
    assert!(
        late.with_response(head(StatusCode::OK, HeaderMap::new()))
            .is_transient()
    );
}

#[test]
fn the_server_says_when_to_come_again() {
    let mut headers = HeaderMap::new();
    headers.insert("retry-after", http::HeaderValue::from_static("7"));
    let error = ApiError::from_response(StatusCode::SERVICE_UNAVAILABLE, headers, "");
    assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
    assert_eq!(
        ApiError::new(&FIND, ApiErrorKind::Network, "x").retry_after(),
        None
    );
}
