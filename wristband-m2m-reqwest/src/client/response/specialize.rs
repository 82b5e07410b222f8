//! Chooses the decoder of a return type, by autoref-based specialization.
//!
//! The type decides, not its spelling: a generated method says `<Result<Option<Order>, E> as EndpointResult>::decoder()`,
//! unwraps the layers `Option` and `ApiResponse`, then takes the decoder of the type inside. `unwrap_layer` and
//! `decode_leaf` are inherent methods where a type has a rule of its own. Those win over the methods of the traits
//! [`UnwrapLayer`] and [`DecodeOpen`], and these over that of [`DecodeJson`], which needs one more reference.

use std::marker::PhantomData;

use bytes::Bytes;

use super::collect::{Collected, ReadPlan};
use super::decode::{
    BytesBody, Decode, Empty, Json, Linked, Open, Optional, Raw, Text, WithMetadata, Wrapped,
};

use super::api_response::ApiResponse;
use super::from_response::FromResponse;
use crate::client::error::ApiError;
use crate::client::pages::LinkedPage;
#[cfg(feature = "stream")]
use crate::client::pages::{Page, Pages};
use crate::telemetry::CallSpan;

/// The return type of an endpoint: `Result<T, E>`, or an alias of it.
#[diagnostic::on_unimplemented(
    message = "an endpoint must return a `Result`, but this is `{Self}`",
    label = "write `Result<{Self}, ApiError>`",
    note = "the error may be any type that is `From<ApiError>`"
)]
pub trait EndpointResult {
    /// A [`ResponseDecoder`] with nothing peeled off. Not spelled out in `decoder`: then nothing is looked for in a
    /// type that is not an `EndpointResult`, and it is reported once.
    type Start;
    fn decoder() -> Self::Start;
}

impl<T, E> EndpointResult for Result<T, E> {
    type Start = ResponseDecoder<T, E, NoLayer, T>;

    fn decoder() -> Self::Start {
        ResponseDecoder::NEW
    }
}

/// The return type of an endpoint with a `#[page]` argument: `Pages<P, E>`, or an alias of it.
#[cfg(feature = "stream")]
#[diagnostic::on_unimplemented(
    message = "a method with a `#[page]` argument must return `Pages`, but this is `{Self}`",
    label = "write for example `Pages<WristbandPage<User>, ApiError>`, or remove `#[page]`"
)]
pub trait EndpointPages {
    /// A decoder of one page, see [`EndpointResult::Start`].
    type Start;
    fn decoder() -> Self::Start;
}

#[cfg(feature = "stream")]
impl<P: Page, E> EndpointPages for Pages<P, E> {
    type Start = ResponseDecoder<P, E, NoLayer, P>;

    fn decoder() -> Self::Start {
        ResponseDecoder::NEW
    }
}

/// The error of an endpoint. Beside `From`, for a message in terms of the user's trait.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the error of an endpoint",
    label = "`{Self}` does not implement `From<ApiError>`",
    note = "write `impl From<ApiError> for {Self}`"
)]
pub trait EndpointError {
    fn from_api_error(error: ApiError) -> Self;
}

#[diagnostic::do_not_recommend]
impl<E: From<ApiError>> EndpointError for E {
    fn from_api_error(error: ApiError) -> Self {
        error.into()
    }
}

/// How a response of type `T`, with `W` around it, is decoded for a method that returns `Result<O, E>`.
#[derive(Debug)]
pub struct ResponseDecoder<O, E, W, T>(PhantomData<fn() -> (O, E)>, PhantomData<fn(W) -> T>);

impl<O, E, W, T> ResponseDecoder<O, E, W, T> {
    const NEW: Self = Self(PhantomData, PhantomData);
}

/// How a response is read, and then made into the return type of a method.
#[derive(Debug)]
pub struct ResponseReader<R> {
    pub(crate) plan: ReadPlan,
    pub(crate) finish: fn(Result<Collected, ApiError>, &CallSpan) -> R,
}

impl<O, E, W, D> ResponseDecoder<O, E, W, D> {
    /// The only place with bounds on the types of a signature, so that a missing one is reported once.
    pub fn reader(self) -> ResponseReader<Result<O, E>>
    where
        E: EndpointError,
        W: Layer,
        D: Decode,
        W::Decoder<D>: Decode<Output = O>,
    {
        ResponseReader {
            plan: <W::Decoder<D>>::PLAN,
            finish: |collected, span| {
                collected
                    .inspect(|collected| collected.record(span))
                    .and_then(<W::Decoder<D>>::decode)
                    .inspect_err(|error| span.failed(error))
                    .map_err(E::from_api_error)
            },
        }
    }
}

