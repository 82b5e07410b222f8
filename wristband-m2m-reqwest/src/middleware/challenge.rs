//! Challenges of a 401: the part of `WWW-Authenticate` that matters for recovery.

use http::header::WWW_AUTHENTICATE;
use reqwest::Response;

/// Whether a `Bearer` challenge says that the token is valid but grants too little (RFC 6750, section 3.1). A value
/// that does not parse as a list of challenges (RFC 9110, section 11.6.1) is ignored.
pub(super) fn is_insufficient_scope(response: &Response) -> bool {
    let values = response.headers().get_all(WWW_AUTHENTICATE);
    values
        .iter()
        .filter_map(|value| value.to_str().ok())
        .any(has_insufficient_scope_error)
}

fn has_insufficient_scope_error(value: &str) -> bool {
    let challenges = http_auth::parse_challenges(value).unwrap_or_default();
    challenges.iter().any(|challenge| {
        challenge.scheme.eq_ignore_ascii_case("bearer")
            && challenge.params.iter().any(|(name, value)| {
                name.eq_ignore_ascii_case("error") && value.to_unescaped() == "insufficient_scope"
            })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_bearer_challenge_with_that_error_says_so() {
        for value in [
            r#"Bearer error="insufficient_scope""#,
            "bearer error=insufficient_scope",
            r#"Bearer realm="a, b", ERROR="insufficient_scope", scope="orders:read""#,
            r#"Basic realm="x", Bearer realm="y", error="insufficient_scope""#,
            r#"Bearer realm="y\"", error="insufficient\_scope""#,
        ] {
            assert!(has_insufficient_scope_error(value), "{value}");
        }
        for value in [
            "",
            "Bearer",
            r#"Bearer error="invalid_token""#,
            r#"Basic error="insufficient_scope""#,
            r#"Bearer realm="error=insufficient_scope""#,
            r#"Bearer error="insufficient_scope"#,
            r#"Bearer error_description="insufficient_scope""#,
        ] {
            assert!(!has_insufficient_scope_error(value), "{value}");
        }
    }
}
