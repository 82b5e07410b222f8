//! Path templates: `/orders/{id}`.

mod placeholder;

/// A path with placeholders, each tied to the argument that fills it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PathTemplate {
    /// As written.
    pub(crate) route: String,
    /// In order; two literals never follow one another.
    pub(crate) pieces: Vec<Piece>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Piece {
    /// Text, with the slashes it was written with.
    Literal(String),
    /// `{id}`: a segment or a part of one, from the argument at `param`.
    Value { placeholder: String, param: usize },
    /// `{*rest}`: the last segments of the path, from the argument at `param`.
    Rest { placeholder: String, param: usize },
}

/// A part of a path, before an argument is bound to it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Part {
    Literal(String),
    Value(String),
    Rest(String),
}

impl Part {
    /// Whether the name of a placeholder is missing, or is in other brackets.
    fn is_illegible(&self) -> bool {
        match self {
            Self::Literal(text) => text.contains(['<', '[']),
            Self::Value(name) | Self::Rest(name) => name.is_empty(),
        }
    }

    fn ends_with_slash(&self) -> bool {
        matches!(self, Self::Literal(text) if text.ends_with('/'))
    }
}

/// A path, as far as it parses.
pub(crate) struct Parsed {
    /// `None`: its placeholders are not known.
    pub(crate) parts: Option<Vec<Part>>,
    /// All mistakes, each with what to write instead.
    pub(crate) mistakes: Vec<String>,
}

pub(crate) fn parse(text: &str) -> Parsed {
    if let Some(mistake) = no_path(text) {
        return Parsed {
            parts: None,
            mistakes: vec![mistake],
        };
    }
    let mut mistakes = Vec::new();
    if !text.starts_with('/') {
        mistakes.push(format!(
            "the path must start with a slash: write \"/{text}\""
        ));
    }
    let parts = split(text, &mut mistakes);
    literals(&parts, &mut mistakes);
    segments(&parts, &mut mistakes);
    placeholders(&parts, &mut mistakes);
    let legible = !parts.iter().any(Part::is_illegible);
    Parsed {
        parts: legible.then_some(parts),
        mistakes,
    }
}

fn no_path(text: &str) -> Option<String> {
    if text.is_empty() {
        return Some("the path is empty: write one such as \"/orders\", or \"/\"".to_owned());
    }
    let (scheme, rest) = text.split_once("://")?;
    if scheme.contains('/') {
        return None;
    }
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let path = if path.is_empty() { "/" } else { path };
    Some(format!(
        "`{text}` is a whole URL: write \"{path}\" here, and \
        `base_url = \"{scheme}://{host}\"` in `#[wristband_m2m]`"
    ))
}

/// Splits the text at its braces.
fn split(text: &str, mistakes: &mut Vec<String>) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(brace) = rest.find(['{', '}']) {
        let (literal, after) = rest.split_at(brace);
        if !literal.is_empty() {
            parts.push(Part::Literal(literal.to_owned()));
        }
        let inside = &after[1..];
        if after.starts_with('}') {
            mistakes.push(
                "`}` has no matching `{`: write one before the placeholder, or \"%7D\" for \
                the character"
                    .to_owned(),
            );
            rest = inside;
            continue;
        }
        match inside.find(['{', '}', '/']) {
            Some(end) if inside[end..].starts_with('}') => {
                match placeholder::read(&inside[..end]) {
                    Ok(part) => parts.push(part),
                    Err(mistake) => {
                        mistakes.push(mistake);
                        // Keeps the segment from looking empty.
                        parts.push(Part::Value(String::new()));
                    }
                }
                rest = &inside[end + 1..];
            }
            end => {
                let end = end.unwrap_or(inside.len());
                let open = &inside[..end];
                mistakes.push(match open {
                    "" => "`{` is not closed: write the name of an argument after it, such as \
                        `{id}`, or \"%7B\" for the character"
                        .to_owned(),
                    open => format!("`{{{open}` is not closed: write `{{{open}}}`"),
                });
                parts.push(Part::Value(String::new()));
                rest = &inside[end..];
            }
        }
    }
    if !rest.is_empty() {
        parts.push(Part::Literal(rest.to_owned()));
    }
    parts
}

