//! Responses read while they arrive.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;
use http_body_util::channel::Channel;
use serde::Deserialize;
use tokio::sync::{mpsc, watch};
use wristband_m2m_reqwest::{
    ApiError, ApiErrorKind, ApiResponse, ByteStream, JsonLines, wristband_m2m,
};
use wristband_m2m_tests::Reply;

use super::{World, all_texts_of};

#[derive(Debug, Deserialize, PartialEq)]
struct Event {
    n: u64,
}

#[wristband_m2m]
trait Feed {
    #[get("/bytes", timeout = "500ms")]
    async fn brisk_bytes(&self) -> Result<ByteStream, ApiError>;
    #[get("/bytes")]
    async fn bytes(&self) -> Result<ByteStream, ApiError>;
    #[get("/bytes")]
    async fn some_bytes(&self) -> Result<Option<ByteStream>, ApiError>;
    #[get("/lines")]
    async fn lines(&self) -> Result<JsonLines<Event>, ApiError>;
    #[get("/lines")]
    async fn whole_lines(&self) -> Result<Option<ApiResponse<JsonLines<Event>>>, ApiError>;
}

async fn feed(status: u16, body: &'static str) -> (World, FeedClient) {
    let world = World::new(move |_| Reply::text(status, body)).await;
    let client = FeedClient::with_base_url(world.api.url(""), world.token_client()).unwrap();
    (world, client)
}

/// Compiles only for implementations of `Stream`.
fn is_stream<T: Send + 'static>(
    stream: impl Stream<Item = Result<T, ApiError>> + Send + Unpin + 'static,
) {
    drop(stream);
}

#[tokio::test]
async fn bytes_arrive_up_to_the_end() {
    let (_world, feed) = feed(200, "some bytes").await;
    let mut bytes = feed.bytes().await.unwrap();
    let mut all = Vec::new();
    while let Some(chunk) = bytes.next().await {
        all.extend_from_slice(&chunk.unwrap());
    }
    assert_eq!(all, b"some bytes");
    assert!(bytes.next().await.is_none());
    is_stream(feed.bytes().await.unwrap());
}

#[tokio::test]
async fn peeked_bytes_are_not_lost() {
    let (_world, client) = feed(200, "some bytes").await;
    let mut bytes = client.some_bytes().await.unwrap().unwrap();
    assert_eq!(bytes.next().await.unwrap().unwrap(), "some bytes");
    for (status, body) in [(404, "no"), (204, ""), (200, "")] {
        let (_world, client) = feed(status, body).await;
        assert!(client.some_bytes().await.unwrap().is_none());
    }
}

#[tokio::test]
async fn a_stream_begins_with_a_success() {
    let (_world, feed) = feed(500, "oh").await;
    let error = feed.bytes().await.unwrap_err();
    assert_eq!(error.status().unwrap(), 500);
    assert_eq!(error.body(), b"oh");
}

#[tokio::test]
async fn lines_are_documents() {
    let (world, feed) = feed(200, "{\"n\": 1}\n\r\n{\"n\": 2}\r\n  \n{\"n\": 3}").await;
    let mut lines = feed.lines().await.unwrap();
    for n in 1..=3 {
        assert_eq!(lines.next().await.unwrap().unwrap(), Event { n });
    }
    assert!(lines.next().await.is_none());
    assert_eq!(
        world.request().header("accept"),
        Some("application/x-ndjson")
    );
    let lines = feed.whole_lines().await.unwrap().unwrap();
    assert_eq!(lines.status(), 200);
    is_stream(lines.into_body());
}

#[tokio::test]
async fn a_line_that_does_not_fit_is_an_error_and_the_next_one_follows() {
    let (_world, feed) = feed(200, "{\"n\": 1}\n\n{\"n\": \"hunter2\"}\n{\"n\": 4}\n").await;
    let mut lines = feed.lines().await.unwrap();
    lines.next().await.unwrap().unwrap();
    let error = lines.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ApiErrorKind::Decode);
    assert!(error.to_string().contains("line 3"), "{error}");
    assert!(!all_texts_of(&error).contains("hunter2"));
    assert_eq!(lines.next().await.unwrap().unwrap(), Event { n: 4 });
    assert!(lines.next().await.is_none());
}

type Writer = http_body_util::channel::Sender<Bytes, io::Error>;

/// A server whose body is written by the test.
async fn live() -> (World, FeedClient, mpsc::UnboundedReceiver<Writer>) {
    let (opened, writers) = mpsc::unbounded_channel();
    let world = World::new(move |_| {
        let (writer, body) = Channel::new(8);
        opened.send(writer).unwrap();
        Reply::stream(200, body)
    })
    .await;
    let client = FeedClient::with_base_url(world.api.url(""), world.token_client()).unwrap();
    (world, client, writers)
}

