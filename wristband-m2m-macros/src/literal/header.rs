//! Names and values of header fields (RFC 9110, sections 5.1 and 5.5).

/// Headers that belong to the token or to the connection.
const RESERVED: [(&str, &str); 5] = [
    ("Authorization", "carries the token"),
    ("Host", "comes from the base URL"),
    ("Content-Length", "is computed from the body"),
    ("Transfer-Encoding", "belongs to the connection"),
    ("Connection", "belongs to the connection"),
];

/// `Err` says what to write instead.
pub(crate) fn check_name(name: &str) -> Result<(), String> {
    if name.is_empty() {
        return Err(
            "the name of the header is empty: write one such as \"X-Request-Id\"".to_owned(),
        );
    }
    if let Some(c) = name.chars().find(|c| !is_token_character(*c)) {
        let legal: String = name
            .trim()
            .chars()
            .map(|c| if is_token_character(c) { c } else { '-' })
            .collect();
        return Err(format!(
            "the name of a header cannot have {c:?}: write one such as \"{}\"",
            legal.trim_end_matches('-')
        ));
    }
    match RESERVED
        .iter()
        .find(|(reserved, _)| reserved.eq_ignore_ascii_case(name))
    {
        Some((reserved, why)) => Err(format!(
            "the header `{reserved}` {why} and cannot be set: remove it"
        )),
        None => Ok(()),
    }
}

/// `Err` says what to write instead.
pub(crate) fn check_value(value: &str) -> Result<(), String> {
    if let Some(c) = value.chars().find(|c| !matches!(c, '\t' | ' '..='~')) {
        return Err(format!(
            "the value of a header cannot have {c:?}: write visible ASCII characters and spaces"
        ));
    }
    if value.trim() != value {
        return Err(format!(
            "the value of a header cannot begin or end with a space: write \"{}\"",
            value.trim()
        ));
    }
    Ok(())
}

/// A media type, as in `text/plain; charset=utf-8`.
pub(crate) fn check_content_type(value: &str) -> Result<(), String> {
    check_value(value)?;
    if is_media_type(value) {
        return Ok(());
    }
    Err(format!(
        "`{value}` is not a content type: write one such as \"text/plain\""
    ))
}

/// Media ranges, as in `text/csv, text/*;q=0.5` (RFC 9110, section 12.5.1); `*` is a character of a token.
pub(crate) fn check_accept(value: &str) -> Result<(), String> {
    check_value(value)?;
    if value.is_empty() {
        return Err("the content type is empty: write one such as \"application/json\"".to_owned());
    }
    if value.split(',').all(|range| is_media_type(range.trim())) {
        return Ok(());
    }
    let near = match value.to_ascii_lowercase().as_str() {
        "json" => "application/json",
        "xml" => "application/xml",
        "html" => "text/html",
        "csv" => "text/csv",
        "text" | "plain" => "text/plain",
        _ => "application/json",
    };
    Err(format!(
        "`{value}` is not a content type: write one such as \"{near}\""
    ))
}

fn is_media_type(text: &str) -> bool {
    let is_token = |text: &str| !text.is_empty() && text.chars().all(is_token_character);
    let essence = text.split(';').next().unwrap_or_default().trim_end();
    matches!(essence.split_once('/'), Some((kind, sub)) if is_token(kind) && is_token(sub))
}

/// RFC 9110, section 5.6.2; methods consist of the same characters.
pub(crate) fn is_token_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c)
}

/// The header that `idempotency_key` is probably meant for: `Idempotency-Key`.
pub(crate) fn name_for(argument: &str) -> String {
    let words = argument.split('_').filter(|word| !word.is_empty());
    let capitalized = words.map(|word| {
        let mut letters = word.chars();
        let first: String = letters
            .next()
            .into_iter()
            .flat_map(char::to_uppercase)
            .collect();
        first + letters.as_str()
    });
    capitalized.collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_a_name() {
        for name in ["X-Request-Id", "accept", "x_y", "If-Match"] {
            assert_eq!(check_name(name), Ok(()), "{name}");
        }
    }

    #[test]
    fn reserved_names_are_refused_in_any_case() {
        for name in [
            "Authorization",
            "host",
            "CONTENT-LENGTH",
            "transfer-encoding",
            "Connection",
        ] {
            assert!(check_name(name).is_err(), "{name}");
        }
    }

    #[test]
    fn illegal_names_are_refused_with_a_legal_one() {
        for (name, instead) in [
            ("X Source", "\"X-Source\""),
            ("X:", "\"X\""),
            ("", "X-Request-Id"),
            ("Größe", "\"Gr--e\""),
        ] {
            let message = check_name(name).expect_err(name);
            assert!(message.contains(instead), "{message}");
        }
    }

    #[test]
    fn a_value_cannot_start_another_header() {
        assert_eq!(check_value("billing, 2"), Ok(()));
        assert_eq!(check_value(""), Ok(()));
        for value in ["a\r\nX-Evil: 1", "a\0", "é", " a"] {
            assert!(check_value(value).is_err(), "{value:?}");
        }
    }

    #[test]
    fn a_content_type_has_two_halves() {
        for value in [
            "text/plain",
            "text/plain; charset=utf-8",
            "application/vnd.api+json",
        ] {
            assert_eq!(check_content_type(value), Ok(()), "{value}");
        }
        for value in [
            "",
            "text",
            "text/",
            "/plain",
            "text plain/x",
            "text/plain\n",
        ] {
            assert!(check_content_type(value).is_err(), "{value:?}");
        }
    }

    #[test]
    fn accept_lists_content_types() {
        for value in [
            "*/*",
            "text/csv",
            "text/csv, text/*;q=0.5, application/json",
        ] {
            assert_eq!(check_accept(value), Ok(()), "{value}");
        }
        for value in ["", "json", "text/csv,", "text/csv; q=1, x"] {
            assert!(check_accept(value).is_err(), "{value:?}");
        }
        assert!(check_accept("csv").unwrap_err().contains("\"text/csv\""));
    }

    #[test]
    fn an_argument_suggests_its_header() {
        assert_eq!(name_for("idempotency_key"), "Idempotency-Key");
        assert_eq!(name_for("_x"), "X");
    }
}
