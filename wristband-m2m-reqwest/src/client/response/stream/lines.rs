//! Lines: a body cut at its line feeds, each piece decoded.

use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use serde::de::DeserializeOwned;

use super::body::Body;
use crate::client::error::{ApiError, decode_json_line};

/// A line that does not end must not fill the memory.
const LINE_LIMIT: usize = 16 * 1024 * 1024;

pub(super) struct Lines<T> {
    body: Body,
    unread: BytesMut,
    /// How much of `unread` has been searched for a line feed.
    searched: usize,
    /// Lines cut off so far.
    count: usize,
    ended: bool,
    decoded: PhantomData<fn() -> T>,
}

impl<T> From<Body> for Lines<T> {
    fn from(body: Body) -> Self {
        Self {
            body,
            unread: BytesMut::new(),
            searched: 0,
            count: 0,
            ended: false,
            decoded: PhantomData,
        }
    }
}

impl<T> Lines<T> {
    /// Cuts off the next line that is not blank, as far as it has arrived.
    fn cut(&mut self) -> Option<Bytes> {
        loop {
            let feed = self.unread[self.searched..]
                .iter()
                .position(|byte| *byte == b'\n');
            let line = match feed {
                Some(feed) => self.unread.split_to(self.searched + feed + 1),
                None if self.ended && !self.unread.is_empty() => self.unread.split(),
                None => {
                    self.searched = self.unread.len();
                    return None;
                }
            };
            self.searched = 0;
            self.count += 1;
            if !line.trim_ascii().is_empty() {
                return Some(line.freeze());
            }
        }
    }

    fn give_up(&mut self) {
        self.unread.clear();
        self.searched = 0;
        self.ended = true;
    }
}

impl<T: DeserializeOwned> Stream for Lines<T> {
    type Item = Result<T, ApiError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            if let Some(line) = this.cut() {
                let decoded = decode_json_line(&line, this.count);
                return Poll::Ready(Some(
                    decoded.map_err(|problem| this.body.decode_error(problem)),
                ));
            }
            if this.ended {
                return Poll::Ready(None);
            }
            match ready!(Pin::new(&mut this.body).poll_next(context)) {
                Some(Ok(chunk)) => this.unread.extend_from_slice(&chunk),
                Some(Err(error)) => {
                    // Half a line is no line.
                    this.give_up();
                    return Poll::Ready(Some(Err(error)));
                }
                None => this.ended = true,
            }
            if this.unread.len() > LINE_LIMIT && !this.unread[this.searched..].contains(&b'\n') {
                this.give_up();
                let error = this
                    .body
                    .decode_error(format!("has a line of more than {LINE_LIMIT} bytes"));
                this.body.end();
                return Poll::Ready(Some(Err(error)));
            }
        }
    }
}
