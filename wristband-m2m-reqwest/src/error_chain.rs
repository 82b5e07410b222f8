//! An error and the causes below it.

use std::error::Error;
use std::iter::successors;

type DynError = dyn Error + 'static;

/// `error`, then each cause.
pub(crate) fn error_chain(error: &DynError) -> impl Iterator<Item = &DynError> {
    successors(Some(error), |&error| error.source())
}

/// The first `T` in the chain.
pub(crate) fn find_in_chain<T: Error + 'static>(error: &DynError) -> Option<&T> {
    error_chain(error).find_map(|error| error.downcast_ref())
}

/// The error that reqwest-middleware's own wraps, which its `source()` skips.
pub(crate) fn unwrapped(error: &reqwest_middleware::Error) -> &DynError {
    match error {
        reqwest_middleware::Error::Middleware(error) => error.as_ref(),
        reqwest_middleware::Error::Reqwest(error) => error,
    }
}
