//! Headers of a call: checked before anything is sent, and the ones that are not the caller's to set.

use std::borrow::Cow;

use http::header::{self, HeaderMap, HeaderName};

mod value;

pub(crate) use value::{Argument, HeaderArgument, HeaderMapArgument};

/// Whether only the middleware or the HTTP client may set a header.
fn is_reserved(name: &HeaderName) -> bool {
    [
        header::AUTHORIZATION,
        header::HOST,
        header::CONTENT_LENGTH,
        header::TRANSFER_ENCODING,
        header::CONNECTION,
    ]
    .contains(name)
}

/// Reads a header that arrives as text. The value, which may be confidential, is never quoted.
pub(crate) fn parse(name: &str, value: String) -> Result<(HeaderName, http::HeaderValue), String> {
    let name = HeaderName::try_from(name).map_err(|_| {
        format!(
            "has the name `{}`, which no header can have: write letters, digits and `-`",
            name.escape_debug()
        )
    })?;
    check_name(&name)?;
    let value = parse_value(value).map_err(|problem| format!("sets `{name}` to {problem}"))?;
    Ok((name, value))
}

fn check_name(name: &HeaderName) -> Result<(), String> {
    if is_reserved(name) {
        return Err(format!(
            "sets `{name}`, which the client sets itself: remove it"
        ));
    }
    Ok(())
}

/// A server does not see white space around a value (RFC 9110, section 5.5).
fn parse_value(value: String) -> Result<http::HeaderValue, &'static str> {
    if value.starts_with([' ', '\t']) || value.ends_with([' ', '\t']) {
        return Err("a value with white space around it: trim it");
    }
    http::HeaderValue::try_from(value)
        .map_err(|_| "a value with characters that no header can have: write visible ASCII")
}

/// The macro has checked the name, which is in lower case, and the value.
pub(super) fn set_static(headers: &mut HeaderMap, name: &'static str, value: &'static str) {
    headers.insert(
        HeaderName::from_static(name),
        http::HeaderValue::from_static(value),
    );
}

/// The same, unless the header is set already.
pub(super) fn set_default(headers: &mut HeaderMap, name: &'static str, value: &'static str) {
    let name = HeaderName::from_static(name);
    if !headers.contains_key(&name) {
        headers.insert(name, http::HeaderValue::from_static(value));
    }
}

/// The macro has checked the name, which is in lower case.
pub(super) fn set(
    headers: &mut HeaderMap,
    name: &'static str,
    value: Argument<'_>,
) -> Result<(), Cow<'static, str>> {
    let value = match value {
        Argument::Ready(value) => value.clone(),
        Argument::Text(value) => {
            let mut text = String::new();
            std::fmt::write(&mut text, format_args!("{value}")).map_err(|_| {
                format!("sets `{name}` to a value that could not be written as text")
            })?;
            parse_value(text).map_err(|problem| format!("sets `{name}` to {problem}"))?
        }
    };
    headers.insert(HeaderName::from_static(name), value);
    Ok(())
}

/// Replaces what was set before; a name that comes twice keeps both values.
pub(super) fn set_all(headers: &mut HeaderMap, more: HeaderMap) {
    let mut last = None;
    for (name, value) in more {
        match (name, &last) {
            (Some(name), _) => {
                headers.insert(name.clone(), value);
                last = Some(name);
            }
            (None, Some(name)) => {
                headers.append(name.clone(), value);
            }
            (None, None) => {}
        }
    }
}

/// Adds what a call neither sets itself nor suppresses.
pub(super) fn set_defaults(headers: &mut HeaderMap, defaults: &HeaderMap, suppressed: &[&str]) {
    for name in defaults.keys() {
        if !headers.contains_key(name) && !suppressed.contains(&name.as_str()) {
            for value in defaults.get_all(name) {
                headers.append(name.clone(), value.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests;
