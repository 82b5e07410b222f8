//! Sending a call: one deadline over all of it.

use std::future::Future;
use std::time::Duration;

use http::Extensions;
use http::header::CONTENT_LENGTH;
use reqwest::{Method, Request};
use tokio::time::{Instant, timeout_at};

use super::{Call, headers};
use crate::answer::{Budget, Collected, Incoming, Plan, Reading, Wanted};
use crate::api::Api;
use crate::api_error::ApiError;
use crate::extensions::{MinTokenLife, NoRetry, SkipWristbandAuth};

/// A deadline that is never reached, for a timeout that no clock can count to.
const FAR: Duration = Duration::from_secs(60 * 60 * 24 * 365);

/// A request that is ready, and what is known of its call.
struct Ready<'a> {
    api: &'a Api,
    request: Request,
    extensions: Extensions,
    budget: Budget,
}

impl<'a> Call<'a> {
    /// Sends the request and reads the answer. The request is made at once and all that depends on types is done at the
    /// end, so that little has to be carried along while the call waits.
    pub fn send<R>(self, reading: Reading<R>) -> impl Future<Output = R> {
        let ready = self.prepare(reading.plan);
        async move {
            let collected = match ready {
                Ok(ready) => ready.collect(reading.plan).await,
                Err(error) => Err(error),
            };
            (reading.finish)(collected)
        }
    }

    fn prepare(mut self, plan: Plan) -> Result<Ready<'a>, ApiError> {
        let timeout = self.timeout.unwrap_or(self.api.timeout());
        let now = Instant::now();
        let budget = Budget {
            endpoint: self.endpoint,
            timeout,
            deadline: now.checked_add(timeout).unwrap_or(now + FAR),
        };
        if let Some(accept) = plan.accept {
            headers::set_default(&mut self.headers, "accept", accept);
        }
        let api = self.api;
        let (mut request, extensions) = self.build()?;
        if plan.body == Wanted::Untouched {
            // Nobody but reqwest can watch over a body that is read after this call.
            *request.timeout_mut() = Some(timeout);
        }
        Ok(Ready {
            api,
            request,
            extensions,
            budget,
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

        if self.api.is_watched() {
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
    async fn collect(self, plan: Plan) -> Result<Collected, ApiError> {
        let Self {
            api,
            request,
            mut extensions,
            budget,
        } = self;
        // Middleware of others may keep the URL in its errors, from which it is to be removed.
        let url = api.is_watched().then(|| request.url().clone());
        let sending = api.http().execute_with_extensions(request, &mut extensions);
        let response = match timeout_at(budget.deadline, sending).await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => {
                return Err(ApiError::from_stack(budget.endpoint, url.as_ref(), error));
            }
            Err(_) => return Err(budget.timed_out()),
        };
        Incoming::new(response, budget).collect(plan).await
    }
}

/// Without a length, some servers wait for the content of such a request (RFC 9110, section 8.6).
fn expects_content(method: &Method) -> bool {
    matches!(*method, Method::POST | Method::PUT | Method::PATCH)
}
