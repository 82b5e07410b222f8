//! Call: one call of a typed client, put together argument by argument, then sent.

use std::borrow::Cow;
use std::time::Duration;

use http::HeaderMap;
use reqwest::{Body, Url};

use crate::client::endpoint::Endpoint;
use crate::client::error::{ApiError, ApiErrorKind};
use crate::client::inner::ClientInner;
use crate::middleware::origin::same_origin;

mod argument;
mod body;
mod encoding;
mod fixed;
pub(crate) mod headers;
mod query;
mod send;
mod target;

use argument::{
    FlagArgument, PathSegments, PathValue, SerializeArgument, TimeoutArgument, UrlArgument,
};
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
    /// The URL of the previous page.
    page: Option<&'a Url>,
    headers: HeaderMap,
    /// The fixed headers of the trait and the method, only for the base URL's origin; names in lower case.
    fixed_headers: Vec<(&'static str, &'static str)>,
    /// The headers that an argument removes; names in lower case.
    suppressed_headers: Vec<&'static str>,
    /// The fixed query parameters of the trait and the method, only for the base URL's origin.
    fixed_query: Vec<(&'static str, &'static str)>,
    body: Option<Body>,
    /// The body argument is `None`, so its content type is not sent either.
    has_no_body: bool,
    timeout: Option<Duration>,
    min_token_life: Option<Duration>,
    auth: bool,
    retry_on_unauthorized: bool,
    problem: Option<ApiError>,
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
            has_no_body: false,
            timeout: None,
            min_token_life: None,
            auth: true,
            retry_on_unauthorized: true,
            problem: None,
        }
    }

    /// Starts the call for the next page.
    #[cfg(feature = "stream")]
    pub(crate) fn after_page(mut self, page: Option<&'a Url>) -> Self {
        self.page = page;
        self
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

    /// `None` sends no body and no content type.
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
            call.has_no_body = value.is_none();
            Ok(())
        })
    }

    /// `None` sends no body and no content type.
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
            call.has_no_body = value.is_none();
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

    /// The same, with the content type from an argument.
    pub fn raw_body(&mut self, body: GivenBody) -> &mut Self {
        self.take_body(body, |_| {})
    }

    pub fn timeout<T: TimeoutArgument>(&mut self, timeout: T) -> &mut Self {
        self.timeout = timeout.timeout().or(self.timeout);
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
}
