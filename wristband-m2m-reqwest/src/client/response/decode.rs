//! Decoders: one for each kind of response.

use std::marker::PhantomData;

use bytes::Bytes;
use serde::de::DeserializeOwned;

use super::collect::{Body, BodyMode, Collected, ReadPlan};
use crate::client::error::{ApiError, ApiErrorKind, decode_json};
use crate::client::pages::{LinkedPage, link};
use crate::client::response::api_response::ApiResponse;
use crate::client::response::from_response::FromResponse;

/// Turns what was collected into a value.
#[diagnostic::on_unimplemented(
    message = "`Option` and `ApiResponse` cannot wrap a `reqwest::Response`, which is the whole response with any status",
    label = "write `reqwest::Response` alone, or another type inside"
)]
pub trait Decode {
    type Output;
    const PLAN: ReadPlan;

    fn decode(collected: Collected) -> Result<Self::Output, ApiError>;
}

const fn plan(body: BodyMode, accept: Option<&'static str>) -> ReadPlan {
    ReadPlan {
        body,
        optional: false,
        accept,
        takes: None,
        #[cfg(feature = "stream")]
        url: false,
    }
}

/// The plan of a decoder is its own: nothing else is collected for it.
fn unplanned<T>(collected: Collected) -> Result<T, ApiError> {
    Err(collected.error(ApiErrorKind::Decode, "could not be read".to_owned()))
}

/// `()`: any success, whatever its body.
#[derive(Debug)]
pub enum Empty {}

impl Decode for Empty {
    type Output = ();
    const PLAN: ReadPlan = plan(BodyMode::Nothing, None);

    fn decode(_: Collected) -> Result<(), ApiError> {
        Ok(())
    }
}

/// `String`.
#[derive(Debug)]
pub enum Text {}

impl Decode for Text {
    type Output = String;
    const PLAN: ReadPlan = plan(BodyMode::Whole, None);

    fn decode(mut collected: Collected) -> Result<String, ApiError> {
        let Some(body) = collected.take_whole() else {
            return unplanned(collected);
        };
        String::from_utf8(body.into()).map_err(|error| {
            let byte = error.utf8_error().valid_up_to();
            let problem = format!("has a body that is not UTF-8: byte {byte}");
            collected
                .error(ApiErrorKind::Decode, problem)
                .with_body(error.into_bytes().into())
        })
    }
}

/// `Bytes` and `Vec<u8>`.
#[derive(Debug)]
pub struct BytesBody<B>(PhantomData<fn() -> B>);

impl<B: From<Bytes>> Decode for BytesBody<B> {
    type Output = B;
    const PLAN: ReadPlan = plan(BodyMode::Whole, None);

    fn decode(mut collected: Collected) -> Result<B, ApiError> {
        match collected.take_whole() {
            Some(body) => Ok(body.into()),
            None => unplanned(collected),
        }
    }
}

/// The type of a JSON response. A trait besides `DeserializeOwned`, for a message in terms of the user's trait.
#[diagnostic::on_unimplemented(
    message = "a JSON response cannot be decoded into `{Self}`",
    label = "`{Self}` does not implement `serde::Deserialize` for any lifetime",
    note = "derive `serde::Deserialize` for each type that it is made of; or implement `FromResponse`, for another format",
    note = "for status and headers beside the body return `ApiResponse<T>`; for neither, `()`"
)]
pub trait Deserializable: DeserializeOwned {}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned> Deserializable for T {}

/// Anything else that `serde` can make of JSON.
#[derive(Debug)]
pub struct Json<T>(PhantomData<fn() -> T>);

impl<T: Deserializable> Decode for Json<T> {
    type Output = T;
    const PLAN: ReadPlan = plan(BodyMode::Json, Some("application/json"));

    fn decode(mut collected: Collected) -> Result<T, ApiError> {
        match collected.take_whole() {
            Some(body) => decode_json(&body).map_err(|problem| {
                collected
                    .error(ApiErrorKind::Decode, problem)
                    .with_body(body)
            }),
            None => unplanned(collected),
        }
    }
}

/// Any type that reads the response itself.
#[derive(Debug)]
pub struct Open<T>(PhantomData<fn() -> T>);

impl<T: FromResponse> Decode for Open<T> {
    type Output = T;
    const PLAN: ReadPlan = ReadPlan {
        takes: Some(T::takes),
        ..plan(BodyMode::Whole, T::ACCEPT)
    };

