//! Responses of the test servers.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, StatusCode};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::Frame;
use tokio::time::Interval;

/// Boxed, so that a test may stream, hang or abort a body.
pub(crate) type Body = BoxBody<Bytes, io::Error>;

/// A response, and what to wait for before sending it.
pub struct Reply {
    response: http::Response<Body>,
    before: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
}

impl Reply {
    /// A response without a body.
    pub fn status(status: u16) -> Self {
        Self::text(status, "")
    }

    /// A response with a body of known length.
    pub fn text(status: u16, body: impl Into<Bytes>) -> Self {
        Self::stream(
            status,
            Full::new(body.into()).map_err(|never| match never {}),
        )
    }

    /// The same, as `application/json`.
    pub fn json(status: u16, body: impl Into<Bytes>) -> Self {
        Self::text(status, body).header("content-type", "application/json")
    }

    /// A response with a streamed body; an error of the stream aborts the connection.
    pub fn stream<B>(status: u16, body: B) -> Self
    where
        B: hyper::body::Body<Data = Bytes, Error = io::Error> + Send + Sync + 'static,
    {
        let mut response = http::Response::new(body.boxed());
        *response.status_mut() = StatusCode::from_u16(status).expect("a status");
        Self {
            response,
            before: None,
        }
    }

    /// A response whose body drips and never ends.
    pub fn endless(status: u16) -> Self {
        Self::stream(
            status,
            Drip(tokio::time::interval(Duration::from_millis(1))),
        )
    }

    #[must_use]
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        let name = HeaderName::from_static(name);
        let value = HeaderValue::from_str(value).expect("a header value");
        self.response.headers_mut().append(name, value);
        self
    }

    /// Waits for an event before responding.
    #[must_use]
    pub fn after(mut self, event: impl Future<Output = ()> + Send + 'static) -> Self {
        self.before = Some(Box::pin(event));
        self
    }

    /// Delays the response, as a slow API would.
    #[must_use]
    pub fn delayed(self, delay: Duration) -> Self {
        self.after(tokio::time::sleep(delay))
    }

    pub(crate) async fn into_response(self) -> http::Response<Body> {
        if let Some(event) = self.before {
            event.await;
        }
        self.response
    }
}

struct Drip(Interval);

impl hyper::body::Body for Drip {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let drop = Frame::data(Bytes::from_static(b"drip "));
        self.0.poll_tick(context).map(|_| Some(Ok(drop)))
    }
}
