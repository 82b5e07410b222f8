//! Replay: a request kept back, to be sent again byte for byte.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Version, header::AUTHORIZATION};
use http_body::Body as _;
use reqwest::{Body, Request, Url};

/// A request as reqwest sends it, without the URL and `Authorization`.
///
/// `Request::try_clone` would do the same with four allocations, three of them to hold the absence of a timeout; this
/// is on the way of every request, and takes one for each of what is there.
#[derive(Clone)]
pub(super) struct Replay {
    method: Method,
    headers: HeaderMap,
    version: Version,
    timeout: Option<Duration>,
    body: Option<Bytes>,
}

impl Replay {
    /// `None` if the body can be sent once only.
    pub(super) fn of(request: &mut Request) -> Option<Self> {
        let body = match request.body_mut() {
            None => None,
            Some(body) => Some(share(body)?),
        };
        Some(Self {
            method: request.method().clone(),
            headers: request.headers().clone(),
            version: request.version(),
            timeout: request.timeout().copied(),
            body,
        })
    }

    /// The request, to be sent with a new token.
    pub(super) fn into_request(self, url: Url, authorization: HeaderValue) -> Request {
        let mut request = Request::new(self.method, url);
        *request.headers_mut() = self.headers;
        request.headers_mut().insert(AUTHORIZATION, authorization);
        *request.version_mut() = self.version;
        if self.timeout.is_some() {
            *request.timeout_mut() = self.timeout;
        }
        *request.body_mut() = self.body.map(Body::from);
        request
    }
}

/// The bytes of a body in memory, by reference count; `None` for a stream.
fn share(body: &mut Body) -> Option<Bytes> {
    body.as_bytes()?;
    let bytes = into_bytes(std::mem::take(body));
    *body = Body::from(bytes.clone());
    Some(bytes)
}

/// A body in memory is never pending, and comes in one frame: then nothing is copied.
fn into_bytes(mut body: Body) -> Bytes {
    let mut bytes = Bytes::new();
    let mut context = Context::from_waker(Waker::noop());
    while let Poll::Ready(Some(Ok(frame))) = Pin::new(&mut body).poll_frame(&mut context) {
        let data = frame.into_data().unwrap_or_default();
        bytes = if bytes.is_empty() {
            data
        } else {
            [bytes, data].concat().into()
        };
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> Request {
        let url = "https://api.test/a?b".parse().expect("a URL");
        let mut request = Request::new(Method::PUT, url);
        *request.version_mut() = Version::HTTP_2;
        *request.timeout_mut() = Some(Duration::from_secs(7));
        for (name, value) in [("x-b", "1"), ("x-a", "2"), ("x-b", "3")] {
            request
                .headers_mut()
                .append(name, HeaderValue::from_static(value));
        }
        *request.body_mut() = Some(Body::from("hello"));
        request
    }

    #[test]
    fn everything_is_sent_again() {
        let mut request = request();
        let replay = Replay::of(&mut request).expect("a body in memory");
        let token = HeaderValue::from_static("Bearer b");
        let mut again = replay.into_request(request.url().clone(), token);
        assert_eq!(
            again.headers_mut().remove(AUTHORIZATION).expect("a token"),
            "Bearer b"
        );
        assert_eq!(again.method(), request.method());
        assert_eq!(again.url(), request.url());
        assert_eq!(again.headers(), request.headers());
        assert_eq!(again.version(), request.version());
        assert_eq!(again.timeout(), request.timeout());
        assert_eq!(
            again.body().and_then(Body::as_bytes),
            request.body().and_then(Body::as_bytes)
        );
    }

    #[test]
    fn a_body_is_shared_and_not_copied() {
        let text = String::from("hello");
        let address = text.as_ptr();
        let mut request = request();
        *request.body_mut() = Some(Body::from(text));
        let replay = Replay::of(&mut request).expect("a body in memory");
        assert_eq!(replay.body.expect("a body").as_ptr(), address);
        let kept = request
            .body()
            .and_then(Body::as_bytes)
            .expect("the same body");
        assert_eq!((kept, kept.as_ptr()), (&b"hello"[..], address));
    }

    #[test]
    fn an_empty_body_stays_one_and_none_stays_none() {
        let mut request = request();
        *request.body_mut() = Some(Body::from(""));
        let replay = Replay::of(&mut request).expect("a body in memory");
        assert_eq!(replay.body, Some(Bytes::new()));
        *request.body_mut() = None;
        let replay = Replay::of(&mut request).expect("no body");
        assert_eq!(replay.body, None);
        assert!(request.body().is_none());
    }

    #[test]
    fn a_stream_is_sent_once() {
        let mut request = request();
        *request.body_mut() = Some(Body::wrap(String::from("hello")));
        assert!(Replay::of(&mut request).is_none());
        assert!(request.body().is_some());
    }
}
