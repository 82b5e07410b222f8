//! EventDecoder: from chunks of bytes to events.

use std::num::NonZeroUsize;

use bytes::Bytes;
use memchr::memrchr2;
use sse_core::{SseDecoder, SseEvent};

use super::Event;

/// A line that does not end must not be read for ever.
const LINE_LIMIT: usize = 16 * 1024 * 1024;

/// An event that does not end must not fill the memory.
const EVENT_LIMIT: NonZeroUsize = NonZeroUsize::new(64 * 1024 * 1024).unwrap();

pub(super) struct EventDecoder {
    decoder: SseDecoder,
    unread: Bytes,
    /// How much of the unfinished line has arrived.
    line: usize,
    failed: bool,
}

impl EventDecoder {
    pub(super) fn new() -> Self {
        Self {
            decoder: SseDecoder::with_limit(EVENT_LIMIT),
            unread: Bytes::new(),
            line: 0,
            failed: false,
        }
    }

    /// Takes the next chunk, once there are no more events in the one before.
    pub(super) fn push(&mut self, chunk: Bytes) {
        match memrchr2(b'\n', b'\r', &chunk) {
            Some(end) => self.line = chunk.len() - end - 1,
            None => self.line = self.line.saturating_add(chunk.len()),
        }
        self.unread = chunk;
    }

    /// Returns the next event that is complete, or what is wrong with the stream, after which there is no other.
    pub(super) fn next(&mut self) -> Option<Result<Event, String>> {
        if self.failed {
            return None;
        }
        let problem = loop {
            match self.decoder.next(&mut self.unread) {
                Some(Ok(SseEvent::Message(message))) => {
                    return Some(Ok(Event {
                        event: message.event,
                        data: message.data,
                        id: message.last_event_id,
                        ..Event::new(String::new())
                    }));
                }
                Some(Ok(SseEvent::Retry(_))) => {}
                Some(Err(_)) => break format!("has an event of more than {EVENT_LIMIT} bytes"),
                None if self.line > LINE_LIMIT => {
                    break format!("has a line of more than {LINE_LIMIT} bytes");
                }
                None => return None,
            }
        };
        self.failed = true;
        Some(Err(problem))
    }
}

#[cfg(test)]
mod tests;
