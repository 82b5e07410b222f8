//! The only names that generated code may use. No part of the public API: anything here may change in any release.

pub use crate::client::builder::{ApiClient, HasBaseUrl, from_http_client};
pub use crate::client::endpoint::endpoint;
pub use crate::client::inner::ClientInner;
#[cfg(feature = "stream")]
pub use crate::client::pages::pages;
pub use crate::client::request::{AlwaysGiven, AnyBody, Call, Given, RepeatableBody, into_body};
#[cfg(feature = "stream")]
pub use crate::client::response::specialize::EndpointPages;
pub use crate::client::response::specialize::{
    DecodeJson, DecodeOpen, EndpointResult, ResponseDecoder, UnwrapLayer,
};
pub use crate::{__body as body, __optional as optional, __response as response};

use std::future::Future;
use std::pin::Pin;

/// The return type of the methods of a `dyn` trait.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Sets the decoder, from `<Result<Order, ApiError> as EndpointResult>::decoder()`.
#[doc(hidden)]
#[macro_export]
macro_rules! __response {
    ($start:expr) => {{
        use $crate::private::{DecodeJson as _, DecodeOpen as _, UnwrapLayer as _};
        $start
            .unwrap_layer()
            .unwrap_layer()
            .unwrap_layer()
            .decode_leaf()
            .reader()
    }};
}

/// An argument as a body that borrows nothing, if there is one.
#[doc(hidden)]
#[macro_export]
macro_rules! __body {
    ($argument:expr) => {{
        use $crate::private::{AlwaysGiven as _, AnyBody as _};
        $crate::private::into_body($crate::private::Given($argument).given().owned())
    }};
}

/// A borrowed argument that may be an `Option`, as one.
#[doc(hidden)]
#[macro_export]
macro_rules! __optional {
    ($argument:expr) => {{
        use $crate::private::AlwaysGiven as _;
        $crate::private::Given($argument).given().0
    }};
}
