//! Lines: a body cut at its line feeds, each piece decoded.

use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use memchr::memchr;
use serde::de::DeserializeOwned;

use super::body::Body;
use crate::client::error::{ApiError, decode_json_line};

/// A line that does not end must not fill the memory.
const LINE_LIMIT: usize = 16 * 1024 * 1024;

pub(super) struct Lines<T> {
    body: Body,
    chunk: Bytes,
    /// The position of the next line in the chunk.
    start: usize,
    /// A line that began in an earlier chunk.
    begun: Vec<u8>,
    /// Lines read so far.
    count: usize,
    ended: bool,
    decoded: PhantomData<fn() -> T>,
}

impl<T> From<Body> for Lines<T> {
    fn from(body: Body) -> Self {
        Self {
            body,
            chunk: Bytes::new(),
            start: 0,
            begun: Vec::new(),
            count: 0,
            ended: false,
            decoded: PhantomData,
        }
    }
}

impl<T: DeserializeOwned> Lines<T> {
    /// Decodes the next line that is not blank, if it has arrived. Only a line that is spread over chunks is copied.
    fn next(&mut self) -> Option<Result<T, String>> {
        loop {
            let rest = self.chunk.get(self.start..).unwrap_or_default();
            let feed = memchr(b'\n', rest);
            let line = rest.get(..feed.unwrap_or(rest.len())).unwrap_or_default();
            self.start += line.len() + usize::from(feed.is_some());
            let is_whole = feed.is_some() || self.ended;
            if !is_whole || !self.begun.is_empty() {
                self.begun.extend_from_slice(line);
            }
            if !is_whole {
                return None;
            }
            let line = if self.begun.is_empty() {
                line
            } else {
                &self.begun
            };
            self.count += 1;
            let is_blank = line.trim_ascii().is_empty();
            let decoded = (!is_blank).then(|| decode_json_line(line, self.count));
            self.begun.clear();
            if decoded.is_some() || feed.is_none() {
                return decoded;
            }
        }
    }

    fn push(&mut self, chunk: Bytes) {
        self.chunk = chunk;
        self.start = 0;
    }

    fn give_up(&mut self) {
        self.begun = Vec::new();
        self.push(Bytes::new());
        self.ended = true;
    }
}

impl<T: DeserializeOwned> Stream for Lines<T> {
    type Item = Result<T, ApiError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            if let Some(decoded) = this.next() {
                let decoded = decoded.map_err(|problem| this.body.decode_error(problem));
                return Poll::Ready(Some(decoded));
            }
            if this.ended {
                return Poll::Ready(None);
            }
            if this.begun.len() > LINE_LIMIT {
                this.give_up();
                this.body.end();
                let problem = format!("has a line of more than {LINE_LIMIT} bytes");
                return Poll::Ready(Some(Err(this.body.decode_error(problem))));
            }
            match ready!(Pin::new(&mut this.body).poll_next(context)) {
                Some(Ok(chunk)) => this.push(chunk),
                Some(Err(error)) => {
                    // Half a line is not a line.
                    this.give_up();
                    return Poll::Ready(Some(Err(error)));
                }
                None => this.ended = true,
            }
        }
    }
}

#[cfg(test)]
mod tests;
