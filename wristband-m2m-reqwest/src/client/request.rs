//! Call: one call of a typed client, put together argument by argument, then sent.

use std::borrow::Cow;
use std::fmt::Display;
use std::time::Duration;

use http::HeaderMap;
use reqwest::{Body, Url};
use serde::Serialize;

use crate::client::endpoint::Endpoint;
use crate::client::inner::ClientInner;

mod body;
mod encoding;
pub(crate) mod headers;
mod query;
mod send;
mod target;

pub use body::{AnyBody, BodyArgument, into_body};
use headers::{HeaderArgument, HeaderMapArgument};
use target::Target;

/// Each step keeps the first thing that goes wrong; [`Call::send`] reports it, and then nothing is sent.
#[must_use = "a call does nothing until it is sent"]
#[allow(
    missing_debug_implementations,
    reason = "holds arguments, and is never seen"
)]
pub struct Call<'a> {
    api: &'a ClientInner,
    endpoint: &'static Endpoint,
    target: Target,
    /// In place of the base URL and the path.
    url: Option<Box<Url>>,
    headers: HeaderMap,
    /// What the trait and the method fix, for the base URL's origin alone; in lower case.
    fixed_headers: Vec<(&'static str, &'static str)>,
    body: Option<Body>,
    timeout: Option<Duration>,
    min_token_life: Option<Duration>,
    auth: bool,
    retry_on_unauthorized: bool,
    problem: Option<Cow<'static, str>>,
}

/// A value that a segment of a path is made of. Beside `Display`, for a message in terms of the user's trait.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot stand in a path, which is text",
    label = "`{Self}` has no `Display`",
    note = "implement `std::fmt::Display` for it, or pass a type that has it"
)]
pub trait PathValue: Display {}

#[diagnostic::do_not_recommend]
impl<T: Display + ?Sized> PathValue for T {}

/// A value that a query, a form or JSON is made of. Beside `Serialize`, for a message in terms of the user's trait.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be sent as a query, a form or JSON, which is serialized",
    label = "`{Self}` has no `serde::Serialize`",
    note = "write `#[derive(serde::Serialize)]` above the type, or pass one that has it"
)]
pub trait SerializeArgument: Serialize {}

#[diagnostic::do_not_recommend]
impl<T: Serialize + ?Sized> SerializeArgument for T {}

/// Values that the end of a path is made of.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot stand at the end of a path, which is a sequence of text",
    label = "`{Self}` has no `IntoIterator` whose items have `Display`",
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

impl<'a> Call<'a> {
    pub fn new(api: &'a ClientInner, endpoint: &'static Endpoint) -> Self {
        Self {
            api,
            endpoint,
            target: Target::below(api.base().path(), endpoint.route.len()),
            url: None,
            headers: HeaderMap::new(),
            fixed_headers: Vec::new(),
            body: None,
            timeout: None,
            min_token_life: None,
            auth: true,
            retry_on_unauthorized: true,
            problem: None,
        }
    }

    /// A piece of the path as it goes over the wire.
    pub fn literal(self, text: &'static str) -> Self {
        self.step(|call| call.target.literal(text))
    }

    /// A value as one segment of the path, or as a part of one.
    pub fn segment<T: PathValue + ?Sized>(self, name: &'static str, value: &T) -> Self {
        self.step(|call| call.target.value(name, &value))
    }

    /// Values as the last segments of the path.
    pub fn segments<S: PathSegments>(self, name: &'static str, values: S) -> Self {
        self.step(|call| {
            let mut first = true;
            values.each(|value| {
                if !std::mem::take(&mut first) {
                    call.target.literal("/")?;
                }
                call.target.value(name, value)
            })?;
            if first {
                return Err(format!("has no segment in `{name}`").into());
            }
            Ok(())
        })
    }

    /// A whole URL.
    pub fn url<T: AsRef<str> + ?Sized>(self, url: &T) -> Self {
        self.step(|call| {
            call.url = Some(Box::new(target::whole_url(url.as_ref())?));
            Ok(())
        })
    }

