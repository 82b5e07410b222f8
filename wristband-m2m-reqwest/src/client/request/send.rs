//! Sending a call: one deadline over all of it.

use std::future::Future;
use std::time::Duration;

use http::Extensions;
use http::header::CONTENT_LENGTH;
use reqwest::{Method, Request};
use tokio::time::{Instant, timeout_at};

use super::{Call, headers};
use crate::client::error::ApiError;
use crate::client::inner::ClientInner;
use crate::client::response::{
    BodyMode, CallDeadline, Collected, Incoming, ReadPlan, ResponseReader,
};
use crate::middleware::extensions::{MinTokenLife, NoRetry, SkipWristbandAuth};

/// A deadline that is never reached, for a timeout that no clock can count to.
const FAR: Duration = Duration::from_secs(60 * 60 * 24 * 365);

/// A request that is ready, and what is known of its call.
struct Ready<'a> {
    api: &'a ClientInner,
    request: Request,
    extensions: Extensions,
    deadline: CallDeadline,
}

impl<'a> Call<'a> {
    /// Sends the request and reads the answer. The request is made at once and all that depends on types is done at the
    /// end, so that little has to be carried along while the call waits.
    pub fn send<R>(self, reader: ResponseReader<R>) -> impl Future<Output = R> {
        let ready = self.prepare(reader.plan);
        async move {
            let collected = match ready {
                Ok(ready) => ready.collect(reader.plan).await,
                Err(error) => Err(error),
            };
            (reader.finish)(collected)
        }
    }

    fn prepare(mut self, plan: ReadPlan) -> Result<Ready<'a>, ApiError> {
        let timeout = self.timeout.unwrap_or(self.api.timeout());
        let now = Instant::now();
        let deadline = CallDeadline {
            endpoint: self.endpoint,
            timeout,
            at: now.checked_add(timeout).unwrap_or(now + FAR),
        };
        if let Some(accept) = plan.accept {
            headers::set_default(&mut self.headers, "accept", accept);
        }
        let api = self.api;
        let (mut request, extensions) = self.build()?;
        if plan.body == BodyMode::Untouched {
            // Nobody but reqwest can watch over a body that is read after this call.
            *request.timeout_mut() = Some(timeout);
        }
        Ok(Ready {
            api,
            request,
            extensions,
            deadline,
        })
    }

    fn build(mut self) -> Result<(Request, Extensions), ApiError> {
        let endpoint = self.endpoint;
        let error = |problem| ApiError::request(endpoint, problem);
        if let Some(problem) = self.problem.take() {
            return Err(error(problem));
        }
        let method = Method::from_bytes(endpoint.method.as_bytes())
            .map_err(|_| error("has a method that is no token".into()))?;
        let base = self.api.base();
        let url = match self.url {
            Some(url) => self.target.appended_to(*url),
            None => self.target.below_base(base).map_err(error)?,
        };
        let at_home = base.origin().contains(&url);

        let (mut request, mut extensions) = self
            .api
            .begin(method, url)
            .map_err(|error| ApiError::from_http(endpoint, error))?;
        if at_home {
            // They may hold keys, which are for the base URL's origin alone.
            for (name, value) in self.fixed_headers {
                headers::set_default(&mut self.headers, name, value);
            }
            headers::set_defaults(&mut self.headers, self.api.headers());
        }
        if request.headers().is_empty() {
            *request.headers_mut() = self.headers;
        } else {
            headers::set_all(request.headers_mut(), self.headers);
        }
        if self.body.is_none() && expects_content(request.method()) {
            request
                .headers_mut()
                .insert(CONTENT_LENGTH, http::HeaderValue::from_static("0"));
        }
        *request.body_mut() = self.body;

        if self.api.has_user_middleware() {
            extensions.insert(*endpoint);
        }
        if !self.auth || !at_home {
            extensions.insert(SkipWristbandAuth);
        }
        if let Some(life) = self.min_token_life {
            extensions.insert(MinTokenLife(life));
        }
        if !self.retry_on_unauthorized {
            extensions.insert(NoRetry);
        }
        Ok((request, extensions))
    }
}

impl Ready<'_> {
    async fn collect(self, plan: ReadPlan) -> Result<Collected, ApiError> {
        let Self {
            api,
            request,
            mut extensions,
            deadline,
        } = self;
        // Middleware of others may keep the URL in its errors, from which it is to be removed.
        let url = api.has_user_middleware().then(|| request.url().clone());
        let sending = api.http().execute_with_extensions(request, &mut extensions);
        let response = match timeout_at(deadline.at, sending).await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => {
                return Err(ApiError::from_stack(deadline.endpoint, url.as_ref(), error));
            }
            Err(_) => return Err(deadline.timed_out()),
        };
        Incoming::new(response, deadline).collect(plan).await
    }
}

/// Without a length, some servers wait for the content of such a request (RFC 9110, section 8.6).
fn expects_content(method: &Method) -> bool {
    matches!(*method, Method::POST | Method::PUT | Method::PATCH)
}