/// The layers around a decoder.
pub trait Layer {
    type Decoder<D: Decode>: Decode;
}

/// Nothing.
#[derive(Debug)]
pub enum NoLayer {}

impl Layer for NoLayer {
    type Decoder<D: Decode> = D;
}

/// An `Option`, with `W` around it.
#[derive(Debug)]
pub struct OptionLayer<W>(W);

impl<W: Layer> Layer for OptionLayer<W> {
    type Decoder<D: Decode> = W::Decoder<Optional<D>>;
}

/// An `ApiResponse`, with `W` around it.
#[derive(Debug)]
pub struct ResponseLayer<W>(W);

impl<W: Layer> Layer for ResponseLayer<W> {
    type Decoder<D: Decode> = W::Decoder<WithMetadata<D>>;
}

impl<O, E, W, T> ResponseDecoder<O, E, W, Option<T>> {
    pub fn unwrap_layer(self) -> ResponseDecoder<O, E, OptionLayer<W>, T> {
        ResponseDecoder::NEW
    }
}

impl<O, E, W, T> ResponseDecoder<O, E, W, ApiResponse<T>> {
    pub fn unwrap_layer(self) -> ResponseDecoder<O, E, ResponseLayer<W>, T> {
        ResponseDecoder::NEW
    }
}

/// No layer to unwrap.
pub trait UnwrapLayer: Sized {
    fn unwrap_layer(self) -> Self {
        self
    }
}

impl<O, E, W, T> UnwrapLayer for ResponseDecoder<O, E, W, T> {}

/// The leaves with a rule of their own.
macro_rules! leaves {
    ($($type:ty => $decoder:ty),* $(,)?) => {
        $(impl<O, E, W> ResponseDecoder<O, E, W, $type> {
            pub fn decode_leaf(self) -> ResponseDecoder<O, E, W, $decoder> {
                ResponseDecoder::NEW
            }
        })*
    };
}

leaves! {
    () => Empty,
    String => Text,
    Bytes => BytesBody<Bytes>,
    Vec<u8> => BytesBody<Vec<u8>>,
}

#[cfg(feature = "stream")]
leaves! {
    crate::client::response::stream::ByteStream => super::decode::Streamed,
    crate::client::response::stream::Events => super::decode::StreamedEvents,
}

impl<O, E, W, T> ResponseDecoder<O, E, W, LinkedPage<T>> {
    pub fn decode_leaf(self) -> ResponseDecoder<O, E, W, Linked<T>> {
        ResponseDecoder::NEW
    }
}

#[cfg(feature = "stream")]
impl<O, E, W, T> ResponseDecoder<O, E, W, crate::client::response::stream::JsonLines<T>> {
    pub fn decode_leaf(self) -> ResponseDecoder<O, E, W, super::decode::StreamedLines<T>> {
        ResponseDecoder::NEW
    }
}

/// A `Response` is returned untouched, so no layer can wrap it.
impl<O, E> ResponseDecoder<O, E, NoLayer, reqwest::Response> {
    pub fn decode_leaf(self) -> ResponseDecoder<O, E, NoLayer, Raw> {
        ResponseDecoder::NEW
    }
}

impl<O, E, W> ResponseDecoder<O, E, OptionLayer<W>, reqwest::Response> {
    pub fn decode_leaf(self) -> ResponseDecoder<O, E, OptionLayer<W>, Wrapped> {
        ResponseDecoder::NEW
    }
}

impl<O, E, W> ResponseDecoder<O, E, ResponseLayer<W>, reqwest::Response> {
    pub fn decode_leaf(self) -> ResponseDecoder<O, E, ResponseLayer<W>, Wrapped> {
        ResponseDecoder::NEW
    }
}

/// A type that reads the response itself. Comes before [`DecodeJson`], which is for a reference to the decoder.
pub trait DecodeOpen<O, E, W, T> {
    fn decode_leaf(self) -> ResponseDecoder<O, E, W, Open<T>>;
}

impl<O, E, W, T: FromResponse> DecodeOpen<O, E, W, T> for ResponseDecoder<O, E, W, T> {
    fn decode_leaf(self) -> ResponseDecoder<O, E, W, Open<T>> {
        ResponseDecoder::NEW
    }
}

/// JSON, for all other types.
pub trait DecodeJson<O, E, W, T> {
    fn decode_leaf(self) -> ResponseDecoder<O, E, W, Json<T>>;
}

impl<O, E, W, T> DecodeJson<O, E, W, T> for &ResponseDecoder<O, E, W, T> {
    fn decode_leaf(self) -> ResponseDecoder<O, E, W, Json<T>> {
        ResponseDecoder::NEW
    }
}
