//! What the token endpoint's bytes mean; pure.

use std::borrow::Cow;
use std::time::Duration;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::clock::LONGEST_LIFE;
use crate::error::{OAuthError, TokenError};
use crate::fetch::IssuedToken;

/// The life of a token whose answer does not say (RFC 6749, section 5.1 only recommends `expires_in`).
const UNSTATED_LIFE: Duration = Duration::from_secs(300);
const LONGEST_ERROR_CODE: usize = 64;
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
}

/// RFC 6749, section 5.2.
#[derive(Deserialize)]
struct ErrorResponse<'a> {
    #[serde(borrow)]
    error: Cow<'a, str>,
    #[serde(borrow, default)]
    error_description: Option<Cow<'a, str>>,
}

pub(super) fn issued_token(body: &[u8]) -> Result<IssuedToken, TokenError> {
    let response: TokenResponse<'_> =
        serde_json::from_slice(body).map_err(|error| not_json(&error))?;
    let token = response
        .access_token
        .ok_or_else(|| TokenError::invalid_response("the token response has no access_token"))?;
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

pub(super) fn oauth_error(body: &[u8]) -> Option<OAuthError> {
    let response: ErrorResponse<'_> = serde_json::from_slice(body).ok()?;
    let error = clean(&response.error, LONGEST_ERROR_CODE);
    (!error.is_empty()).then(|| OAuthError {
        error,
        description: response
            .error_description
            .map(|description| clean(&description, LONGEST_DESCRIPTION))
            .filter(|description| !description.is_empty()),
    })
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

/// A number, or a string of one, as it stands in the document.
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

/// Bounded, and without the control characters that would let an answer write lines of its own into a log. Bidirectional
/// controls count: they make a line read as another.
fn clean(text: &str, longest: usize) -> String {
    let hides = |c: &char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars()
        .filter(|c| !c.is_control() && !hides(c))
        .take(longest)
        .collect::<String>()
        .trim()
        .to_owned()
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
    fn what_is_no_token_response_is_refused_without_being_quoted() {
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
            r#"{"access_token":"s3cr3t"} trailing"#,
            r#"{"access_token":"s3cr3t","access_token":"s3cr3t"}"#,
            "{\"access_token\":\"s3cr3t",
            "\u{feff}{\"access_token\":\"s3cr3t\"}",
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

    #[test]
    fn an_error_document_is_bounded_and_cleaned() {
        let body = format!(
            r#"{{"error":"invalid_client\n","error_description":"\u0000no\r\nsuch \u202eclient{}"}}"#,
            "x".repeat(1000)
        );
        let oauth = oauth_error(body.as_bytes()).unwrap();
        assert_eq!(oauth.error, "invalid_client");
        let description = oauth.description.unwrap();
        assert!(description.starts_with("nosuch clientxxx"));
        assert_eq!(description.chars().count(), LONGEST_DESCRIPTION);

        assert!(oauth_error(b"{}").is_none());
        assert!(oauth_error(br#"{"error":""}"#).is_none());
        assert!(oauth_error(br#"{"error":{"code":1}}"#).is_none());
        assert!(oauth_error(b"<html>").is_none());
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>) {
            let _ = issued_token(&bytes);
            let _ = oauth_error(&bytes);
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
