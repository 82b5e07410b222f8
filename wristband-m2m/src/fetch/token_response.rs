//! What the token endpoint's bytes mean. Pure.

use std::borrow::Cow;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::clock::LONGEST_LIFE;
use crate::error::{ErrorDocument, TokenError};
use crate::fetch::IssuedToken;

/// The life of a token whose response does not state it (RFC 6749, section 5.1 only recommends `expires_in`).
const UNSTATED_LIFE: Duration = Duration::from_secs(300);
/// Of `error`, `code` and `ticket`.
const LONGEST_CODE: usize = 64;
const LONGEST_DESCRIPTION: usize = 256;

/// RFC 6749, section 5.1. `expires_in` is kept as it was written, since serde_json would refuse a number that it
/// cannot hold, and we only cut it short.
#[derive(Deserialize)]
struct TokenResponse<'a> {
    #[serde(borrow)]
    access_token: Option<Cow<'a, str>>,
    #[serde(borrow)]
    expires_in: Option<&'a RawValue>,
    #[serde(borrow)]
    token_type: Option<Cow<'a, str>>,
    #[serde(borrow)]
    error: Option<&'a RawValue>,
}

pub(super) fn issued_token(body: &[u8]) -> Result<IssuedToken, TokenError> {
    let response: TokenResponse<'_> =
        serde_json::from_slice(body).map_err(|error| not_json(&error))?;
    let token = response
        .access_token
        .ok_or_else(|| TokenError::invalid_response("the token response has no access_token"))?;
    if response.error.is_some() {
        return Err(TokenError::invalid_response(
            "the token response has an error beside the access_token",
        ));
    }
    if !response
        .token_type
        .is_none_or(|token_type| token_type.eq_ignore_ascii_case("bearer"))
    {
        return Err(TokenError::invalid_response(
            "the token_type of the token response is not bearer",
        ));
    }
    let life = match response.expires_in {
        Some(raw) => expires_in(raw.get()).ok_or_else(|| {
            TokenError::invalid_response(
                "the expires_in of the token response is not a positive number of seconds",
            )
        })?,
        None => UNSTATED_LIFE,
    };
    Ok(IssuedToken::new(token, life))
}

/// Reads an error document. A field for which `leaks` is true is redacted, before anything is cut.
pub(super) fn error_document(body: &[u8], leaks: impl Fn(&str) -> bool) -> ErrorDocument {
    let Ok(document) = serde_json::from_slice::<Value>(body) else {
        return ErrorDocument::default();
    };
    let field = |name: &str, longest: usize| {
        let text = document.get(name)?.as_str()?;
        let text = if leaks(text) {
            "[redacted]".to_owned()
        } else {
            clean(text, longest)
        };
        (!text.is_empty()).then_some(text)
    };
    let error = field("error", LONGEST_CODE);
    let description = error
        .is_some()
        .then(|| field("error_description", LONGEST_DESCRIPTION));
    ErrorDocument {
        error,
        description: description.flatten(),
        code: field("code", LONGEST_CODE),
        ticket: field("ticket", LONGEST_CODE),
    }
}

/// serde_json's own message quotes the document, so only the place and the category are kept.
fn not_json(error: &serde_json::Error) -> TokenError {
    TokenError::invalid_response(format!(
        "the token response is not the JSON document of RFC 6749, section 5.1 ({:?} error at line {} column {})",
        error.classify(),
        error.line(),
        error.column()
    ))
}

/// A number, or a string that holds one, as in the document.
fn expires_in(raw: &str) -> Option<Duration> {
    let text: Cow<'_, str> = if raw.starts_with('"') {
        serde_json::from_str(raw).ok()?
    } else {
        raw.into()
    };
    let text = text.trim();
    // `f64` would also read `inf` and `nan`.
    if !text
        .bytes()
        .all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'))
    {
        return None;
    }
    let seconds: f64 = text.parse().ok()?;
    let life = Duration::try_from_secs_f64(seconds.min(LONGEST_LIFE.as_secs_f64())).ok()?;
    (!life.is_zero()).then_some(life)
}

/// Bounded, and without the characters that would let a response write lines of its own into a log, make a line read as
/// another, or hide something in it.
fn clean(text: &str, longest: usize) -> String {
    text.chars()
        .filter(|c| !c.is_control() && !is_invisible(*c))
        .take(longest)
        .collect::<String>()
        .trim()
        .to_owned()
}

