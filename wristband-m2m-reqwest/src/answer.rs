//! Answer: from a return type to the way its answer is decoded.
//!
//! The type decides, not its spelling: a generated method says `<Result<Option<Order>, E> as Outcome>::answer()`, peels off
//! `Option` and `ApiResponse`, then takes the leaf. `peel` and `leaf` are inherent methods where a type has a rule of its
//! own, and those win over the methods of the traits [`Peel`] and [`Leaf`], which stand in for all other types.

use std::marker::PhantomData;

use bytes::Bytes;

use crate::api_error::ApiError;
use crate::api_response::ApiResponse;

mod collect;
mod decode;
mod incoming;

pub(crate) use collect::{Collected, Plan, Wanted};
pub(crate) use decode::{Decode, Empty, Json, Maybe, Octets, Raw, Text, WithHead, Wrapped};
pub(crate) use incoming::{Budget, Incoming};

/// What an endpoint returns: `Result<T, E>`, or an alias of it.
#[diagnostic::on_unimplemented(
    message = "an endpoint returns a `Result`, but this is `{Self}`",
    label = "must be `Result<T, E>` or an alias of it, with `E: From<ApiError>`",
    note = "write for example `Result<{Self}, ApiError>`"
)]
pub trait Outcome {
    /// An [`Answer`] with nothing peeled off. Not spelled out in `answer`: then nothing is looked for in a type that is no
    /// `Outcome`, and it is reported once.
    type Start;
    fn answer() -> Self::Start;
}

impl<T, E> Outcome for Result<T, E> {
    type Start = Answer<T, E, Alone, T>;

    fn answer() -> Self::Start {
        Answer::NEW
    }
}

/// The error of an endpoint. Beside `From`, for a message in terms of the user's trait.
#[diagnostic::on_unimplemented(
    message = "the error of an endpoint is made from an `ApiError`, and `{Self}` is not",
    label = "`{Self}` has no `From<ApiError>`",
    note = "write `impl From<ApiError> for {Self}`"
)]
pub trait Failure {
    fn from_api_error(error: ApiError) -> Self;
}

#[diagnostic::do_not_recommend]
impl<E: From<ApiError>> Failure for E {
    fn from_api_error(error: ApiError) -> Self {
        error.into()
    }
}

/// How the answer of type `T`, with `W` around it, is decoded for a method that returns `Result<O, E>`.
#[derive(Debug)]
pub struct Answer<O, E, W, T>(PhantomData<fn() -> (O, E)>, PhantomData<fn(W) -> T>);

impl<O, E, W, T> Answer<O, E, W, T> {
    const NEW: Self = Self(PhantomData, PhantomData);
}

/// How an answer is read, and then made into the return type of a method.
#[derive(Debug)]
pub struct Reading<R> {
    pub(crate) plan: Plan,
    pub(crate) finish: fn(Result<Collected, ApiError>) -> R,
}

impl<O, E, W, D> Answer<O, E, W, D> {
    /// What the types in a signature have to do is asked for here alone, so that what they lack is reported once.
    pub fn reading(self) -> Reading<Result<O, E>>
    where
        E: Failure,
        W: Around,
        D: Decode,
        W::Decoder<D>: Decode<Output = O>,
    {
        Reading {
            plan: <W::Decoder<D>>::PLAN,
            finish: |collected| {
                collected
                    .and_then(<W::Decoder<D>>::decode)
                    .map_err(E::from_api_error)
            },
        }
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

impl<O, E, W, T> Answer<O, E, W, Option<T>> {
    pub fn peel(self) -> Answer<O, E, InOption<W>, T> {
        Answer::NEW
    }
}

impl<O, E, W, T> Answer<O, E, W, ApiResponse<T>> {
    pub fn peel(self) -> Answer<O, E, InResponse<W>, T> {
        Answer::NEW
    }
}

/// Nothing to peel off.
pub trait Peel: Sized {
    fn peel(self) -> Self {
        self
    }
}

impl<O, E, W, T> Peel for Answer<O, E, W, T> {}

/// The leaves with a rule of their own.
macro_rules! leaves {
    ($($type:ty => $decoder:ty),* $(,)?) => {
        $(impl<O, E, W> Answer<O, E, W, $type> {
            pub fn leaf(self) -> Answer<O, E, W, $decoder> {
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
impl<O, E, W, T> Answer<O, E, W, crate::stream::JsonLines<T>> {
    pub fn leaf(self) -> Answer<O, E, W, decode::StreamedLines<T>> {
        Answer::NEW
    }
}

/// A response is untouched, so nothing can stand around it.
impl<O, E> Answer<O, E, Alone, reqwest::Response> {
    pub fn leaf(self) -> Answer<O, E, Alone, Raw> {
        Answer::NEW
    }
}

impl<O, E, W> Answer<O, E, InOption<W>, reqwest::Response> {
    pub fn leaf(self) -> Answer<O, E, InOption<W>, Wrapped> {
        Answer::NEW
    }
}

impl<O, E, W> Answer<O, E, InResponse<W>, reqwest::Response> {
    pub fn leaf(self) -> Answer<O, E, InResponse<W>, Wrapped> {
        Answer::NEW
    }
}

/// JSON, for all other types.
pub trait Leaf<O, E, W, T> {
    fn leaf(self) -> Answer<O, E, W, Json<T>>;
}

impl<O, E, W, T> Leaf<O, E, W, T> for Answer<O, E, W, T> {
    fn leaf(self) -> Answer<O, E, W, Json<T>> {
        Answer::NEW
    }
}
