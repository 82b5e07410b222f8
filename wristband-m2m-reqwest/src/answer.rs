//! Answer: from a return type to the way its answer is decoded.
//!
//! The type decides, not its spelling: a generated method says `Answer::of::<Result<Option<Order>, E>>()`, peels off
//! `Option` and `ApiResponse`, then takes the leaf. `peel` and `leaf` are inherent methods where a type has a rule of its
//! own, and those win over the methods of the traits [`Peel`] and [`Leaf`], which stand in for all other types.

use std::marker::PhantomData;

use bytes::Bytes;

use crate::api_error::ApiError;
use crate::api_response::ApiResponse;

mod decode;
mod incoming;

pub(crate) use decode::{Decode, Empty, Json, Maybe, Octets, Raw, Text, WithHead};
pub(crate) use incoming::{Budget, Incoming};

/// What an endpoint returns: `Result<T, E>`, or an alias of it, where `E` can be made from an [`ApiError`].
#[diagnostic::on_unimplemented(
    message = "an endpoint returns a `Result`, but this is `{Self}`",
    label = "must be `Result<T, E>` or an alias of it, with `E: From<ApiError>`",
    note = "write for example `Result<{Self}, ApiError>`"
)]
pub trait Outcome: Sized {
    /// The answer.
    type Ok;
    fn from_result(result: Result<Self::Ok, ApiError>) -> Self;
}

impl<T, E: From<ApiError>> Outcome for Result<T, E> {
    type Ok = T;

    fn from_result(result: Result<T, ApiError>) -> Self {
        result.map_err(E::from)
    }
}

/// How the answer of type `T`, with `W` around it, is decoded for a method that returns `R`.
#[derive(Debug)]
pub struct Answer<R, W, T>(PhantomData<fn() -> R>, PhantomData<fn(W) -> T>);

impl<R, W, T> Answer<R, W, T> {
    const NEW: Self = Self(PhantomData, PhantomData);
}

impl<R: Outcome> Answer<R, Alone, R::Ok> {
    pub fn of() -> Self {
        Self::NEW
    }
}

/// What stands around a decoder.
pub trait Around {
    type Decoder<D: Decode>: Decode;
}

/// Nothing.
#[derive(Debug)]
pub enum Alone {}

impl Around for Alone {
    type Decoder<D: Decode> = D;
}

/// An `Option`, with `W` around it.
#[derive(Debug)]
pub struct InOption<W>(W);

impl<W: Around> Around for InOption<W> {
    type Decoder<D: Decode> = W::Decoder<Maybe<D>>;
}

/// An `ApiResponse`, with `W` around it.
#[derive(Debug)]
pub struct InResponse<W>(W);

impl<W: Around> Around for InResponse<W> {
    type Decoder<D: Decode> = W::Decoder<WithHead<D>>;
}

impl<R, W, T> Answer<R, W, Option<T>> {
    pub fn peel(self) -> Answer<R, InOption<W>, T> {
        Answer::NEW
    }
}

impl<R, W, T> Answer<R, W, ApiResponse<T>> {
    pub fn peel(self) -> Answer<R, InResponse<W>, T> {
        Answer::NEW
    }
}

/// Nothing to peel off.
pub trait Peel: Sized {
    fn peel(self) -> Self {
        self
    }
}

impl<R, W, T> Peel for Answer<R, W, T> {}

/// The leaves with a rule of their own.
macro_rules! leaves {
    ($($type:ty => $decoder:ty),* $(,)?) => {
        $(impl<R, W> Answer<R, W, $type> {
            pub fn leaf(self) -> Answer<R, W, $decoder> {
                Answer::NEW
            }
        })*
    };
}

leaves! {
    () => Empty,
    String => Text,
    Bytes => Octets<Bytes>,
    Vec<u8> => Octets<Vec<u8>>,
}

#[cfg(feature = "stream")]
leaves! {
    crate::stream::ByteStream => decode::Streamed,
}

#[cfg(feature = "stream")]
impl<R, W, T> Answer<R, W, crate::stream::JsonLines<T>> {
    pub fn leaf(self) -> Answer<R, W, decode::StreamedLines<T>> {
        Answer::NEW
    }
}

/// A response is untouched, so nothing can stand around it.
impl<R> Answer<R, Alone, reqwest::Response> {
    pub fn leaf(self) -> Answer<R, Alone, Raw> {
        Answer::NEW
    }
}

/// JSON, for all other types.
pub trait Leaf<R, W, T> {
    fn leaf(self) -> Answer<R, W, Json<T>>;
}

impl<R, W, T> Leaf<R, W, T> for Answer<R, W, T> {
    fn leaf(self) -> Answer<R, W, Json<T>> {
        Answer::NEW
    }
}
