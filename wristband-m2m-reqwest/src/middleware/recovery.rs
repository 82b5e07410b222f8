//! Recovery from a 401.

use ::wristband_m2m::private::was_requested_before;
use ::wristband_m2m::{AccessToken, TokenErrorKind};
use http::{Extensions, StatusCode};
use reqwest::{Response, Url};
use reqwest_middleware::Next;
use tokio::time::Instant;

use super::challenge::is_insufficient_scope;
use super::origin::{Origin, same_origin};
use super::outcome::{AuthOutcome, NotRetried};
use super::{Attempt, Shared};
use crate::discard::discard;
use crate::telemetry::{self, run_attempt};

impl Shared {
    /// Handles the first 401 to a request.
    pub(super) async fn recover(
        &self,
        attempt: Attempt,
        mut response: Response,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> reqwest_middleware::Result<Response> {
        let Attempt {
            url,
            mut token,
            sent_at,
            replay,
        } = attempt;
        let mut outcome = AuthOutcome::AUTHENTICATED;
        loop {
            let renewed = self.renew(&url, &token, &response).await;
            let (renewed, replay) = match renewed.and_then(|token| Ok((token, replay.clone()?))) {
                Ok(renewed) => renewed,
                // The reason is for the first 401; a later one is the outcome of the retry.
                Err(reason) => {
                    telemetry::not_retried(reason);
                    if !outcome.retried() {
                        outcome = AuthOutcome::not_retried_for(reason);
                    }
                    return Ok(outcome.on(response));
                }
            };
            token = renewed;
            // Not before there is a new token: until then the response may be the caller's.
            discard(response).await;
            telemetry::resending(self.client.is_adopted(&token));
            let request = replay.into_request(url.clone(), token.authorization().clone());
            response = run_attempt(next.clone(), request, extensions).await?;
            // It may be older than the rejection, and then says nothing about the renewal.
            let may_be_old = !outcome.retried() && self.may_predate(&token, sent_at);
            outcome = AuthOutcome::RETRIED;
            if !same_origin(&url, response.url()) {
                return Ok(outcome.on(response));
            }
            match response.status() {
                StatusCode::UNAUTHORIZED if may_be_old => {}
                StatusCode::UNAUTHORIZED => {
                    telemetry::rejected_again();
                    if let Some(origin) =
                        Origin::of(&url).filter(|_| !is_insufficient_scope(&response))
                    {
                        self.circuit_breaker.record_rejection(&origin, &token);
                        self.circuit_breaker.record_renewal(&origin, &token, None);
                    }
                    return Ok(outcome.on(response));
                }
                // An outage says nothing about the token. Anything else, a 404 say, shows that the renewal helped.
                status if status.is_server_error() => return Ok(outcome.on(response)),
                _ => {
                    self.circuit_breaker.record_accepted_replay(&url);
                    return Ok(outcome.on(response));
                }
            }
        }
    }

    /// Renews the token that drew this 401, unless the 401 is not about the token.
    async fn renew(
        &self,
        url: &Url,
        token: &AccessToken,
        response: &Response,
    ) -> Result<AccessToken, NotRetried> {
        if !same_origin(url, response.url()) {
            return Err(NotRetried::OtherOrigin);
        }
        if is_insufficient_scope(response) {
            return Err(NotRetried::InsufficientScope);
        }
        let origin = Origin::of(url).ok_or(NotRetried::OtherOrigin)?;
        if !self.circuit_breaker.record_rejection(&origin, token) {
            return Err(NotRetried::CircuitOpen);
        }
        telemetry::token_rejected(&origin);
        self.replace_token(&origin, token).await
    }

    /// Whether the token may have been issued before what made the API reject the token of a request sent at `sent_at`.
    fn may_predate(&self, token: &AccessToken, sent_at: Instant) -> bool {
        self.client.is_adopted(token) || was_requested_before(token, sent_at)
    }

    pub(super) async fn replace_token(
        &self,
        origin: &Origin,
        rejected: &AccessToken,
    ) -> Result<AccessToken, NotRetried> {
        let replacement = self.client.replace_token(rejected).await;
        // What another process fetched is not this origin's renewal.
        let renewal = replacement
            .as_ref()
            .ok()
            .filter(|token| !self.client.is_adopted(token));
        self.circuit_breaker
            .record_renewal(origin, rejected, renewal);
        replacement.map_err(|error| {
            telemetry::no_new_token(&error);
            match error.kind() {
                TokenErrorKind::RenewalLimited => NotRetried::CircuitOpen,
                _ => NotRetried::NoToken,
            }
        })
    }
}
