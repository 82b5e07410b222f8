//! WristbandProblem: an error document of Wristband's own API.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;

/// An error document of [Wristband's own API](https://docs.wristband.dev/reference/error-responses-1), from
/// [`ApiError::wristband`](crate::ApiError::wristband).
///
/// # Examples
///
/// ```
/// use wristband_m2m_reqwest::{ApiError, http};
///
/// let body = r#"{
///     "type": "constraint_violations_error",
///     "code": "message_body_constraint_violations",
///     "message": "Field violations detected",
///     "ticket": "jgqgau2nj4eobeaje6m4jhoop8",
///     "violations": {"username": [{"code": "too_long", "constraintAttributes": {"maxLength": "200"}}]}
/// }"#;
/// let error = ApiError::from_response(http::StatusCode::BAD_REQUEST, http::HeaderMap::new(), body);
///
/// let problem = error.wristband().expect("an error of Wristband");
/// assert_eq!(problem.code(), "message_body_constraint_violations");
/// assert_eq!(problem.ticket(), Some("jgqgau2nj4eobeaje6m4jhoop8"));
/// let too_long = &problem.violations()["username"][0];
/// assert_eq!(too_long.code(), "too_long");
/// assert_eq!(too_long.constraint("maxLength"), Some("200"));
/// ```
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct WristbandProblem {
    r#type: Kind,
    code: String,
    #[serde(default)]
    message: String,
    ticket: Option<String>,
    #[serde(default)]
    violations: BTreeMap<String, Vec<WristbandViolation>>,
}

/// What makes a document one of Wristband's: any API might send a code and a message.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    BaseError,
    ConstraintViolationsError,
}

/// What is wrong with one field of a request, from [`WristbandProblem::violations`].
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WristbandViolation {
    code: String,
    #[serde(default)]
    constraint_attributes: Option<BTreeMap<String, String>>,
}

impl WristbandProblem {
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        serde_json::from_slice(body).ok()
    }

    /// Returns the code of the error, such as `user_not_found`: what a program decides by.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// Returns the description for people.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Returns what Wristband's support finds the request by.
    #[must_use]
    pub fn ticket(&self) -> Option<&str> {
        self.ticket.as_deref()
    }

    /// Returns what is wrong with each field of the request; empty for most errors.
    #[must_use]
    pub fn violations(&self) -> &BTreeMap<String, Vec<WristbandViolation>> {
        &self.violations
    }
}

impl WristbandViolation {
    /// Returns the code of the violation, such as `too_long`.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// Returns an attribute of the constraint that was violated, such as `maxLength`.
    #[must_use]
    pub fn constraint(&self, attribute: &str) -> Option<&str> {
        let attributes = self.constraint_attributes.as_ref()?;
        attributes.get(attribute).map(String::as_str)
    }
}

/// The code and the ticket, which are made for logs, and nothing else.
impl fmt::Debug for WristbandProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WristbandProblem")
            .field("code", &self.code)
            .field("ticket", &self.ticket)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for WristbandViolation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WristbandViolation")
            .field("code", &self.code)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_documents_of_wristband_are_read() {
        let body = br#"{"type":"base_error","code":"user_not_found","message":"User [abc123] could not be found","ticket":"v1c7"}"#;
        let problem = WristbandProblem::read(body).expect("an error of Wristband");
        assert_eq!(problem.code(), "user_not_found");
        assert_eq!(problem.message(), "User [abc123] could not be found");
        assert_eq!(problem.ticket(), Some("v1c7"));
        assert!(problem.violations().is_empty());
        assert!(!format!("{problem:#?}").contains("abc123"));

        let body = br#"{"type":"constraint_violations_error","code":"c","message":"m","ticket":"t",
            "violations":{"username":[{"code":"too_long","constraintAttributes":{"maxLength":"200"}}],"externalId":[{"code":"not_unique"}]}}"#;
        let problem = WristbandProblem::read(body).expect("an error of Wristband");
        assert_eq!(problem.violations().len(), 2);
        assert_eq!(problem.violations()["externalId"][0].code(), "not_unique");
        assert_eq!(
            problem.violations()["externalId"][0].constraint("maxLength"),
            None
        );
    }

    #[test]
    fn other_documents_are_not_of_wristband() {
        for body in [
            "",
            "[]",
            r#"{"code":"c","message":"m"}"#,
            r#"{"type":"about:blank","code":"c"}"#,
        ] {
            assert!(WristbandProblem::read(body.as_bytes()).is_none(), "{body}");
        }
    }
}
