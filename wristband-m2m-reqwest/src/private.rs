//! The only names that generated code may use. No part of the public API: anything here may change in any release.

pub use crate::answer::{Answer, Leaf, Outcome, Peel, answer_of, reading};
pub use crate::api::Api;
pub use crate::call::{AnyBody, BodyArgument, Call, into_body};
pub use crate::client::{ApiClient, from_http_client};
pub use crate::{__answer as answer, __body as body};

use std::future::Future;
use std::pin::Pin;

/// What the methods of an object-safe companion return.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// How the answer of a method that returns this type is decoded.
#[doc(hidden)]
#[macro_export]
macro_rules! __answer {
    ($outcome:ty) => {{
        use $crate::private::{Leaf as _, Peel as _};
        $crate::private::reading(
            $crate::private::answer_of::<$outcome>()
                .peel()
                .peel()
                .peel()
                .leaf(),
        )
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
