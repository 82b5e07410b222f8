//! Bodies of a call.

use std::borrow::Cow;

use reqwest::Body;
use serde::Serialize;

use super::query::{Pairs, flattened};

pub(super) fn json<T: Serialize + ?Sized>(
    name: &'static str,
    value: &T,
) -> Result<Body, Cow<'static, str>> {
    // The message of a failing `Serialize` may quote the value.
    serde_json::to_vec(value)
        .map(Body::from)
        .map_err(|_| format!("has a `{name}` that could not be serialized as JSON").into())
}

pub(super) fn form<T: Serialize + ?Sized>(
    name: &'static str,
    value: &T,
) -> Result<Body, Cow<'static, str>> {
    let mut text = String::new();
    flattened(Pairs::new(&mut text, 0, ""), name, value)?;
    Ok(text.into())
}

#[cfg(feature = "multipart")]
pub(super) fn multipart(
    client: &reqwest::Client,
    form: reqwest::multipart::Form,
) -> Result<(http::HeaderMap, Option<Body>), Cow<'static, str>> {
    // Only a request builder can turn a form into a body.
    let nowhere = reqwest::Url::parse("http://localhost")
        .map_err(|_| "has a form that could not be made into a body")?;
    let request = reqwest::Request::new(reqwest::Method::POST, nowhere);
    let mut request = reqwest::RequestBuilder::from_parts(client.clone(), request)
        .multipart(form)
        .build()
        .map_err(|_| "has a form that could not be made into a body")?;
    Ok((
        std::mem::take(request.headers_mut()),
        request.body_mut().take(),
    ))
}

/// Makes borrowed text and bytes owned, for a `Body` must not borrow. Any other argument is left as it is, by
/// [`AnyBody`]: methods of the type itself win over those of a trait.
#[derive(Debug)]
pub struct BodyArgument<T>(pub T);

impl BodyArgument<&str> {
    pub fn owned(self) -> String {
        self.0.to_owned()
    }
}

impl BodyArgument<&String> {
    pub fn owned(self) -> String {
        self.0.clone()
    }
}

impl BodyArgument<&[u8]> {
    pub fn owned(self) -> Vec<u8> {
        self.0.to_owned()
    }
}

impl BodyArgument<&Vec<u8>> {
    pub fn owned(self) -> Vec<u8> {
        self.0.clone()
    }
}

impl BodyArgument<&bytes::Bytes> {
    pub fn owned(self) -> bytes::Bytes {
        self.0.clone()
    }
}

/// See [`BodyArgument`].
pub trait AnyBody {
    type Owned;
    fn owned(self) -> Self::Owned;
}

impl<T> AnyBody for BodyArgument<T> {
    type Owned = T;
    fn owned(self) -> T {
        self.0
    }
}

pub fn into_body<B: RequestBody>(body: B) -> Body {
    body.into_body()
}

/// What can be sent as it is. Beside `Into`, for a message in terms of the user's trait.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be sent as a body, which is bytes or a stream of them",
    label = "`{Self}` has no `Into<reqwest::Body>`",
    note = "pass text, bytes or a `reqwest::Body`; what is serialized is marked `#[json]` or `#[form]`"
)]
pub trait RequestBody {
    fn into_body(self) -> Body;
}

#[diagnostic::do_not_recommend]
impl<T: Into<Body>> RequestBody for T {
    fn into_body(self) -> Body {
        self.into()
    }
}
