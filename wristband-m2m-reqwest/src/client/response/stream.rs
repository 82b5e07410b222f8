//! Responses that are read while they arrive: bytes, and lines of JSON.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;
use serde::de::DeserializeOwned;

use crate::client::error::ApiError;
use crate::client::response::Incoming;
use body::Body;
pub use events::{Event, Events};
use lines::Lines;

mod body;
mod events;
mod lines;

/// The body of a response, chunk by chunk as it arrives: a [`Stream`] of `Result<Bytes, ApiError>`.
///
/// The timeout of the call covers everything up to the head of the response, then each wait for the next chunk, so that
/// a stream may last as long as it likes but never hangs. The first error ends it.
///
/// # Examples
///
/// ```
/// use wristband_m2m_reqwest::{ApiError, ByteStream};
///
/// async fn length(mut export: ByteStream) -> Result<usize, ApiError> {
///     let mut length = 0;
///     while let Some(chunk) = export.next().await {
///         length += chunk?.len();
///     }
///     Ok(length)
/// }
/// ```
pub struct ByteStream(Pin<Box<dyn Stream<Item = Result<Bytes, ApiError>> + Send>>);

impl ByteStream {
    /// Wraps any stream, so that a fake can return one.
    pub fn from_stream(
        chunks: impl Stream<Item = Result<Bytes, ApiError>> + Send + 'static,
    ) -> Self {
        Self(Box::pin(chunks))
    }

    /// Returns the next chunk; `None` at the end.
    ///
    /// # Errors
    ///
    /// When the connection breaks, or nothing arrives for as long as the timeout. The stream then ends.
    ///
    /// # Cancellation
    ///
    /// Nothing is lost when the future is dropped.
    pub async fn next(&mut self) -> Option<Result<Bytes, ApiError>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }
}

impl Stream for ByteStream {
    type Item = Result<Bytes, ApiError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.as_mut().poll_next(context)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl From<Incoming> for ByteStream {
    fn from(incoming: Incoming) -> Self {
        Self::from_stream(Body::from(incoming))
    }
}

impl fmt::Debug for ByteStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ByteStream").finish_non_exhaustive()
    }
}

/// The lines of a response, each a JSON document, as they arrive: a [`Stream`] of `Result<T, ApiError>`.
///
/// Lines end with a line feed, the last one also with the body; blank lines are skipped, and so is a carriage return
/// (newline-delimited JSON, JSON Lines). A line that is not a `T` is an error, after which the next line follows; any
/// other error, or a line of more than 16 MiB, ends the stream. Waits are bounded as in [`ByteStream`].
///
/// # Examples
///
/// ```
/// use wristband_m2m_reqwest::{ApiError, JsonLines};
///
/// #[derive(serde::Deserialize)]
/// struct Event {
///     amount: u64,
/// }
///
/// async fn sum(mut events: JsonLines<Event>) -> Result<u64, ApiError> {
///     let mut sum = 0;
///     while let Some(event) = events.next().await {
///         sum += event?.amount;
///     }
///     Ok(sum)
/// }
/// ```
pub struct JsonLines<T>(Pin<Box<dyn Stream<Item = Result<T, ApiError>> + Send>>);

impl<T> JsonLines<T> {
    /// Wraps any stream, so that a fake can return one.
    pub fn from_stream(items: impl Stream<Item = Result<T, ApiError>> + Send + 'static) -> Self {
        Self(Box::pin(items))
    }

    /// Returns the next line; `None` at the end.
    ///
    /// # Errors
    ///
    /// When the line is not a `T`, the connection breaks, or nothing arrives for as long as the timeout.
    ///
    /// # Cancellation
    ///
    /// Nothing is lost when the future is dropped.
    pub async fn next(&mut self) -> Option<Result<T, ApiError>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }
}

impl<T> Stream for JsonLines<T> {
    type Item = Result<T, ApiError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.as_mut().poll_next(context)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl<T: DeserializeOwned + 'static> From<Incoming> for JsonLines<T> {
    fn from(incoming: Incoming) -> Self {
        Self::from_stream(Lines::from(Body::from(incoming)))
    }
}

impl<T> fmt::Debug for JsonLines<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JsonLines").finish_non_exhaustive()
    }
}
