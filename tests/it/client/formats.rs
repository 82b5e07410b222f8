//! User-defined formats of responses and bodies.

use std::fmt;
use std::sync::Arc;

use http::StatusCode;
use wristband_m2m::testing::MockWristband;
use wristband_m2m_reqwest::{
    ApiError, ApiErrorKind, ApiResponse, BoxError, Bytes, FromResponse, wristband_m2m,
};
use wristband_m2m_tests::{ApiServer, Reply};

use super::World;

/// The state of a job, taken from the status of the response. It could be read from JSON, but its own format has priority.
#[derive(Debug, PartialEq, serde::Deserialize)]
enum Job {
    Done(String),
    Running { after: Option<String> },
    NotModified,
}

impl FromResponse for Job {
    const ACCEPT: Option<&'static str> = Some("text/x-job");

    fn takes(status: StatusCode) -> bool {
        status.is_success() || status == StatusCode::NOT_MODIFIED
    }

    fn from_response(response: ApiResponse<Bytes>) -> Result<Self, BoxError> {
        let after = response.headers().get("retry-after");
        Ok(match response.status() {
            StatusCode::NOT_MODIFIED => Self::NotModified,
            StatusCode::ACCEPTED => Self::Running {
                after: after
                    .map(|value| value.to_str().map(str::to_owned))
                    .transpose()?,
            },
            _ => Self::Done(String::from_utf8(response.into_body().into())?),
        })
    }
}

/// Reads any response, even a 404.
#[derive(Debug, PartialEq)]
struct Status(u16);

impl FromResponse for Status {
    const ACCEPT: Option<&'static str> = None;

    fn takes(_: StatusCode) -> bool {
        true
    }

    fn from_response(response: ApiResponse<Bytes>) -> Result<Self, BoxError> {
        Ok(Self(response.status().as_u16()))
    }
}

/// A body that serializes itself, which may fail.
struct Lines<'a>(&'a [&'a str]);

#[derive(Debug)]
struct LineBreak;

impl fmt::Display for LineBreak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an item has a line break in it")
    }
}

impl std::error::Error for LineBreak {}

impl TryFrom<Lines<'_>> for reqwest::Body {
    type Error = LineBreak;

    fn try_from(lines: Lines<'_>) -> Result<Self, LineBreak> {
        if lines.0.iter().any(|line| line.contains('\n')) {
            return Err(LineBreak);
        }
        Ok(lines.0.join("\n").into())
    }
}

#[wristband_m2m]
trait Jobs {
    #[get("/job")]
    async fn job(&self) -> Result<Job, ApiError>;
    #[get("/job", accept = "text/plain")]
    async fn some_job(&self) -> Result<Option<ApiResponse<Job>>, ApiError>;
    #[get("/job")]
    async fn some_status(&self) -> Result<Option<Status>, ApiError>;
    #[post("/lines")]
    async fn send(&self, #[body("text/x-lines")] lines: Lines<'_>) -> Result<(), ApiError>;
}

async fn jobs(reply: impl Fn() -> Reply + Send + Sync + 'static) -> (World, JobsClient) {
    let world = World::new(move |_| reply()).await;
    let client = JobsClient::with_base_url(world.api.url(""), world.token_client()).unwrap();
    (world, client)
}

#[tokio::test]
async fn a_type_may_depend_on_the_status() {
    let (world, client) = jobs(|| Reply::text(200, "a report")).await;
    assert_eq!(
        client.job().await.unwrap(),
        Job::Done("a report".to_owned())
    );
    assert_eq!(world.request().header("accept"), Some("text/x-job"));

    let (_world, client) = jobs(|| Reply::text(202, "").header("retry-after", "7")).await;
    let after = Some("7".to_owned());
    assert_eq!(client.job().await.unwrap(), Job::Running { after });

    let (world, client) = jobs(|| Reply::status(304)).await;
    let response = client.some_job().await.unwrap().unwrap();
    assert_eq!(
        (response.status(), response.body()),
        (StatusCode::NOT_MODIFIED, &Job::NotModified)
    );
    assert_eq!(world.request().header("accept"), Some("text/plain"));
}

#[tokio::test]
async fn a_status_that_the_type_rejects_is_an_error() {
    let (_world, client) = jobs(|| Reply::text(500, "oh")).await;
    let error = client.job().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.body()),
        (ApiErrorKind::Status, &b"oh"[..])
    );
    let (_world, client) = jobs(|| Reply::text(404, "")).await;
    assert!(client.some_job().await.unwrap().is_none());
    assert_eq!(client.some_status().await.unwrap(), Some(Status(404)));
}

#[tokio::test]
async fn its_error_is_the_cause_of_ours() {
    let (_world, client) = jobs(|| Reply::text(200, vec![0xff])).await;
    let error = client.job().await.unwrap_err();
    assert_eq!(error.kind(), ApiErrorKind::Decode);
    assert_eq!(error.status().unwrap(), 200);
    let cause = std::error::Error::source(&error).unwrap();
    assert!(cause.is::<std::string::FromUtf8Error>(), "{cause:?}");
}

/// A type that accepts every status would accept the 401, too.
#[tokio::test]
async fn it_reads_the_response_after_a_401_was_recovered() {
    let wristband = Arc::new(MockWristband::start().await);
    let guard = Arc::clone(&wristband);
    let api = ApiServer::start(move |request| {
        let accepted = guard.accepts(&request.headers);
        Reply::status(if accepted { 200 } else { 401 })
    })
    .await;
    let token = wristband.client();
    token.get_token().await.unwrap();
    wristband.revoke_all();
    let client = JobsClient::with_base_url(api.url(""), token).unwrap();
    assert_eq!(client.some_status().await.unwrap(), Some(Status(200)));
    assert_eq!(api.requests().len(), 2);
}

#[tokio::test]
async fn a_body_may_serialize_itself_or_fail() {
    let (world, client) = jobs(|| Reply::text(200, "")).await;
    client.send(Lines(&["a", "b"])).await.unwrap();
    let request = world.request();
    assert_eq!(
        (request.header("content-type"), &request.body[..]),
        (Some("text/x-lines"), &b"a\nb"[..])
    );

    let error = client.send(Lines(&["a\nb"])).await.unwrap_err();
    assert_eq!(error.kind(), ApiErrorKind::Request);
    assert!(std::error::Error::source(&error).unwrap().is::<LineBreak>());
    assert_eq!(world.api.requests().len(), 1);
}
