//! Call: one call of a typed client, put together argument by argument, then sent.

use std::borrow::Cow;
use std::fmt::Display;
use std::time::Duration;

use http::HeaderMap;
use reqwest::{Body, Url};
use serde::Serialize;

use crate::client::endpoint::Endpoint;
use crate::client::error::{ApiError, ApiErrorKind};
use crate::client::inner::ClientInner;
use crate::middleware::origin::same_origin;

mod body;
mod encoding;
pub(crate) mod headers;
mod query;
mod send;
mod target;

use body::GivenBody;
pub use body::{AlwaysGiven, AnyBody, Given, RepeatableBody, into_body};
use headers::{HeaderArgument, HeaderMapArgument};
use target::Target;

/// Built in place, step by step. Each step keeps the first thing that goes wrong; [`Call::send`] reports it, and then nothing
/// is sent.
#[must_use = "a call does nothing until it is sent"]
#[allow(
    missing_debug_implementations,
    reason = "holds arguments, and is never seen"
)]
pub struct Call<'a> {
    api: &'a ClientInner,
    endpoint: &'static Endpoint,
    target: Target,
    /// A path without arguments, and the number of its endpoint.
    fixed_path: Option<(usize, &'static str)>,
    /// In place of the base URL and the path.
    url: Option<Box<Url>>,
    /// Where the page before came from.
    page: Option<&'a Url>,
    headers: HeaderMap,
    /// What the trait and the method fix, for the base URL's origin alone; in lower case.
    fixed_headers: Vec<(&'static str, &'static str)>,
    /// What an argument says is not to be sent; in lower case.
    suppressed_headers: Vec<&'static str>,
    /// What the trait and the method fix, for the base URL's origin alone.
    fixed_query: Vec<(&'static str, &'static str)>,
    body: Option<Body>,
    timeout: Option<Duration>,
    min_token_life: Option<Duration>,
    auth: bool,
    retry_on_unauthorized: bool,
    problem: Option<ApiError>,
}

/// A value that a segment of a path is made of. Beside `Display`, for a message in terms of the user's trait.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be part of a path",
    label = "`{Self}` does not implement `Display`",
    note = "implement `std::fmt::Display` for it, or pass a type that does"
)]
pub trait PathValue: Display {}

#[diagnostic::do_not_recommend]
impl<T: Display + ?Sized> PathValue for T {}

/// A value that a query, a form or JSON is made of. Beside `Serialize`, for a message in terms of the user's trait.
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
    label = "`{Self}` is not a sequence of what implements `Display`",
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

/// How long a call may take.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the timeout of a call",
    label = "write `Duration` or `Option<Duration>`"
)]
pub trait TimeoutArgument {
    fn timeout(self) -> Option<Duration>;
}

/// Whether a key is sent.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot say whether a flag is sent",
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

impl<'a> Call<'a> {
    pub fn new(api: &'a ClientInner, endpoint: &'static Endpoint) -> Self {
        Self {
            api,
            endpoint,
            target: Target::default(),
            fixed_path: None,
            url: None,
            page: None,
            headers: HeaderMap::new(),
            fixed_headers: Vec::new(),
            suppressed_headers: Vec::new(),
            fixed_query: Vec::new(),
            body: None,
            timeout: None,
            min_token_life: None,
            auth: true,
            retry_on_unauthorized: true,
            problem: None,
        }
    }

    /// A call that follows a page.
    #[cfg(feature = "stream")]
    pub(crate) fn after_page(mut self, page: Option<&'a Url>) -> Self {
        self.page = page;
        self
    }

    /// The whole path, as it goes over the wire, of the endpoint of this number.
    pub fn fixed_path(&mut self, endpoint: usize, path: &'static str) -> &mut Self {
        self.fixed_path = Some((endpoint, path));
        self
    }

    /// A piece of the path as it goes over the wire.
    pub fn literal(&mut self, text: &'static str) -> &mut Self {
        self.step(|call| call.path().literal(text))
    }

