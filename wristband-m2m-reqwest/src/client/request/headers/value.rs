//! The arguments of header roles.

use std::fmt::Display;

use http::HeaderMap;

use super::{check_name, parse};

/// Implementations for different shapes do not overlap, because each has a marker of its own; the compiler finds it.
#[derive(Debug)]
pub enum Plain {}
/// See [`Plain`].
#[derive(Debug)]
pub enum Optional {}
/// See [`Plain`].
#[derive(Debug)]
pub enum Borrowed {}
/// See [`Plain`].
#[derive(Debug)]
pub enum Exact {}

/// The value of a header, ready or still text.
#[allow(
    missing_debug_implementations,
    reason = "holds an argument, which may be confidential"
)]
pub enum Argument<'a> {
    Text(&'a dyn Display),
    Ready(&'a http::HeaderValue),
}

/// A value for one header.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the value of a header",
    label = "`{Self}` does not implement `Display`",
    note = "implement `std::fmt::Display` for it, or pass a type that does, an `http::HeaderValue`, or an `Option` of either"
)]
pub trait HeaderArgument<Marker> {
    /// `None` leaves the header out.
    fn header(&self) -> Option<Argument<'_>>;
}

#[diagnostic::do_not_recommend]
impl<T: Display> HeaderArgument<Plain> for T {
    fn header(&self) -> Option<Argument<'_>> {
        Some(Argument::Text(self))
    }
}

#[diagnostic::do_not_recommend]
impl<T: Display> HeaderArgument<Optional> for Option<T> {
    fn header(&self) -> Option<Argument<'_>> {
        self.as_ref().map(|value| Argument::Text(value))
    }
}

#[diagnostic::do_not_recommend]
impl<T: Display> HeaderArgument<Borrowed> for &Option<T> {
    fn header(&self) -> Option<Argument<'_>> {
        self.as_ref().map(|value| Argument::Text(value))
    }
}

#[diagnostic::do_not_recommend]
impl HeaderArgument<Exact> for http::HeaderValue {
    fn header(&self) -> Option<Argument<'_>> {
        Some(Argument::Ready(self))
    }
}

#[diagnostic::do_not_recommend]
impl HeaderArgument<Exact> for &http::HeaderValue {
    fn header(&self) -> Option<Argument<'_>> {
        Some(Argument::Ready(self))
    }
}

#[diagnostic::do_not_recommend]
impl HeaderArgument<Exact> for Option<http::HeaderValue> {
    fn header(&self) -> Option<Argument<'_>> {
        self.as_ref().map(Argument::Ready)
    }
}

#[diagnostic::do_not_recommend]
impl HeaderArgument<Exact> for Option<&http::HeaderValue> {
    fn header(&self) -> Option<Argument<'_>> {
        self.map(Argument::Ready)
    }
}

#[diagnostic::do_not_recommend]
impl HeaderArgument<Exact> for &Option<http::HeaderValue> {
    fn header(&self) -> Option<Argument<'_>> {
        self.as_ref().map(Argument::Ready)
    }
}

/// Several headers.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a map of headers",
    label = "write `HeaderMap`, or a map or a sequence of pairs that implement `Display`"
)]
pub trait HeaderMapArgument<Marker> {
    fn header_map(&self) -> Result<HeaderMap, String>;
}

#[diagnostic::do_not_recommend]
impl HeaderMapArgument<Plain> for HeaderMap {
    fn header_map(&self) -> Result<HeaderMap, String> {
        self.keys().try_for_each(check_name)?;
        Ok(self.clone())
    }
}

#[diagnostic::do_not_recommend]
impl<K: Display, V: Display, T> HeaderMapArgument<(Plain, K, V)> for T
where
    for<'a> &'a T: IntoIterator<Item = (&'a K, &'a V)>,
{
    fn header_map(&self) -> Result<HeaderMap, String> {
        collect(self.into_iter())
    }
}

#[diagnostic::do_not_recommend]
impl<K: Display, V: Display> HeaderMapArgument<(Borrowed, K, V)> for [(K, V)] {
    fn header_map(&self) -> Result<HeaderMap, String> {
        collect(self.iter().map(|(name, value)| (name, value)))
    }
}

#[diagnostic::do_not_recommend]
impl<K: Display, V: Display> HeaderMapArgument<(Borrowed, K, V)> for Vec<(K, V)> {
    fn header_map(&self) -> Result<HeaderMap, String> {
        self.as_slice().header_map()
    }
}

#[diagnostic::do_not_recommend]
impl<M, T: HeaderMapArgument<M> + ?Sized> HeaderMapArgument<&M> for &T {
    fn header_map(&self) -> Result<HeaderMap, String> {
        (**self).header_map()
    }
}

#[diagnostic::do_not_recommend]
impl<M, T: HeaderMapArgument<M>> HeaderMapArgument<Option<M>> for Option<T> {
    fn header_map(&self) -> Result<HeaderMap, String> {
        self.as_ref()
            .map_or_else(|| Ok(HeaderMap::new()), T::header_map)
    }
}

fn collect<K: Display, V: Display>(
    pairs: impl Iterator<Item = (K, V)>,
) -> Result<HeaderMap, String> {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        let (name, value) = parse(&name.to_string(), value.to_string())?;
        headers.append(name, value);
    }
    Ok(headers)
}
