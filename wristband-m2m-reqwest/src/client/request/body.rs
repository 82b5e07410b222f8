//! Bodies of a call.

use std::borrow::Cow;

use reqwest::Body;
use serde::Serialize;

use super::query::{Pairs, flattened};
use super::{Call, headers};
use crate::client::error::ApiError;
use crate::client::response::from_response::BoxError;

impl Call<'_> {
    pub(super) fn set_body(&mut self, content_type: &'static str, body: Body) {
        headers::set_default(&mut self.headers, "content-type", content_type);
        self.body = Some(body);
    }

    pub(super) fn take_body(
        &mut self,
        body: GivenBody,
        with_type: impl FnOnce(&mut Self),
    ) -> &mut Self {
        match body {
            _ if self.problem.is_some() => {}
            Ok(None) => self.has_no_body = true,
            Ok(Some(body)) => {
                with_type(self);
                self.body = Some(body);
            }
            Err(error) => {
                let problem = "has a body that could not be made";
                let error = ApiError::request(self.endpoint, problem).caused_by(error);
                self.problem = Some(error);
            }
        }
        self
    }
}

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

/// An argument that may be an `Option`, which its type decides: methods of the type itself win over those of
/// [`AlwaysGiven`].
#[derive(Debug)]
pub struct Given<T>(pub T);

/// See [`Given`].
#[derive(Debug)]
pub struct MaybeGiven<T>(pub Option<T>);

impl<T> Given<Option<T>> {
    pub fn given(self) -> MaybeGiven<T> {
        MaybeGiven(self.0)
    }
}

impl<'a, T> Given<&'a Option<T>> {
    pub fn given(self) -> MaybeGiven<&'a T> {
        MaybeGiven(self.0.as_ref())
    }
}

impl<'a, T> Given<&'a &Option<T>> {
    pub fn given(self) -> MaybeGiven<&'a T> {
        MaybeGiven(self.0.as_ref())
    }
}

/// See [`Given`].
pub trait AlwaysGiven {
    type Argument;
    fn given(self) -> MaybeGiven<Self::Argument>;
}

impl<T> AlwaysGiven for Given<T> {
    type Argument = T;
    fn given(self) -> MaybeGiven<T> {
        MaybeGiven(Some(self.0))
    }
}

/// Makes borrowed text and bytes owned, for a `Body` must not borrow. Any other argument is left as it is, by
/// [`AnyBody`]: methods of the type itself win over those of a trait.
macro_rules! owned {
    ($($borrowed:ty => $owned:ty),* $(,)?) => {
        $(impl MaybeGiven<&$borrowed> {
            pub fn owned(self) -> Option<$owned> {
                self.0.map(|body| body.to_owned())
            }
        })*
    };
}

owned! {
    str => String,
    String => String,
    [u8] => Vec<u8>,
    Vec<u8> => Vec<u8>,
    bytes::Bytes => bytes::Bytes,
}

/// See `MaybeGiven`.
pub trait AnyBody {
    type Owned;
    fn owned(self) -> Option<Self::Owned>;
}

impl<T> AnyBody for MaybeGiven<T> {
    type Owned = T;
    fn owned(self) -> Option<T> {
        self.0
    }
}

/// A body, no body, or an error.
pub(crate) type GivenBody = Result<Option<Body>, BoxError>;

pub fn into_body<B: IntoBody>(body: Option<B>) -> GivenBody {
    body.map(B::into_body).transpose()
}

/// A body that is sent as it is. A trait besides `TryInto`, for a message in terms of the user's trait.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be sent as a body",
    label = "`{Self}` does not implement `TryInto<reqwest::Body>`",
    note = "pass text, bytes or a `reqwest::Body`, or mark it `#[json]` or `#[form]`"
)]
pub trait IntoBody {
    fn into_body(self) -> Result<Body, BoxError>;
}

#[diagnostic::do_not_recommend]
impl<T: TryInto<Body, Error: Into<BoxError>>> IntoBody for T {
    fn into_body(self) -> Result<Body, BoxError> {
        self.try_into().map_err(Into::into)
    }
}

/// A body that is sent with each page. A trait besides `Clone`, for a message in terms of the user's trait.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be sent again for the next page",
    label = "`{Self}` does not implement `Clone`",
    note = "pass text or bytes, or mark it `#[json]` or `#[form]`"
)]
pub trait RepeatableBody {
    fn again(&self) -> Self;
}

#[diagnostic::do_not_recommend]
impl<T: Clone> RepeatableBody for T {
    fn again(&self) -> Self {
        self.clone()
    }
}
