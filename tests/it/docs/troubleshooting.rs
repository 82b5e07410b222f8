//! The failure guide lists every error message.

use proc_macro2::{TokenStream, TokenTree};

use super::{read, sources};

/// Macros and methods whose text goes to developers, logs or metrics.
const NOT_FOR_ERRORS: [&str; 16] = [
    "assert",
    "assert_eq",
    "assert_ne",
    "debug",
    "debug_span",
    "describe_counter",
    "describe_gauge",
    "describe_histogram",
    "error_span",
    "expect",
    "info",
    "info_span",
    "panic",
    "trace",
    "trace_span",
    "warn",
];

/// Values of the field `reason` of a span.
const REASONS: [&str; 2] = ["about to expire", "lives too short"];

#[test]
fn every_message_is_in_the_failure_guide() {
    let guide = plain(&read("docs/troubleshooting.md"));
    let missing: Vec<_> = messages()
        .into_iter()
        .filter(|message| !fixed_parts(message).all(|part| guide.contains(&part)))
        .collect();
    assert!(
        missing.is_empty(),
        "docs/troubleshooting.md does not explain these: add each, with `…` for what is filled in\n{}",
        missing.join("\n")
    );
}

/// Returns the literals of three or more words, in the sources of both libraries, that may be part of an error.
fn messages() -> Vec<String> {
    let mut found = Vec::new();
    for library in ["wristband-m2m", "wristband-m2m-reqwest"] {
        for (_, tokens) in sources::of_crate(library) {
            collect(tokens, &mut found);
        }
    }
    found
}

fn collect(tokens: TokenStream, found: &mut Vec<String>) {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == '#' => {
                tokens.next_if(|token| matches!(token, TokenTree::Punct(_)));
                let Some(TokenTree::Group(attribute)) = tokens.next() else {
                    continue;
                };
                let attribute = attribute.stream();
                if attribute.to_string().starts_with("error") {
                    collect(attribute, found);
                }
            }
            TokenTree::Ident(name) if NOT_FOR_ERRORS.iter().any(|other| name == other) => {
                tokens.next_if(|token| matches!(token, TokenTree::Punct(_)));
                tokens.next_if(|token| matches!(token, TokenTree::Group(_)));
            }
            TokenTree::Group(group) => collect(group.stream(), found),
            TokenTree::Literal(literal) => {
                let text = literal.to_string();
                if let Some(text) = text
                    .strip_prefix('"')
                    .and_then(|text| text.strip_suffix('"'))
                    && text.split_whitespace().count() > 2
                    && !REASONS.contains(&text)
                {
                    found.push(unescape(text));
                }
            }
            TokenTree::Ident(_) | TokenTree::Punct(_) => {}
        }
    }
}

/// Resolves escaped quotes and line continuations.
fn unescape(text: &str) -> String {
    let mut lines = text.split("\\\n");
    let first = lines.next().unwrap_or_default().to_owned();
    lines
        .fold(first, |text, line| text + line.trim_start())
        .replace("\\\"", "\"")
}

/// Returns the parts between the placeholders that are longer than a word.
fn fixed_parts(message: &str) -> impl Iterator<Item = String> {
    message
        .split('{')
        .enumerate()
        .map(|(at, part)| match part.split_once('}') {
            Some((_, rest)) if at > 0 => plain(rest),
            _ => plain(part),
        })
        .map(|part| {
            let ends = |character: char| character.is_whitespace() || "(),:".contains(character);
            part.trim_matches(ends).to_owned()
        })
        .filter(|part| part.contains(' '))
}

/// Returns the text on one line, without the Markdown for code and emphasis.
fn plain(text: &str) -> String {
    let text = text.replace(['`', '*'], "");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