    /// A value as one segment of the path, or as a part of one.
    pub fn segment<T: PathValue + ?Sized>(&mut self, name: &'static str, value: &T) -> &mut Self {
        self.step(|call| call.path().value(name, &value))
    }

    /// Values as the last segments of the path.
    pub fn segments<S: PathSegments>(&mut self, name: &'static str, values: S) -> &mut Self {
        self.step(|call| {
            let target = call.path();
            let mut first = true;
            values.each(|value| {
                if !std::mem::take(&mut first) {
                    target.literal("/")?;
                }
                target.value(name, value)
            })?;
            if first {
                return Err(format!("has no segment in `{name}`").into());
            }
            Ok(())
        })
    }

    /// A whole URL, or a reference that is relative to the base URL.
    pub fn url<T: UrlArgument + ?Sized>(&mut self, url: &T) -> &mut Self {
        self.step(|call| {
            let base = call.api.connection().base();
            let url = target::whole_url(url.as_ref(), |text| base.join(text))?;
            call.url = Some(Box::new(url));
            Ok(())
        })
    }

    /// The same for the URL of a page: it is relative to the page before, if there is one, and of the same origin.
    pub fn page_url<T: UrlArgument + ?Sized>(&mut self, url: &T) -> &mut Self {
        let Some(page) = self.page else {
            return self.url(url);
        };
        self.step(|call| {
            let url = target::whole_url(url.as_ref(), |text| page.join(text))?;
            if same_origin(page, &url) {
                call.url = Some(Box::new(url));
            } else {
                let problem = "has a page whose link to the next leads to another origin";
                let error = ApiError::new(call.endpoint, ApiErrorKind::Decode, problem);
                call.problem = Some(error);
            }
            Ok(())
        })
    }

    /// A scalar, or a sequence as a repeated key.
    pub fn query<T: SerializeArgument + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> &mut Self {
        self.step(|call| query::repeated(call.query_of_target()?, name, value))
    }

    /// A sequence as one comma-separated value.
    pub fn query_csv<T: SerializeArgument + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> &mut Self {
        self.step(|call| query::comma_separated(call.query_of_target()?, name, value))
    }

    /// A struct or map, key by key.
    pub fn query_map<T: SerializeArgument + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> &mut Self {
        self.step(|call| query::flattened(call.query_of_target()?, name, value))
    }

    /// A key without a value, when the flag is set.
    pub fn query_flag<T: FlagArgument>(&mut self, name: &'static str, flag: T) -> &mut Self {
        self.step(|call| {
            if flag.is_set() {
                query::flag(call.query_of_target()?, name);
            }
            Ok(())
        })
    }

    /// A query parameter that the trait or the method fixes.
    ///
    /// It may be a key, so a URL of another origin gets none; nor does one that has such a parameter.
    pub fn static_query(&mut self, name: &'static str, value: &'static str) -> &mut Self {
        self.fixed_query.push((name, value));
        self
    }

    /// A header that the trait or the method fixes. The macro has checked both, and the name is in lower case.
    ///
    /// It may hold a key, so a URL of another origin gets none but those that say what the content is.
    pub fn static_header(&mut self, name: &'static str, value: &'static str) -> &mut Self {
        if matches!(name, "accept" | "content-type") {
            headers::set_static(&mut self.headers, name, value);
        } else {
            self.fixed_headers.push((name, value));
        }
        self
    }

    /// The name is in lower case, as the macro has checked. `None` leaves the header out, whoever else sets it.
    pub fn header<M, T: HeaderArgument<M> + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> &mut Self {
        self.step(|call| match value.header() {
            Some(value) => headers::set(&mut call.headers, name, value),
            None => {
                call.headers.remove(name);
                call.suppressed_headers.push(name);
                Ok(())
            }
        })
    }

