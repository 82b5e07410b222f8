//! The bounds of arguments. Users read their names in rustc's errors, so they are in terms of the user's trait.

use std::fmt::Display;
use std::time::Duration;

use serde::Serialize;

/// A value of a path segment. A trait besides `Display`, for a message in terms of the user's trait.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be part of a path",
    label = "`{Self}` does not implement `Display`",
    note = "implement `std::fmt::Display` for it, or pass a type that does"
)]
pub trait PathValue: Display {}

#[diagnostic::do_not_recommend]
impl<T: Display + ?Sized> PathValue for T {}

/// A value of a query, a form or JSON. A trait besides `Serialize`, for a message in terms of the user's trait.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be sent as a query, a form or JSON",
    label = "`{Self}` does not implement `serde::Serialize`",
    note = "derive `serde::Serialize` for each type that it is made of, or pass another type"
)]
pub trait SerializeArgument: Serialize {}

#[diagnostic::do_not_recommend]
impl<T: Serialize + ?Sized> SerializeArgument for T {}

/// Values that the end of a path is made of.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the segments of a path",
    label = "`{Self}` is not a sequence of items that implement `Display`",
    note = "pass a slice or a `Vec`; for a single segment write the placeholder without `*`"
)]
pub trait PathSegments {
    fn each<E>(self, segment: impl FnMut(&dyn Display) -> Result<(), E>) -> Result<(), E>;
}

#[diagnostic::do_not_recommend]
impl<I> PathSegments for I
where
    I: IntoIterator,
    I::Item: Display,
{
    fn each<E>(self, mut segment: impl FnMut(&dyn Display) -> Result<(), E>) -> Result<(), E> {
        self.into_iter().try_for_each(|value| segment(&value))
    }
}

/// The timeout of a call.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the timeout of a call",
    label = "write `Duration` or `Option<Duration>`"
)]
pub trait TimeoutArgument {
    fn timeout(self) -> Option<Duration>;
}

/// Whether a key is sent.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a flag",
    label = "write `bool`; a parameter with a value is marked `#[query]`"
)]
pub trait FlagArgument {
    fn is_set(&self) -> bool;
}

impl FlagArgument for bool {
    fn is_set(&self) -> bool {
        *self
    }
}

/// A URL, or a reference that is relative to another.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a URL",
    label = "write `&str`, `String` or `reqwest::Url`"
)]
pub trait UrlArgument: AsRef<str> {}

#[diagnostic::do_not_recommend]
impl<T: AsRef<str> + ?Sized> UrlArgument for T {}

#[diagnostic::do_not_recommend]
impl<T: Into<Option<Duration>>> TimeoutArgument for T {
    fn timeout(self) -> Option<Duration> {
        self.into()
    }
}