#[tokio::test]
async fn a_line_is_returned_once_it_is_complete() {
    let (_world, feed, mut writers) = live().await;
    let mut lines = feed.lines().await.unwrap();
    let mut writer = writers.recv().await.unwrap();
    for part in ["{\"n\"", ": 1}\n{", "\"n\": 2}\n"] {
        writer.send_data(part.into()).await.unwrap();
    }
    assert_eq!(lines.next().await.unwrap().unwrap(), Event { n: 1 });
    assert_eq!(lines.next().await.unwrap().unwrap(), Event { n: 2 });
    drop(writer);
    assert!(lines.next().await.is_none());
}

#[tokio::test]
async fn a_stream_may_outlast_the_timeout_but_not_stall_for_it() {
    let (_world, feed, mut writers) = live().await;
    let mut bytes = feed.brisk_bytes().await.unwrap();
    let mut writer = writers.recv().await.unwrap();
    let (done, mut finished) = watch::channel(false);
    let begun = std::time::Instant::now();
    tokio::spawn(async move {
        let mut ticks = tokio::time::interval(Duration::from_millis(100));
        for _ in 0..10 {
            ticks.tick().await;
            writer.send_data("x".into()).await.unwrap();
        }
        finished.wait_for(|done| *done).await.unwrap();
        drop(writer);
    });
    for _ in 0..10 {
        bytes.next().await.unwrap().unwrap();
    }
    assert!(begun.elapsed() > Duration::from_millis(500));
    let error = bytes.next().await.unwrap().unwrap_err();
    assert!(error.is_timeout());
    assert!(bytes.next().await.is_none());
    done.send(true).unwrap();
}

#[tokio::test]
async fn a_stream_that_breaks_ends_with_an_error() {
    let (_world, feed, mut writers) = live().await;
    let mut lines = feed.lines().await.unwrap();
    let mut writer = writers.recv().await.unwrap();
    writer
        .send_data("{\"n\": 1}\n{\"n\":".into())
        .await
        .unwrap();
    assert_eq!(lines.next().await.unwrap().unwrap(), Event { n: 1 });
    writer.abort(io::Error::other("broken"));
    let error = lines.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ApiErrorKind::Network);
    assert!(lines.next().await.is_none());
}

/// The chunks come from the runtime of the call, but any executor may wait for them.
#[test]
fn a_stream_may_be_read_outside_of_a_runtime() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (_world, feed, mut writers) = runtime.block_on(live());
    for timeout in [false, true] {
        let (mut bytes, mut writer) = runtime.block_on(async {
            let bytes = feed.brisk_bytes().await.unwrap();
            (bytes, writers.recv().await.unwrap())
        });
        let mut next = std::pin::pin!(bytes.next());
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(next.as_mut().poll(&mut context).is_pending());
        let next = runtime.block_on(async {
            if !timeout {
                writer.send_data("x".into()).await.unwrap();
            }
            next.await.unwrap()
        });
        match next {
            Ok(chunk) => assert!(chunk == "x" && !timeout),
            Err(error) => assert!(error.is_timeout() && timeout),
        }
    }
}

#[test]
fn a_stream_that_moves_to_another_runtime_does_not_stand_still_there() {
    let runtime = || {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        builder.enable_all().build().unwrap()
    };
    let (servers, stopped, driven) = (
        tokio::runtime::Runtime::new().unwrap(),
        runtime(),
        runtime(),
    );
    let (_world, feed, mut writers) = servers.block_on(live());
    let (mut bytes, _writer) = stopped.block_on(async {
        let mut bytes = feed.brisk_bytes().await.unwrap();
        let waited = tokio::time::timeout(Duration::from_millis(10), bytes.next()).await;
        assert!(waited.is_err());
        (bytes, writers.recv().await.unwrap())
    });
    let next = driven
        .block_on(async { tokio::time::timeout(Duration::from_secs(10), bytes.next()).await });
    assert!(next.unwrap().unwrap().unwrap_err().is_timeout());
}

#[test]
fn a_call_in_a_runtime_without_timers_is_an_error() {
    let servers = tokio::runtime::Runtime::new().unwrap();
    let (_world, feed, _writers) = servers.block_on(live());
    let mut builder = tokio::runtime::Builder::new_current_thread();
    let runtime = builder.enable_io().build().unwrap();
    let error = runtime.block_on(feed.bytes()).unwrap_err();
    assert_eq!(error.kind(), ApiErrorKind::Request);
}
