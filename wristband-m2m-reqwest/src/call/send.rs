//! Sending a call: one deadline over all of it.

use std::time::Duration;

use http::Extensions;
use http::header::CONTENT_LENGTH;
use reqwest::{Method, Request};
use tokio::time::{Instant, timeout_at};

use super::{Call, headers};
use crate::answer::{Budget, Collected, Incoming, Plan, Reading, Wanted};
use crate::api_error::ApiError;
use crate::extensions::{MinTokenLife, NoRetry, SkipWristbandAuth};

/// A deadline that is never reached, for a timeout that no clock can count to.
const FAR: Duration = Duration::from_secs(60 * 60 * 24 * 365);

impl Call<'_> {
    /// Sends the request and reads the answer. All that depends on types is done at the end, without waiting.
    pub async fn send<R>(self, reading: Reading<R>) -> R {
        (reading.finish)(self.collect(reading.plan).await)
    }

    async fn collect(self, plan: Plan) -> Result<Collected, ApiError> {
        self.execute(plan).await?.collect(plan).await
    }

    async fn execute(mut self, plan: Plan) -> Result<Incoming, ApiError> {
        let timeout = self.timeout.unwrap_or(self.api.timeout());
        let now = Instant::now();
        let (api, endpoint) = (self.api, self.endpoint);
        let budget = Budget {
            endpoint,
            timeout,
            deadline: now.checked_add(timeout).unwrap_or(now + FAR),
        };
        if let Some(accept) = plan.accept {
            headers::set_default(&mut self.headers, "accept", accept);
        }
        let (mut request, mut extensions) = self.build()?;
        if plan.body == Wanted::Untouched {
            // Nobody but reqwest can watch over a body that is read after this call.
            *request.timeout_mut() = Some(timeout);
        }
        let sending = api.http().execute_with_extensions(request, &mut extensions);
        match timeout_at(budget.deadline, sending).await {
            Ok(Ok(response)) => Ok(Incoming::new(response, budget)),
            Ok(Err(error)) => Err(ApiError::from_stack(endpoint, error)),
            Err(_) => Err(budget.timed_out()),
        }
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

/// Without a length, some servers wait for the content of such a request (RFC 9110, section 8.6).
fn expects_content(method: &Method) -> bool {
    matches!(*method, Method::POST | Method::PUT | Method::PATCH)
}
