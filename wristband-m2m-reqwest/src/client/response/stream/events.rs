//! Events: server-sent events.

use std::borrow::Cow;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use serde::de::DeserializeOwned;

use super::body::Body;
use crate::client::endpoint::Endpoint;
use crate::client::error::{ApiError, ApiErrorKind, decode_json};
use crate::client::response::Incoming;
use decoder::EventDecoder;

mod decoder;

/// The server-sent events of a response (`text/event-stream`), as they arrive: a [`Stream`] of `Result<Event, ApiError>`.
///
/// It is read as the [HTML standard](https://html.spec.whatwg.org/multipage/server-sent-events.html) has it: comments and
/// `retry` are dropped, and a last event that is not complete is discarded. A line has at most 16 MiB, the data of an event
/// at most 64 MiB. The timeout of the call covers everything up to the head of the response, then each wait for the next chunk; a
/// comment counts, too. The first error ends the stream.
///
/// # Examples
///
/// An API ends such a stream when it likes. The caller connects again, with the id of the last event, and a pause: an API that is
/// down must not be called in a loop. (A 204 asks for no other connection: return `Option<Events>` to see it.)
///
/// ```
/// # #[cfg(feature = "macros")] {
/// use std::time::Duration;
/// use wristband_m2m_reqwest::{ApiError, Events, wristband_m2m};
///
/// /// The news of an API.
/// #[wristband_m2m(base_url = "https://news.example.com")]
/// pub trait News {
///     /// News from now on, or since an event.
///     #[get("/events", timeout = "60s")]
///     async fn events(&self, #[header("Last-Event-ID")] last: Option<&str>) -> Result<Events, ApiError>;
/// }
///
/// async fn follow(news: &NewsClient) -> Result<(), ApiError> {
///     let mut last = None;
///     loop {
///         let pause = match read(news, &mut last).await {
///             Ok(()) => None,
///             Err(error) if error.is_transient() => error.retry_after(),
///             Err(error) => return Err(error),
///         };
///         tokio::time::sleep(pause.unwrap_or(Duration::from_secs(1))).await;
///     }
/// }
///
/// /// Reads events up to the end of one connection.
/// async fn read(news: &NewsClient, last: &mut Option<String>) -> Result<(), ApiError> {
///     let mut events = news.events(last.as_deref()).await?;
///     while let Some(event) = events.next().await {
///         let event = event?;
///         println!("{}: {}", event.event(), event.data());
///         // An event without an id leaves the last one as it is, also across connections.
///         if let Some(id) = event.id() {
///             *last = Some(id.to_owned());
///         }
///     }
///     Ok(())
/// }
/// # }
/// ```
pub struct Events(Pin<Box<dyn Stream<Item = Result<Event, ApiError>> + Send>>);

impl Events {
    /// Makes a stream of these events, so that a fake can return it.
    pub fn from_stream(
        events: impl Stream<Item = Result<Event, ApiError>> + Send + 'static,
    ) -> Self {
        Self(Box::pin(events))
    }

    /// Returns the next event; `None` at the end.
    ///
    /// # Errors
    ///
    /// When the connection breaks, nothing arrives for as long as the timeout, or a line or an event is too long. The stream ends then.
    ///
    /// # Cancellation
    ///
    /// Nothing is lost when the future is dropped.
    pub async fn next(&mut self) -> Option<Result<Event, ApiError>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }
}

impl Stream for Events {
    type Item = Result<Event, ApiError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.as_mut().poll_next(context)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl From<Incoming> for Events {
    fn from(incoming: Incoming) -> Self {
        Self::from_stream(Reader {
            body: Body::from(incoming),
            decoder: EventDecoder::new(),
            ended: false,
        })
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events").finish_non_exhaustive()
    }
}

/// One server-sent event, from [`Events`].
///
/// # Examples
///
/// ```
/// # fn main() -> Result<(), wristband_m2m_reqwest::ApiError> {
/// use wristband_m2m_reqwest::Event;
///
/// // What a fake sends.
/// let event = Event::new(r#"{"amount": 7}"#).with_event("paid").with_id("42");
/// assert_eq!((event.event(), event.id()), ("paid", Some("42")));
///
/// #[derive(serde::Deserialize)]
/// struct Payment {
///     amount: u64,
/// }
/// let payment: Payment = event.json()?;
/// assert_eq!(payment.amount, 7);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Event {
    event: Cow<'static, str>,
    data: String,
    id: Option<Arc<str>>,
    /// For the message of an error, and no part of the event.
    endpoint: Endpoint,
}

impl Event {
    /// Makes an event of the type `message`, so that a fake can send it.
    #[must_use]
    pub fn new(data: impl Into<String>) -> Self {
        Self {
            event: Cow::Borrowed("message"),
            data: data.into(),
            id: None,
            endpoint: Endpoint::UNKNOWN,
        }
    }

    /// Replaces the type of the event.
    #[must_use]
    pub fn with_event(mut self, event: impl Into<String>) -> Self {
        self.event = Cow::Owned(event.into());
        self
    }

    /// Replaces the id of the event.
    #[must_use]
    pub fn with_id(mut self, id: &str) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Returns the type of the event; `message` if the server does not send one.
    #[must_use]
    pub fn event(&self) -> &str {
        &self.event
    }

    /// Returns the data; several lines of it are joined with a line feed.
    #[must_use]
    pub fn data(&self) -> &str {
        &self.data
    }

    /// Returns the data by value.
    #[must_use]
    pub fn into_data(self) -> String {
        self.data
    }

    /// Returns the last id that the server has sent, with this event or an earlier one: what `Last-Event-ID` is sent
    /// with to go on behind this event.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// Reads the data as JSON.
    ///
    /// # Errors
    ///
    /// Of kind [`Decode`](ApiErrorKind::Decode), when the data is not JSON or does not fit `T`.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        decode_json(self.data.as_bytes())
            .map_err(|problem| ApiError::new(&self.endpoint, ApiErrorKind::Decode, problem))
    }
}

impl PartialEq for Event {
    fn eq(&self, other: &Self) -> bool {
        (&self.event, &self.data, &self.id) == (&other.event, &other.data, &other.id)
    }
}

impl Eq for Event {}

/// Without data and id, which may be confidential.
impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event")
            .field("event", &self.event)
            .finish_non_exhaustive()
    }
}

struct Reader {
    body: Body,
    decoder: EventDecoder,
    ended: bool,
}

impl Stream for Reader {
    type Item = Result<Event, ApiError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            match this.decoder.next() {
                Some(Ok(event)) => {
                    return Poll::Ready(Some(Ok(Event {
                        endpoint: *this.body.endpoint(),
                        ..event
                    })));
                }
                Some(Err(problem)) => {
                    this.ended = true;
                    this.body.end();
                    return Poll::Ready(Some(Err(this.body.decode_error(problem))));
                }
                None if this.ended => return Poll::Ready(None),
                None => {}
            }
            let chunk: Bytes = match ready!(Pin::new(&mut this.body).poll_next(context)) {
                Some(Ok(chunk)) => chunk,
                Some(Err(error)) => {
                    this.ended = true;
                    return Poll::Ready(Some(Err(error)));
                }
                None => {
                    this.ended = true;
                    return Poll::Ready(None);
                }
            };
            this.decoder.push(chunk);
        }
    }
}