/// Reports characters that a path cannot have, each once.
fn literals(parts: &[Part], mistakes: &mut Vec<String>) {
    let mut seen = Vec::new();
    for part in parts {
        let Part::Literal(text) = part else {
            continue;
        };
        for (at, c) in text.char_indices() {
            let allowed = match c {
                '%' => is_escape(&text[at..]),
                _ => is_path_character(c),
            };
            if allowed || seen.contains(&c) {
                continue;
            }
            seen.push(c);
            match bracketed(&text[at..]) {
                Some((inside, closing)) => {
                    seen.push(closing);
                    mistakes.push(format!(
                        "`{c}{inside}{closing}` is not a placeholder: write `{{{inside}}}`"
                    ));
                }
                None => mistakes.push(illegal(c)),
            }
        }
    }
}

/// The name in other frameworks' placeholders, `<id>` and `[id]`.
fn bracketed(text: &str) -> Option<(&str, char)> {
    let (open, closing) = [('<', '>'), ('[', ']')]
        .into_iter()
        .find(|(open, _)| text.starts_with(*open))?;
    let (inside, _) = text.strip_prefix(open)?.split_once(closing)?;
    placeholder::is_name(inside).then_some((inside, closing))
}

/// `/`, or RFC 3986's `pchar`. Letters outside ASCII are escaped when they are sent.
fn is_path_character(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || "/-._~!$&'()*+,;=:@".contains(c)
        || !(c.is_ascii() || c.is_control() || c.is_whitespace())
}

fn is_escape(text: &str) -> bool {
    text.len() >= 3 && text.bytes().skip(1).take(2).all(|b| b.is_ascii_hexdigit())
}

fn illegal(c: char) -> String {
    match c {
        '?' => "a path cannot have a query: mark an argument `#[query]`, or write `#[query(\"name\", \"value\")]` above the method".to_owned(),
        '#' => "a path cannot have a `#`: leave it out, since a fragment is never sent".to_owned(),
        '%' => "`%` starts an escape of two hexadecimal digits: write \"%25\" for the character"
            .to_owned(),
        '\\' => "a path cannot have a `\\`: write `/`".to_owned(),
        ' ' => "a path cannot have a space: write \"%20\"".to_owned(),
        c if c.is_control() => format!("a path cannot have a control character: leave {c:?} out"),
        c => format!("a path cannot have a `{c}`: write \"{}\"", escape(c)),
    }
}

fn escape(c: char) -> String {
    let mut bytes = [0; 4];
    c.encode_utf8(&mut bytes)
        .bytes()
        .map(|byte| format!("%{byte:02X}"))
        .collect()
}

/// Reports segments that servers or proxies would normalize away.
fn segments(parts: &[Part], mistakes: &mut Vec<String>) {
    // A placeholder is never a dot segment: its value has at least one character other than a dot.
    let text: String = parts
        .iter()
        .map(|part| match part {
            Part::Literal(text) => text.as_str(),
            Part::Value(_) | Part::Rest(_) => "{",
        })
        .collect();
    if text.contains("//") {
        mistakes.push("`//` is an empty segment: write one slash".to_owned());
    }
    let dots = text.split('/').find(|segment| {
        let plain = segment.to_ascii_lowercase().replace("%2e", ".");
        plain == "." || plain == ".."
    });
    if let Some(dots) = dots {
        mistakes.push(format!(
            "the segment `{dots}` would be resolved away: write the path without it"
        ));
    }
}

fn placeholders(parts: &[Part], mistakes: &mut Vec<String>) {
    let mut seen: Vec<&str> = Vec::new();
    // A missing first slash is reported elsewhere.
    let mut starts_segment = true;
    for (at, part) in parts.iter().enumerate() {
        let (Part::Value(name) | Part::Rest(name)) = part else {
            starts_segment = part.ends_with_slash();
            continue;
        };
        if !name.is_empty() && seen.contains(&name.as_str()) {
            mistakes.push(format!(
                "`{{{name}}}` is in the path twice: give the second another \
                name, and an argument for it"
            ));
        }
        seen.push(name);
        if matches!(part, Part::Rest(_)) && (at + 1 != parts.len() || !starts_segment) {
            mistakes.push(format!(
                "`{{*{name}}}` must be the end of the path: write it last, after a slash, or \
                `{{{name}}}` for a single segment"
            ));
        }
        starts_segment = false;
    }
}

#[cfg(test)]
mod tests;