    pub fn header_map<M, T: HeaderMapArgument<M> + ?Sized>(
        &mut self,
        name: &'static str,
        map: &T,
    ) -> &mut Self {
        self.step(|call| {
            let map = map
                .header_map()
                .map_err(|problem| format!("has a header in `{name}` that {problem}"))?;
            headers::set_all(&mut call.headers, map);
            Ok(())
        })
    }

    /// `None` sends no body.
    pub fn json<T: SerializeArgument + ?Sized>(
        &mut self,
        name: &'static str,
        value: Option<&T>,
    ) -> &mut Self {
        self.step(|call| {
            if let Some(value) = value {
                let body = body::json(name, value)?;
                call.set_body("application/json", body);
            }
            Ok(())
        })
    }

    /// `None` sends no body.
    pub fn form<T: SerializeArgument + ?Sized>(
        &mut self,
        name: &'static str,
        value: Option<&T>,
    ) -> &mut Self {
        self.step(|call| {
            if let Some(value) = value {
                let body = body::form(name, value)?;
                call.set_body("application/x-www-form-urlencoded", body);
            }
            Ok(())
        })
    }

    #[cfg(feature = "multipart")]
    pub fn multipart(&mut self, form: reqwest::multipart::Form) -> &mut Self {
        self.step(|call| {
            let http = call.api.connection().http();
            let (headers, body) = body::multipart(http.as_ref(), form)?;
            headers::set_all(&mut call.headers, headers);
            call.body = body;
            Ok(())
        })
    }

    /// A body that is ready; `None` sends none.
    pub fn body(&mut self, content_type: &'static str, body: GivenBody) -> &mut Self {
        self.take_body(body, |call| {
            headers::set_default(&mut call.headers, "content-type", content_type);
        })
    }

    /// The same, where an argument says what it is.
    pub fn raw_body(&mut self, body: GivenBody) -> &mut Self {
        self.take_body(body, |_| {})
    }

    pub fn timeout<T: TimeoutArgument>(&mut self, timeout: T) -> &mut Self {
        self.timeout = timeout.timeout().or(self.timeout);
        self
    }

    pub fn min_token_life(&mut self, life: Duration) -> &mut Self {
        self.min_token_life = Some(life);
        self
    }

    pub fn without_auth(&mut self) -> &mut Self {
        self.auth = false;
        self
    }

    pub fn without_retry(&mut self) -> &mut Self {
        self.retry_on_unauthorized = false;
        self
    }

    fn step(&mut self, step: impl FnOnce(&mut Self) -> Result<(), Cow<'static, str>>) -> &mut Self {
        if self.problem.is_none()
            && let Err(problem) = step(self)
        {
            self.problem = Some(ApiError::request(self.endpoint, problem));
        }
        self
    }

    /// The path so far, which begins with that of the base URL.
    fn path(&mut self) -> &mut Target {
        if self.target.is_empty() {
            let base = self.api.connection().base().path();
            self.target = Target::below(base, self.endpoint.route.len());
        }
        &mut self.target
    }

    fn query_of_target(&mut self) -> Result<query::Pairs<'_>, Cow<'static, str>> {
        if let Some((_, path)) = self.fixed_path.take() {
            self.path().literal(path)?;
        }
        if self.url.is_none() {
            self.path();
        }
        self.target.query()
    }

    fn set_body(&mut self, content_type: &'static str, body: Body) {
        headers::set_default(&mut self.headers, "content-type", content_type);
        self.body = Some(body);
    }

    fn take_body(&mut self, body: GivenBody, with_type: impl FnOnce(&mut Self)) -> &mut Self {
        match body {
            _ if self.problem.is_some() => {}
            Ok(None) => {}
            Ok(Some(body)) => {
                with_type(self);
                self.body = Some(body);
            }
            Err(error) => {
                let problem = "has a body that could not be made";
                let error = ApiError::request(self.endpoint, problem).caused_by(error);
                self.problem = Some(error);
            }
        }
        self
    }
}
