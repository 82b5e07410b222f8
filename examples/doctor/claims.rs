//! What the token says, for comparison with what an API wants. Nothing is verified here: that is the API's part.

use std::time::{Duration, SystemTime};

use jsonwebtoken::dangerous::insecure_decode_claims;
use serde_json::{Map, Value};
use wristband_m2m_reqwest::wristband_m2m::AccessToken;

use crate::report::Report;

/// Claims that tell what kind of token it is; of all others, which may be about somebody, only the names are shown.
const SHOWN: [&str; 5] = ["iss", "sub", "client_id", "aud", "scope"];
const TOLERATED_DIFFERENCE: Duration = Duration::from_secs(60);

pub(crate) fn examine(report: &mut Report, token: &AccessToken) {
    let Ok(claims) = insecure_decode_claims::<Map<String, Value>>(token.as_str()) else {
        return report.skipped(
            "claims",
            "the token is not a JWT: only its issuer can read it",
        );
    };
    for name in SHOWN {
        if let Some(value) = claims.get(name) {
            report.works("claims", &format!("{name} is {value}"));
        }
    }
    let others: Vec<_> = claims
        .keys()
        .filter(|name| !SHOWN.contains(&name.as_str()))
        .map(String::as_str)
        .collect();
    report.works("claims", &format!("and there are {}", others.join(", ")));
    match claims.get("exp").and_then(Value::as_u64) {
        Some(end) => compare_ends(report, end, token.remaining()),
        None => report.doubtful(
            "claims",
            "there is no end (exp)",
            "make sure that the APIs do not insist on one",
        ),
    }
}

/// The endpoint's `expires_in` is what the client goes by, the claim is what APIs go by.
fn compare_ends(report: &mut Report, end: u64, remaining: Duration) {
    let end = SystemTime::UNIX_EPOCH + Duration::from_secs(end);
    let left = end.duration_since(SystemTime::now()).unwrap_or_default();
    let found = format!("the token ends in {} s", left.as_secs());
    if left.abs_diff(remaining) <= TOLERATED_DIFFERENCE {
        report.works("claims", &found);
    } else {
        report.fails(
            "claims",
            &format!(
                "{found} by its claim, in {} s by the endpoint",
                remaining.as_secs()
            ),
            "set this machine's clock; if it is right, tell Wristband's support",
        );
    }
}
