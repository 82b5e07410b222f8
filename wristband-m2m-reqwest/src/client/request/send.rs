//! Sending a call: one deadline and one timer over all of it.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;

use ::wristband_m2m::private::deadline_after;
use http::Extensions;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use reqwest::{Method, Request, Url};
use tokio::runtime::Handle;
use tokio::time::Instant;

use super::{Call, headers, target};
use crate::client::error::ApiError;
use crate::client::inner::ClientInner;
use crate::client::response::{
    BodyMode, CallDeadline, Collected, Incoming, ReadPlan, ResponseReader, Timer,
};
use crate::middleware::extensions::{HomeOrigin, MinTokenLife, NoRetry, SkipWristbandAuth};
use crate::telemetry::CallSpan;

/// A request that is ready to be sent.
pub(crate) struct Prepared {
    pub(crate) request: Request,
    extensions: Extensions,
    deadline: CallDeadline,
}

impl<'a> Call<'a> {
    /// Sends the request and reads the response. The request is made at once and all that depends on types is done at the
    /// end, so that little has to be carried along while the call waits.
    pub fn send<R>(&mut self, reader: ResponseReader<R>) -> impl Future<Output = R> + use<'a, R> {
        let (api, endpoint) = (self.api, self.endpoint);
        let prepared = self.prepare(reader.plan);
        async move {
            let url = prepared.as_ref().map(|prepared| prepared.request.url());
            let span = CallSpan::new(endpoint, url.unwrap_or(api.connection().base().url()));
            let collected = match prepared {
                Ok(prepared) => prepared.collect(api, reader.plan, &span).await,
                Err(error) => Err(error),
            };
            (reader.finish)(collected, &span)
        }
    }

    /// Leaves nothing behind: a call is sent once.
    pub(crate) fn prepare(&mut self, plan: ReadPlan) -> Result<Prepared, ApiError> {
        if let Some(problem) = self.problem.take() {
            return Err(problem);
        }
        if Handle::try_current().is_err() {
            let problem =
                "was called outside of a Tokio runtime: call it from async code that Tokio runs";
            return Err(ApiError::request(self.endpoint, problem));
        }
        let timeout = self.timeout.unwrap_or(self.api.timeout());
        let deadline = CallDeadline {
            endpoint: self.endpoint,
            timeout,
            at: deadline_after(Instant::now(), timeout),
        };
        if let Some(accept) = plan.accept {
            self.set_unless_suppressed("accept", accept);
        }
        let (mut request, extensions) = self.build()?;
        if plan.body == BodyMode::Untouched {
            // Nobody but reqwest can watch over a body that is read after this call.
            *request.timeout_mut() = Some(timeout);
        }
        Ok(Prepared {
            request,
            extensions,
            deadline,
        })
    }

    fn build(&mut self) -> Result<(Request, Extensions), ApiError> {
        let endpoint = self.endpoint;
        let connection = self.api.connection();
        let method = Method::from_bytes(endpoint.method.as_bytes())
            .map_err(|_| ApiError::request(endpoint, "has a method that is not a token"))?;
        let (url, at_home) = self.take_url()?;

        let (mut request, mut extensions) = connection
            .begin(method, url)
            .map_err(|error| ApiError::from_http(endpoint, error))?;
        if at_home {
            // They may hold keys, which are for the base URL's origin alone.
            for (name, value) in std::mem::take(&mut self.fixed_headers) {
                self.set_unless_suppressed(name, value);
            }
            headers::set_defaults(
                &mut self.headers,
                connection.headers(),
                &self.suppressed_headers,
            );
        }
        if self.has_no_body {
            self.headers.remove(CONTENT_TYPE);
        }
        let headers = std::mem::take(&mut self.headers);
        if request.headers().is_empty() {
            *request.headers_mut() = headers;
        } else {
            headers::set_all(request.headers_mut(), headers);
        }
        let body = self.body.take();
        if body.is_none() && expects_content(request.method()) {
            let none = HeaderValue::from_static("0");
            request.headers_mut().insert(CONTENT_LENGTH, none);
        }
        *request.body_mut() = body;

        if !self.auth || !at_home {
            extensions.insert(SkipWristbandAuth);
        }
        if connection.has_user_middleware() {
            extensions.insert(*endpoint);
            // A middleware may rewrite the URL, and the stack's own policy may allow any origin.
            extensions.insert(HomeOrigin(Arc::clone(connection.base().origin())));
        }
        if let Some(life) = self.min_token_life {
            extensions.insert(MinTokenLife(life));
        }
        if !self.retry_on_unauthorized {
            extensions.insert(NoRetry);
        }
        Ok((request, extensions))
    }

    /// Returns the URL, and whether its origin is that of the base URL.
    fn take_url(&mut self) -> Result<(Url, bool), ApiError> {
        let base = self.api.connection().base();
        let url = match self.url.take() {
            Some(url) => {
                let at_home = base.origin().contains(&url);
                return Ok((self.with_fixed_query(*url, at_home)?, at_home));
            }
            None => self.composed_url(),
        };
        let url = url.map_err(|problem| ApiError::request(self.endpoint, problem))?;
        Ok((url, true))
    }

    /// The base URL with the path and the query of this call.
    fn composed_url(&mut self) -> Result<Url, std::borrow::Cow<'static, str>> {
        let base = self.api.connection().base();
        let kept = match self.fixed_path {
            Some((endpoint, _)) if self.fixed_query.is_empty() => self.api.url(endpoint),
            _ => None,
        };
        if let Some(url) = kept.and_then(|kept| kept.get()) {
            return Ok(url.clone());
        }
        if let Some((_, path)) = self.fixed_path.take() {
            self.path().literal(path)?;
        }
        for (name, value) in std::mem::take(&mut self.fixed_query) {
            self.path().fixed_query(name, value)?;
        }
        self.path();
        let url = std::mem::take(&mut self.target).below_base(base)?;
        if let Some(kept) = kept {
            let _ = kept.set(url.clone());
        }
        Ok(url)
    }

    fn with_fixed_query(&mut self, url: Url, at_home: bool) -> Result<Url, ApiError> {
        if at_home {
            for (name, value) in std::mem::take(&mut self.fixed_query) {
                let query = url.query().unwrap_or_default();
                if !target::has_parameter(query, name) {
                    let added = self.target.fixed_query(name, value);
                    added.map_err(|problem| ApiError::request(self.endpoint, problem))?;
                }
            }
        }
        Ok(std::mem::take(&mut self.target).appended_to(url))
    }

    fn set_unless_suppressed(&mut self, name: &'static str, value: &'static str) {
        if !self.suppressed_headers.contains(&name) {
            headers::set_default(&mut self.headers, name, value);
        }
    }
}