    /// A scalar, or a sequence as a repeated key.
    pub fn query<T: SerializeArgument + ?Sized>(self, name: &'static str, value: &T) -> Self {
        self.step(|call| query::repeated(call.target.query()?, name, value))
    }

    /// A sequence as one comma-separated value.
    pub fn query_csv<T: SerializeArgument + ?Sized>(self, name: &'static str, value: &T) -> Self {
        self.step(|call| query::comma_separated(call.target.query()?, name, value))
    }

    /// A struct or map, key by key.
    pub fn query_map<T: SerializeArgument + ?Sized>(self, name: &'static str, value: &T) -> Self {
        self.step(|call| query::flattened(call.target.query()?, name, value))
    }

    /// A key without a value, when `present`.
    pub fn query_flag(self, name: &'static str, present: bool) -> Self {
        self.step(|call| {
            if present {
                query::flag(call.target.query()?, name);
            }
            Ok(())
        })
    }

    /// A header that the trait or the method fixes. The macro has checked both, and the name is in lower case.
    ///
    /// It may hold a key, so a URL of another origin gets none but those that say what the content is.
    pub fn static_header(mut self, name: &'static str, value: &'static str) -> Self {
        if matches!(name, "accept" | "content-type") {
            headers::set_static(&mut self.headers, name, value);
        } else {
            self.fixed_headers.push((name, value));
        }
        self
    }

    /// The name is in lower case, as the macro has checked.
    pub fn header<M, T: HeaderArgument<M> + ?Sized>(self, name: &'static str, value: &T) -> Self {
        self.step(|call| match value.display() {
            Some(value) => headers::set(&mut call.headers, name, value),
            None => Ok(()),
        })
    }

    pub fn header_map<M, T: HeaderMapArgument<M> + ?Sized>(
        self,
        name: &'static str,
        map: &T,
    ) -> Self {
        self.step(|call| {
            let map = map
                .header_map()
                .map_err(|problem| format!("has a header in `{name}` that {problem}"))?;
            headers::set_all(&mut call.headers, map);
            Ok(())
        })
    }

    pub fn accept(self, value: &'static str) -> Self {
        self.static_header("accept", value)
    }

    pub fn json<T: SerializeArgument + ?Sized>(self, name: &'static str, value: &T) -> Self {
        self.step(|call| {
            let body = body::json(name, value)?;
            call.set_body("application/json", body);
            Ok(())
        })
    }

    pub fn form<T: SerializeArgument + ?Sized>(self, name: &'static str, value: &T) -> Self {
        self.step(|call| {
            let body = body::form(name, value)?;
            call.set_body("application/x-www-form-urlencoded", body);
            Ok(())
        })
    }

    #[cfg(feature = "multipart")]
    pub fn multipart(self, form: reqwest::multipart::Form) -> Self {
        self.step(|call| {
            let (headers, body) = body::multipart(call.api.http().as_ref(), form)?;
            headers::set_all(&mut call.headers, headers);
            call.body = body;
            Ok(())
        })
    }

    pub fn body(self, content_type: &'static str, body: Body) -> Self {
        self.step(|call| {
            call.set_body(content_type, body);
            Ok(())
        })
    }

    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    pub fn min_token_life(mut self, life: Duration) -> Self {
        self.min_token_life = Some(life);
        self
    }

    pub fn without_auth(mut self) -> Self {
        self.auth = false;
        self
    }

    pub fn without_retry(mut self) -> Self {
        self.retry_on_unauthorized = false;
        self
    }

    fn step(mut self, step: impl FnOnce(&mut Self) -> Result<(), Cow<'static, str>>) -> Self {
        if self.problem.is_none() {
            self.problem = step(&mut self).err();
        }
        self
    }

    fn set_body(&mut self, content_type: &'static str, body: Body) {
        headers::set_default(&mut self.headers, "content-type", content_type);
        self.body = Some(body);
    }
}
