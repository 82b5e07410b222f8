//! WristbandProblem: an error document of Wristband's own API.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Value};

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
#[derive(Clone, PartialEq, Eq)]
pub struct WristbandProblem {
    code: String,
    message: String,
    ticket: Option<String>,
    violations: BTreeMap<String, Vec<WristbandViolation>>,
}

/// A violation of one field of a request, from [`WristbandProblem::violations`].
#[derive(Clone, PartialEq, Eq)]
pub struct WristbandViolation {
    code: String,
    constraints: BTreeMap<String, String>,
}

impl WristbandProblem {
    /// Any API might send a `code` and a `message`: a `type`, and a `message` or a `ticket`, make a document one of Wristband's. Which
    /// types there are is not listed here, since Wristband may add one.
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        let document: Map<String, Value> = serde_json::from_slice(body).ok()?;
        let (_type, code) = (text(&document, "type")?, text(&document, "code")?);
        let (message, ticket) = (text(&document, "message"), text(&document, "ticket"));
        if message.is_none() && ticket.is_none() {
            return None;
        }
        Some(Self {
            code,
            message: message.unwrap_or_default(),
            ticket,
            violations: violations(&document),
        })
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

    /// Returns an attribute of the constraint that was violated, such as `maxLength`; a number or a flag as its JSON text.
    #[must_use]
    pub fn constraint(&self, attribute: &str) -> Option<&str> {
        self.constraints.get(attribute).map(String::as_str)
    }

    fn read(violation: &Value) -> Option<Self> {
        let violation = violation.as_object()?;
        let constraints = violation.get("constraintAttributes");
        let constraints = constraints.and_then(Value::as_object).into_iter().flatten();
        Some(Self {
            code: text(violation, "code")?,
            constraints: constraints.filter_map(constraint).collect(),
        })
    }
}

fn violations(document: &Map<String, Value>) -> BTreeMap<String, Vec<WristbandViolation>> {
    let fields = document.get("violations").and_then(Value::as_object);
    let of_field = |(field, violations): (&String, &Value)| {
        let violations = violations.as_array()?.iter();
        let violations = violations.filter_map(WristbandViolation::read).collect();
        Some((field.clone(), violations))
    };
    fields.into_iter().flatten().filter_map(of_field).collect()
}

/// Wristband sends `"200"` where others would send `200`.
fn constraint((name, value): (&String, &Value)) -> Option<(String, String)> {
    let value = match value {
        Value::Null => return None,
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    Some((name.clone(), value))
}

/// A member of another type counts as absent: it must not take the rest of the document away.
fn text(document: &Map<String, Value>, name: &str) -> Option<String> {
    Some(document.get(name)?.as_str()?.to_owned())
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
    fn a_type_that_is_new_is_read() {
        let body =
            br#"{"type":"rate_limit_error","code":"too_many_requests","message":"m","ticket":"t"}"#;
        let problem = WristbandProblem::read(body).expect("an error of Wristband");
        assert_eq!(problem.code(), "too_many_requests");
        assert_eq!(problem.ticket(), Some("t"));
    }

    #[test]
    fn a_member_of_another_type_does_not_lose_the_document() {
        let body = br#"{"type":"constraint_violations_error","code":"c","message":null,"ticket":"t","violations":{
            "username":[{"code":"too_long","constraintAttributes":{"maxLength":200,"strict":true,"unit":null}}, 7],
            "email":[{"code":"invalid","constraintAttributes":null}],
            "externalId":"not_unique"}}"#;
        let problem = WristbandProblem::read(body).expect("an error of Wristband");
        assert_eq!(problem.message(), "");
        let too_long = &problem.violations()["username"][0];
        assert_eq!(too_long.constraint("maxLength"), Some("200"));
        assert_eq!(too_long.constraint("strict"), Some("true"));
        assert_eq!(too_long.constraint("unit"), None);
        assert_eq!(problem.violations()["username"].len(), 1);
        assert_eq!(problem.violations()["email"][0].code(), "invalid");
        assert!(!problem.violations().contains_key("externalId"));
    }

    #[test]
    fn other_documents_are_not_of_wristband() {
        for body in [
            "",
            "[]",
            r#"{"code":"c","message":"m"}"#,
            r#"{"type":"about:blank","code":"c"}"#,
            r#"{"type":"about:blank","title":"t","code":"c"}"#,
            r#"{"type":1,"code":"c","message":"m"}"#,
        ] {
            assert!(WristbandProblem::read(body.as_bytes()).is_none(), "{body}");
        }
    }
}
