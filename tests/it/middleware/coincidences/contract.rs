//! What must hold in a cell.

use wristband_m2m_reqwest::NotRetried;

use super::{Api, Beside, Cell, Endpoint, Refresh, Report, Response};

pub(super) struct Contract(Cell);

impl Contract {
    pub(super) fn of(cell: Cell) -> Self {
        Self(cell)
    }

    /// Returns the violations of the contract.
    pub(super) fn check(&self, report: &Report) -> Vec<String> {
        let mut broken: Vec<_> = report
            .healthy
            .lost
            .iter()
            .map(|how| format!("lost a healthy call: {how}"))
            .collect();
        let most = self.most_token_requests() + report.elapsed.as_secs();
        if report.token_requests > most {
            broken.push(format!(
                "{} token requests, at most {most} allowed",
                report.token_requests
            ));
        }
        for (call, response) in report.refused.iter().enumerate() {
            if !self.allows(call, response) {
                broken.push(format!("call {call} got {response:?}"));
            }
        }
        if self.must_not_wait() && report.healthy_meanwhile < 3 {
            broken.push("healthy calls waited for another API's renewal".to_owned());
        }
        broken
    }

    /// The maximum number of token requests, to which each second adds one: backoff and circuit breaker allow no more.
    fn most_token_requests(&self) -> u64 {
        let Cell {
            api,
            endpoint,
            refresh,
            beside,
        } = self.0;
        let has_tokens = self.has_tokens();
        let under_way = u64::from(refresh == Refresh::UnderWay);
        // A call that needs a longer life than the first token's causes a second request.
        let asked_for = u64::from(beside == Beside::LongLivedToken);
        let renewals = match (endpoint, api) {
            // One cycle of attempts.
            (Endpoint::Responds503, _) => 3,
            (Endpoint::Hangs, _) => 1,
            (_, Api::Always401 | Api::OneRoute401) => 3,
            (_, Api::OneSpurious401) => 1,
            // A real revocation.
            (_, Api::Well | Api::InsufficientScope) => under_way,
        };
        let needs_none = !has_tokens
            && beside != Beside::LongLivedToken
            && matches!(api, Api::Well | Api::InsufficientScope);
        1 + under_way + asked_for + if needs_none { 0 } else { renewals }
    }

    /// Returns whether the endpoint issues tokens.
    fn has_tokens(&self) -> bool {
        matches!(self.0.endpoint, Endpoint::Well | Endpoint::Slow)
    }

    /// Returns whether the contract allows this response to the caller that may be rejected.
    fn allows(&self, call: usize, response: &Response) -> bool {
        let is_accepted = response.status == 200 && response.body == "yes";
        let is_returned = response.status == 401 && response.body == "no";
        let is_retried = response.outcome.retried();
        let reason = response.outcome.not_retried();
        let is_first = call == 0;
        match self.0.api {
            Api::Well => is_accepted,
            Api::InsufficientScope => is_returned && reason == Some(NotRetried::InsufficientScope),
            Api::OneSpurious401 if self.has_tokens() => is_accepted && (is_retried || !is_first),
            // Rejected until there are new tokens, or only once.
            Api::OneSpurious401 if self.0.refresh == Refresh::None && !is_first => is_accepted,
            Api::Always401 | Api::OneRoute401 if self.has_tokens() => {
                is_returned && (is_retried || reason == Some(NotRetried::CircuitOpen))
            }
            // The token of a refresh under way may have been tried.
            _ => {
                is_returned
                    && (reason == Some(NotRetried::NoToken)
                        || is_retried && self.0.refresh == Refresh::UnderWay)
            }
        }
    }

    /// Returns whether healthy calls must continue while the rejected caller waits for a token that never arrives.
    fn must_not_wait(&self) -> bool {
        let Cell {
            api,
            endpoint,
            refresh,
            beside,
        } = self.0;
        endpoint == Endpoint::Hangs
            && refresh == Refresh::None
            && matches!(api, Api::OneSpurious401 | Api::Always401 | Api::OneRoute401)
            && matches!(
                beside,
                Beside::OtherApi | Beside::OtherRuntime | Beside::BlockingCaller
            )
    }
}