/// Line separators, bidirectional controls and what Unicode lets a renderer ignore.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn life(expires_in: &str) -> Option<u128> {
        let body = format!(r#"{{"access_token":"abc","token_type":"Bearer"{expires_in}}}"#);
        issued_token(body.as_bytes())
            .ok()
            .map(|token| token.life.as_millis())
    }

    #[test]
    fn expires_in_is_read_in_every_form_that_means_a_time() {
        let year = Some(LONGEST_LIFE.as_millis());
        let table = [
            ("", Some(300_000)),
            (r#","expires_in":null"#, Some(300_000)),
            (r#","expires_in":3600"#, Some(3_600_000)),
            (r#","expires_in":"3600""#, Some(3_600_000)),
            (r#","expires_in":" 3600 ""#, Some(3_600_000)),
            (r#","expires_in":"36\u00300""#, Some(3_600_000)),
            (r#","expires_in":3600.0"#, Some(3_600_000)),
            (r#","expires_in":1.5"#, Some(1_500)),
            (r#","expires_in":3.6e3"#, Some(3_600_000)),
            (r#","expires_in":18446744073709551616"#, year),
            (r#","expires_in":1e999"#, year),
            (r#","expires_in":"99999999999999999999999999""#, year),
            (r#","expires_in":0"#, None),
            (r#","expires_in":-1"#, None),
            (r#","expires_in":-1e999"#, None),
            (r#","expires_in":1e-99"#, None),
            (r#","expires_in":"""#, None),
            (r#","expires_in":"soon""#, None),
            (r#","expires_in":"inf""#, None),
            (r#","expires_in":"NaN""#, None),
            (r#","expires_in":"0x10""#, None),
            (r#","expires_in":true"#, None),
            (r#","expires_in":[3600]"#, None),
            (r#","expires_in":{"seconds":3600}"#, None),
        ];
        for (field, expected) in table {
            assert_eq!(life(field), expected, "{field}");
        }
    }

    #[test]
    fn token_type_is_bearer_in_any_case_or_unstated() {
        let accepted = |field: &str| {
            issued_token(format!(r#"{{"access_token":"abc"{field}}}"#).as_bytes()).is_ok()
        };
        for field in [
            "",
            r#","token_type":null"#,
            r#","token_type":"bearer""#,
            r#","token_type":"BEARER""#,
        ] {
            assert!(accepted(field), "{field}");
        }
        for field in [
            r#","token_type":"mac""#,
            r#","token_type":"""#,
            r#","token_type":7"#,
            r#","token_type":"DPoP""#,
        ] {
            assert!(!accepted(field), "{field}");
        }
    }

    #[test]
    fn what_is_not_a_token_response_is_refused_without_being_quoted() {
        let deep = "[".repeat(50_000);
        for body in [
            "",
            "<html>s3cr3t</html>",
            "null",
            "[]",
            "\"s3cr3t\"",
            "{}",
            r#"{"access_token":null}"#,
            r#"{"access_token":17}"#,
            r#"{"access_token":["s3cr3t"]}"#,
            r#"{"error":"s3cr3t"}"#,
            r#"{"access_token":"s3cr3t"} trailing"#,
            r#"{"access_token":"s3cr3t","access_token":"s3cr3t"}"#,
            "{\"access_token\":\"s3cr3t",
            "\u{feff}{\"access_token\":\"s3cr3t\"}",
            r#"{"access_token":"s3cr3t","error":"invalid_client"}"#,
            &deep,
            &format!(r#"{{"access_token":"s3cr3t","x":{deep}"#),
        ] {
            let error = issued_token(body.as_bytes()).unwrap_err();
            assert_eq!(
                error.kind(),
                crate::TokenErrorKind::InvalidResponse,
                "{body:.40}"
            );
            assert!(
                !format!("{error} {error:?}").contains("s3cr3t"),
                "{body:.40}"
            );
        }
    }

    fn harmless(body: &[u8]) -> ErrorDocument {
        error_document(body, |_| false)
    }

    #[test]
    fn an_error_document_is_bounded_and_cleaned() {
        let body = format!(
            r#"{{"error":"invalid_client\n","error_description":"\u0000no\r\nsuch \u202ecli\u00ad\u2060ent{}"}}"#,
            "x".repeat(1000)
        );
        let document = harmless(body.as_bytes());
        assert_eq!(document.error.as_deref(), Some("invalid_client"));
        let description = document.description.unwrap();
        assert!(description.starts_with("nosuch clientxxx"));
        assert_eq!(description.chars().count(), LONGEST_DESCRIPTION);

        for body in [
            "{}",
            r#"{"error":""}"#,
            r#"{"error":{"code":1}}"#,
            r#"{"error_description":"without an error"}"#,
            "<html>",
            "[]",
        ] {
            assert_eq!(
                harmless(body.as_bytes()),
                ErrorDocument::default(),
                "{body}"
            );
        }
    }

    #[test]
    fn the_code_and_the_ticket_of_wristbands_own_document_are_kept() {
        let body =
            br#"{"type":"error","code":"invalid_request","message":"s3cr3t","ticket":"T-\n42"}"#;
        let document = harmless(body);
        assert_eq!(document.code.as_deref(), Some("invalid_request"));
        assert_eq!(document.ticket.as_deref(), Some("T-42"));
        let error = TokenError::from_status(http::StatusCode::BAD_REQUEST, document, None);
        assert_eq!(
            (error.code(), error.ticket()),
            (Some("invalid_request"), Some("T-42"))
        );
        assert_eq!(
            error.to_string(),
            "the token endpoint rejected the request with 400 Bad Request, invalid_request, ticket T-42"
        );
    }

    #[test]
    fn every_field_is_searched_before_it_is_cut() {
        let long = format!("{}s3cr3t", "x".repeat(300));
        for field in ["error", "error_description", "code", "ticket"] {
            let mut body = serde_json::json!({"error": "e"});
            body[field] = long.clone().into();
            let document =
                error_document(body.to_string().as_bytes(), |text| text.contains("s3cr3t"));
            assert!(format!("{document:?}").contains("[redacted]"), "{field}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>) {
            let _ = issued_token(&bytes);
            let _ = harmless(&bytes);
        }

        #[test]
        fn no_expires_in_makes_it_panic_or_live_for_ever(raw in r#"("?[-+0-9.eE]{0,40}"?|\PC{0,20})"#) {
            if let Some(life) = expires_in(&raw) {
                prop_assert!(!life.is_zero() && life <= LONGEST_LIFE);
            }
        }

        #[test]
        fn whole_seconds_are_exact(seconds in 1u64..=31_536_000) {
            prop_assert_eq!(expires_in(&seconds.to_string()), Some(Duration::from_secs(seconds)));
        }

        #[test]
        fn a_token_comes_through_as_it_was_sent(token in "[!-~]{1,300}") {
            let body = serde_json::json!({"access_token": token, "expires_in": 60}).to_string();
            prop_assert_eq!(issued_token(body.as_bytes()).unwrap().value, token);
        }
    }
}