impl Prepared {
    /// Sends the request, and reads of the response what the plan asks for.
    pub(crate) fn collect(
        mut self,
        api: &ClientInner,
        plan: ReadPlan,
        span: &CallSpan,
    ) -> impl Future<Output = Result<Collected, ApiError>> {
        span.name_attempts(self.deadline.endpoint, &mut self.extensions);
        span.cover(self.send(api, plan))
    }

    async fn send(self, api: &ClientInner, plan: ReadPlan) -> Result<Collected, ApiError> {
        let Self {
            request,
            mut extensions,
            deadline,
        } = self;
        let connection = api.connection();
        // Middleware of others may keep the URL in its errors, from which it is to be removed.
        let url = connection
            .has_user_middleware()
            .then(|| request.url().clone());
        let Some(timer) = deadline.timer() else {
            let problem =
                "was called in a Tokio runtime without timers: build it with `enable_all`";
            return Err(ApiError::request(deadline.endpoint, problem));
        };
        let mut timer = Timer(pin!(timer));
        let sending = connection
            .http()
            .execute_with_extensions(request, &mut extensions);
        let response = match timer.bound(sending).await {
            Some(Ok(response)) => response,
            Some(Err(error)) => {
                return Err(ApiError::from_stack(deadline.endpoint, url.as_ref(), error));
            }
            None => return Err(deadline.timed_out()),
        };
        Incoming::new(response, deadline)
            .collect(plan, &mut timer, connection.max_body())
            .await
    }
}

/// Without a length, some servers wait for the content of such a request (RFC 9110, section 8.6).
fn expects_content(method: &Method) -> bool {
    matches!(*method, Method::POST | Method::PUT | Method::PATCH)
}
