//! Web links (RFC 8288): the `Link` headers of a response.

use std::borrow::Cow;

use http::HeaderMap;
use http::header::LINK;

/// Returns the target of the first link with this relation, as it is written: most often a relative reference.
///
/// A link with an `anchor` is not about the response itself and is passed over (RFC 8288, section 3.2).
pub(crate) fn target<'h>(headers: &'h HeaderMap, relation: &str) -> Option<&'h str> {
    headers.get_all(LINK).iter().find_map(|value| {
        let text = std::str::from_utf8(value.as_bytes()).ok()?;
        target_in(text, relation)
    })
}

fn target_in<'t>(text: &'t str, relation: &str) -> Option<&'t str> {
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        let (target, after) = rest.strip_prefix('<')?.split_once('>')?;
        let mut matches = None;
        let mut is_anchored = false;
        rest = after;
        while let Some(parameter) = Parameter::read(&mut rest) {
            // Only the first `rel` counts (section 3.3).
            if parameter.name.eq_ignore_ascii_case("rel") && matches.is_none() {
                matches = Some(parameter.has_word(relation));
            }
            is_anchored |= parameter.name.eq_ignore_ascii_case("anchor");
        }
        if matches == Some(true) && !is_anchored {
            return Some(target);
        }
        // Skips unexpected text up to the next link.
        rest = rest.get(rest.find(',')?..)?;
    }
}

struct Parameter<'t> {
    name: &'t str,
    value: Cow<'t, str>,
}

impl<'t> Parameter<'t> {
    /// Reads `; name=value` or `; name="value"` from the front of a text.
    fn read(rest: &mut &'t str) -> Option<Self> {
        let text = trim(rest).strip_prefix(';')?;
        let text = text.trim_start_matches([' ', '\t', ';']);
        let end = text.find([' ', '\t', '=', ';', ',']).unwrap_or(text.len());
        let (name, text) = text.split_at(end);
        let Some(text) = trim(text).strip_prefix('=') else {
            *rest = text;
            let value = Cow::Borrowed("");
            return Some(Self { name, value });
        };
        let text = trim(text);
        let (value, text) = if let Some(quoted) = text.strip_prefix('"') {
            unquote(quoted)
        } else {
            let end = text.find([';', ',']).unwrap_or(text.len());
            let (value, text) = text.split_at(end);
            (Cow::Borrowed(value.trim_end_matches([' ', '\t'])), text)
        };
        *rest = text;
        Some(Self { name, value })
    }

    fn has_word(&self, word: &str) -> bool {
        self.value
            .split([' ', '\t'])
            .any(|one| one.eq_ignore_ascii_case(word))
    }
}

fn trim(text: &str) -> &str {
    text.trim_start_matches([' ', '\t'])
}

/// Reads a quoted string (RFC 9110, section 5.6.4) behind its opening quote; returns what follows the closing one, too.
/// An unclosed one ends with the text.
fn unquote(text: &str) -> (Cow<'_, str>, &str) {
    let mut unescaped = String::new();
    let mut start = 0;
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        let part = text.get(start..at).unwrap_or_default();
        match character {
            '"' => {
                let rest = text.get(at + 1..).unwrap_or_default();
                return if unescaped.is_empty() {
                    (Cow::Borrowed(part), rest)
                } else {
                    (Cow::Owned(unescaped + part), rest)
                };
            }
            '\\' => {
                unescaped.push_str(part);
                if let Some((at, escaped)) = characters.next() {
                    unescaped.push(escaped);
                    start = at + escaped.len_utf8();
                }
            }
            _ => {}
        }
    }
    (Cow::Borrowed(""), "")
}

#[cfg(test)]
mod tests;
