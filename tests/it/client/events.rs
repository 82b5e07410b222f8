//! Server-sent events.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::channel::{Channel, Sender};
use serde::Deserialize;
use tokio::sync::mpsc;
use wristband_m2m_reqwest::{ApiError, ApiErrorKind, ApiResponse, Event, Events, wristband_m2m};
use wristband_m2m_tests::Reply;

use super::{World, all_texts_of};

#[wristband_m2m(dyn = DynNews)]
trait News {
    #[get("/events", timeout = "20s")]
    async fn events(
        &self,
        #[header("Last-Event-ID")] last: Option<&str>,
    ) -> Result<Events, ApiError>;
    #[get("/events")]
    async fn perhaps(&self) -> Result<Option<ApiResponse<Events>>, ApiError>;
    #[get("/events", timeout = "200ms")]
    async fn impatient(&self) -> Result<Events, ApiError>;
}

fn stream(body: impl Into<Bytes>) -> Reply {
    Reply::text(200, body).header("content-type", "text/event-stream")
}

async fn news(reply: impl Fn() -> Reply + Send + Sync + 'static) -> (World, NewsClient) {
    let world = World::new(move |_| reply()).await;
    let client = NewsClient::with_base_url(world.api.url(""), world.token_client()).unwrap();
    (world, client)
}

type Writer = Sender<Bytes, io::Error>;

/// A server whose events are written by the test.
async fn live() -> (World, NewsClient, mpsc::UnboundedReceiver<Writer>) {
    let (opened, writers) = mpsc::unbounded_channel();
    let (world, client) = news(move || {
        let (writer, body) = Channel::new(8);
        opened.send(writer).unwrap();
        Reply::stream(200, body)
    })
    .await;
    (world, client, writers)
}

fn event(data: &str, id: Option<&str>) -> Event {
    let event = Event::new(data);
    match id {
        Some(id) => event.with_id(id),
        None => event,
    }
}

#[tokio::test]
async fn events_are_parsed_as_the_standard_requires() {
    let body = "\u{feff}: a comment\r\n\
        data: first\r\ndata:  second \r\n\r\n\
        retry: 10\nid: 7\nevent: paid\ndata: {\"amount\": 7}\n\n\
        event: nothing\n\n\
        data: last\r\r\
        data: unfinished";
    let (world, client) = news(move || stream(body)).await;
    let mut events = client.events(Some("6")).await.unwrap();

    let first = events.next().await.unwrap().unwrap();
    assert_eq!(first, event("first\n second ", None));
    assert_eq!(first.event(), "message");

    let paid = events.next().await.unwrap().unwrap();
    assert_eq!((paid.event(), paid.id()), ("paid", Some("7")));
    #[derive(Deserialize)]
    struct Payment {
        amount: u64,
    }
    assert_eq!(paid.json::<Payment>().unwrap().amount, 7);

    let last = events.next().await.unwrap().unwrap();
    assert_eq!(last, event("last", Some("7")));
    assert!(events.next().await.is_none());
    assert!(events.next().await.is_none());

    let request = world.request();
    assert_eq!(request.header("accept"), Some("text/event-stream"));
    assert_eq!(request.header("last-event-id"), Some("6"));
}

#[tokio::test]
async fn an_endless_stream_is_not_read_after_it_is_dropped() {
    let (_world, client, mut writers) = live().await;
    let mut events = client.events(None).await.unwrap();
    let mut writer = writers.recv().await.unwrap();
    writer.send_data("data: one\n\n".into()).await.unwrap();
    events.next().await.unwrap().unwrap();
    drop(events);
    let endless = async { while writer.send_data("data: more\n\n".into()).await.is_ok() {} };
    let stopped = tokio::time::timeout(Duration::from_secs(20), endless).await;
    stopped.expect("the server can still write to the dropped stream");
}

#[tokio::test]
async fn comments_keep_a_stream_alive_and_silence_ends_it() {
    let (_world, client, mut writers) = live().await;
    let mut events = client.impatient().await.unwrap();
    let mut writer = writers.recv().await.unwrap();
    let (done, finish) = tokio::sync::oneshot::channel::<()>();
    let writing = tokio::spawn(async move {
        let mut ticks = tokio::time::interval(Duration::from_millis(20));
        // Longer than the timeout in total.
        for _ in 0..15 {
            ticks.tick().await;
            writer.send_data(":\n".into()).await.unwrap();
        }
        writer.send_data("data: here\n\n".into()).await.unwrap();
        let _ = finish.await;
    });
    assert_eq!(events.next().await.unwrap().unwrap().data(), "here");
    let error = events.next().await.unwrap().unwrap_err();
    assert!(error.is_timeout() && error.is_transient(), "{error}");
    assert!(events.next().await.is_none());
    done.send(()).unwrap();
    writing.await.unwrap();
}

#[tokio::test]
async fn a_stream_that_breaks_ends_with_a_transient_error() {
    let (_world, client, mut writers) = live().await;
    let mut events = client.events(None).await.unwrap();
    let mut writer = writers.recv().await.unwrap();
    writer
        .send_data("data: one\n\ndata: tw".into())
        .await
        .unwrap();
    assert_eq!(events.next().await.unwrap().unwrap().data(), "one");
    writer.abort(io::Error::other("broken"));
    let error = events.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ApiErrorKind::Network);
    assert!(error.is_transient());
    assert!(events.next().await.is_none());
}

#[tokio::test]
async fn data_that_does_not_fit_is_not_quoted_and_the_next_event_follows() {
    let (_world, client) = news(|| stream("data: {\"n\": \"hunter2\"}\n\ndata: 7\n\n")).await;
    let mut events = client.events(None).await.unwrap();
    let first = events.next().await.unwrap().unwrap();
    let error = first.json::<u64>().unwrap_err();
    assert_eq!(error.kind(), ApiErrorKind::Decode);
    assert!(
        error.to_string().contains("News::events GET /events"),
        "{error}"
    );
    assert!(!all_texts_of(&error).contains("hunter2"));
    assert!(!format!("{first:#?}").contains("hunter2"));
    let second = events.next().await.unwrap().unwrap();
    assert_eq!(second.json::<u64>().unwrap(), 7);
}

#[tokio::test]
async fn a_missing_stream_is_none() {
    for status in [404, 204] {
        let (_world, client) = news(move || Reply::text(status, "")).await;
        assert!(client.perhaps().await.unwrap().is_none(), "{status}");
    }
    let (_world, client) = news(|| stream("data: one\n\n")).await;
    let mut events = client.perhaps().await.unwrap().unwrap().into_body();
    assert_eq!(events.next().await.unwrap().unwrap().data(), "one");
}

#[tokio::test]
async fn a_fake_returns_its_own_events() {
    struct Fake;

    impl News for Fake {
        async fn events(&self, _last: Option<&str>) -> Result<Events, ApiError> {
            Ok(Events::from_stream(Once(Some(Ok(Event::new("fake"))))))
        }
        async fn perhaps(&self) -> Result<Option<ApiResponse<Events>>, ApiError> {
            Ok(None)
        }
        async fn impatient(&self) -> Result<Events, ApiError> {
            self.events(None).await
        }
    }

    struct Once(Option<Result<Event, ApiError>>);

    impl futures_core::Stream for Once {
        type Item = Result<Event, ApiError>;

        fn poll_next(
            mut self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Self::Item>> {
            std::task::Poll::Ready(self.0.take())
        }
    }

    let news: &dyn DynNews = &Fake;
    let mut events = news.impatient().await.unwrap();
    assert_eq!(events.next().await.unwrap().unwrap().data(), "fake");
    assert!(events.next().await.is_none());
}
