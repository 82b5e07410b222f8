//! The only names that generated code may use. No part of the public API: anything here may change in any release.

pub use crate::answer::{Answer, Leaf, Outcome, Peel};
pub use crate::api::Api;
pub use crate::call::{AnyBody, BodyArgument, Call, into_body};
pub use crate::client::{ApiClient, from_http_client};
pub use crate::{__answer as answer, __body as body};

use std::future::Future;
use std::pin::Pin;

/// What the methods of an object-safe companion return.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// How an answer is decoded, from `<Result<Order, ApiError> as Outcome>::answer()`.
#[doc(hidden)]
#[macro_export]
macro_rules! __answer {
    ($start:expr) => {{
        use $crate::private::{Leaf as _, Peel as _};
        $start.peel().peel().peel().leaf().reading()
    }};
}

/// An argument as a body that borrows nothing.
#[doc(hidden)]
#[macro_export]
macro_rules! __body {
    ($argument:expr) => {{
        use $crate::private::AnyBody as _;
        $crate::private::into_body($crate::private::BodyArgument($argument).owned())
    }};
}
