//! Decoders: one for each kind of answer.

use std::future::Future;
use std::marker::PhantomData;

use bytes::Bytes;
use http::StatusCode;
use serde::de::DeserializeOwned;

use super::Incoming;
use crate::api_error::{ApiError, ApiErrorKind, decode_json};
use crate::api_response::ApiResponse;

/// From a response to an answer.
pub trait Decode {
    type Output;
    /// An answer without content is a value, not the absence of one.
    const TAKES_NOTHING: bool = false;
    /// The response is handed out before its body has been read.
    const IS_RAW: bool = false;
    /// What to ask the server for.
    const ACCEPT: Option<&'static str> = None;

    fn decode(incoming: Incoming) -> impl Future<Output = Result<Self::Output, ApiError>> + Send;
}

/// `()`: any success, whatever its body.
#[derive(Debug)]
pub enum Empty {}

impl Decode for Empty {
    type Output = ();
    const TAKES_NOTHING: bool = true;

    async fn decode(incoming: Incoming) -> Result<(), ApiError> {
        incoming.success().await?.discard().await;
        Ok(())
    }
}

/// `String`.
#[derive(Debug)]
pub enum Text {}

impl Decode for Text {
    type Output = String;

    async fn decode(incoming: Incoming) -> Result<String, ApiError> {
        let (head, body) = incoming.success().await?.body().await?;
        String::from_utf8(body.into()).map_err(|error| {
            let valid = error.utf8_error().valid_up_to();
            head.error(
                ApiErrorKind::Decode,
                format!("has a body that is not UTF-8: byte {valid}"),
            )
        })
    }
}

/// `Bytes` and `Vec<u8>`.
#[derive(Debug)]
pub struct Octets<B>(PhantomData<fn() -> B>);

impl<B: From<Bytes>> Decode for Octets<B> {
    type Output = B;

    async fn decode(incoming: Incoming) -> Result<B, ApiError> {
        let (_, body) = incoming.success().await?.body().await?;
        Ok(body.into())
    }
}

/// Anything else that `serde` can make of JSON.
#[derive(Debug)]
pub struct Json<T>(PhantomData<fn() -> T>);

impl<T: DeserializeOwned> Decode for Json<T> {
    type Output = T;
    const ACCEPT: Option<&'static str> = Some("application/json");

    async fn decode(incoming: Incoming) -> Result<T, ApiError> {
        let (head, body) = incoming.success().await?.body().await?;
        decode_json(&body).map_err(|problem| head.error(ApiErrorKind::Decode, problem))
    }
}

/// `reqwest::Response`: untouched, whatever the status.
#[derive(Debug)]
pub enum Raw {}

impl Decode for Raw {
    type Output = reqwest::Response;
    const IS_RAW: bool = true;

    async fn decode(incoming: Incoming) -> Result<reqwest::Response, ApiError> {
        Ok(incoming.into_response())
    }
}

/// `Option<T>`: `None` on 404, and where there is no content to make a `T` of.
#[derive(Debug)]
pub struct Maybe<D>(PhantomData<fn() -> D>);

impl<D: Decode> Decode for Maybe<D> {
    type Output = Option<D::Output>;
    const TAKES_NOTHING: bool = D::TAKES_NOTHING;
    const ACCEPT: Option<&'static str> = D::ACCEPT;

    async fn decode(incoming: Incoming) -> Result<Option<D::Output>, ApiError> {
        let absent = match incoming.status() {
            StatusCode::NOT_FOUND => true,
            StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT => !D::TAKES_NOTHING,
            _ => false,
        };
        if absent {
            incoming.discard().await;
            return Ok(None);
        }
        let mut incoming = incoming.success().await?;
        if !D::TAKES_NOTHING && incoming.is_empty().await? {
            return Ok(None);
        }
        D::decode(incoming).await.map(Some)
    }
}

/// `ApiResponse<T>`: the answer with its status and headers.
#[derive(Debug)]
pub struct WithHead<D>(PhantomData<fn() -> D>);

impl<D: Decode> Decode for WithHead<D> {
    type Output = ApiResponse<D::Output>;
    const TAKES_NOTHING: bool = D::TAKES_NOTHING;
    const ACCEPT: Option<&'static str> = D::ACCEPT;

    async fn decode(incoming: Incoming) -> Result<ApiResponse<D::Output>, ApiError> {
        let (status, headers) = (incoming.status(), incoming.headers().clone());
        let body = D::decode(incoming).await?;
        Ok(ApiResponse::new(status, headers, body))
    }
}

/// `ByteStream`.
#[cfg(feature = "stream")]
#[derive(Debug)]
pub enum Streamed {}

#[cfg(feature = "stream")]
impl Decode for Streamed {
    type Output = crate::stream::ByteStream;

    async fn decode(incoming: Incoming) -> Result<Self::Output, ApiError> {
        Ok(incoming.success().await?.into())
    }
}

/// `JsonLines<T>`.
#[cfg(feature = "stream")]
#[derive(Debug)]
pub struct StreamedLines<T>(PhantomData<fn() -> T>);

#[cfg(feature = "stream")]
impl<T: DeserializeOwned + 'static> Decode for StreamedLines<T> {
    type Output = crate::stream::JsonLines<T>;
    const ACCEPT: Option<&'static str> = Some("application/x-ndjson");

    async fn decode(incoming: Incoming) -> Result<Self::Output, ApiError> {
        Ok(incoming.success().await?.into())
    }
}