    fn decode(mut collected: Collected) -> Result<T, ApiError> {
        let Some(body) = collected.take_whole() else {
            return unplanned(collected);
        };
        let head = collected.head.clone();
        let response = ApiResponse::new(head.status, head.headers, body.clone())
            .with_auth_outcome(head.auth_outcome);
        T::from_response(response).map_err(|error| {
            let problem = "has a response that could not be decoded".to_owned();
            collected
                .error(ApiErrorKind::Decode, problem)
                .with_body(body)
                .caused_by(error)
        })
    }
}

/// `LinkedPage<T>`: an array of JSON, and a `Link` header.
#[derive(Debug)]
pub struct Linked<T>(PhantomData<fn() -> T>);

impl<T: Deserializable> Decode for Linked<T> {
    type Output = LinkedPage<T>;
    const PLAN: ReadPlan = Json::<Vec<T>>::PLAN;

    fn decode(collected: Collected) -> Result<LinkedPage<T>, ApiError> {
        let next = link::target(&collected.head.headers, "next").map(str::to_owned);
        let items = Json::<Vec<T>>::decode(collected)?;
        Ok(LinkedPage::new(items, next))
    }
}

/// `reqwest::Response`: untouched, whatever the status.
#[derive(Debug)]
pub enum Raw {}

impl Decode for Raw {
    type Output = reqwest::Response;
    const PLAN: ReadPlan = plan(BodyMode::Untouched, None);

    fn decode(collected: Collected) -> Result<reqwest::Response, ApiError> {
        match collected.body {
            Body::Untouched(response) => Ok(response),
            _ => unplanned(collected),
        }
    }
}

/// `reqwest::Response` inside of something: cannot be decoded.
#[derive(Debug)]
pub enum Wrapped {}

/// `Option<T>`: `None` on 404, and where there is no content to make a `T` of.
#[derive(Debug)]
pub struct Optional<D>(PhantomData<fn() -> D>);

impl<D: Decode> Decode for Optional<D> {
    type Output = Option<D::Output>;
    const PLAN: ReadPlan = ReadPlan {
        optional: true,
        ..D::PLAN
    };

    fn decode(collected: Collected) -> Result<Option<D::Output>, ApiError> {
        match collected.body {
            Body::Absent => Ok(None),
            _ => D::decode(collected).map(Some),
        }
    }
}

/// `ApiResponse<T>`: the value with its status and headers.
#[derive(Debug)]
pub struct WithMetadata<D>(PhantomData<fn() -> D>);

impl<D: Decode> Decode for WithMetadata<D> {
    type Output = ApiResponse<D::Output>;
    const PLAN: ReadPlan = D::PLAN;

    fn decode(collected: Collected) -> Result<ApiResponse<D::Output>, ApiError> {
        let head = collected.head.clone();
        let body = D::decode(collected)?;
        Ok(ApiResponse::new(head.status, head.headers, body).with_auth_outcome(head.auth_outcome))
    }
}

/// `ByteStream`.
#[cfg(feature = "stream")]
#[derive(Debug)]
pub enum Streamed {}

#[cfg(feature = "stream")]
impl Decode for Streamed {
    type Output = crate::client::response::stream::ByteStream;
    const PLAN: ReadPlan = plan(BodyMode::Stream, None);

    fn decode(collected: Collected) -> Result<Self::Output, ApiError> {
        match collected.body {
            Body::Stream(incoming) => Ok(incoming.into()),
            _ => unplanned(collected),
        }
    }
}

/// `Events`.
#[cfg(feature = "stream")]
#[derive(Debug)]
pub enum StreamedEvents {}

#[cfg(feature = "stream")]
impl Decode for StreamedEvents {
    type Output = crate::client::response::stream::Events;
    const PLAN: ReadPlan = plan(BodyMode::Stream, Some("text/event-stream"));

    fn decode(collected: Collected) -> Result<Self::Output, ApiError> {
        match collected.body {
            Body::Stream(incoming) => Ok(incoming.into()),
            _ => unplanned(collected),
        }
    }
}

/// `JsonLines<T>`.
#[cfg(feature = "stream")]
#[derive(Debug)]
pub struct StreamedLines<T>(PhantomData<fn() -> T>);

#[cfg(feature = "stream")]
impl<T: Deserializable + 'static> Decode for StreamedLines<T> {
    type Output = crate::client::response::stream::JsonLines<T>;
    const PLAN: ReadPlan = plan(BodyMode::Stream, Some("application/x-ndjson"));

    fn decode(collected: Collected) -> Result<Self::Output, ApiError> {
        match collected.body {
            Body::Stream(incoming) => Ok(incoming.into()),
            _ => unplanned(collected),
        }
    }
}
