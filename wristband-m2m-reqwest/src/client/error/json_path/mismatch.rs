//! Mismatch: what a type reports of a document that does not fit it, in the words of the program.

use std::error::Error as StdError;
use std::fmt::{self, Display, Write};

use serde::de::{Error, Expected, Unexpected};

/// The expectation of a type is program text, and short; more than this is cut off.
const LONGEST_EXPECTATION: usize = 200;

/// The name of an unknown field is written by the server.
const LONGEST_NAME: usize = 64;

/// The most names of fields and variants that a message lists.
const MOST_NAMES: usize = 16;

/// `None`: a message that the type wrote itself, which may quote the value.
#[derive(Debug, Default)]
pub(super) struct Mismatch(Option<String>);

impl Mismatch {
    pub(super) fn reason(self) -> Option<String> {
        self.0
    }

    fn found(what: &str, value: &Unexpected<'_>, expected: &dyn Expected) -> Self {
        let expected = expected.to_string();
        let quotes = match value {
            Unexpected::Str(value) => value.len() > 2 && expected.contains(value),
            _ => false,
        };
        Self(Some(if quotes || expected.len() > LONGEST_EXPECTATION {
            format!("found {what}")
        } else {
            format!("found {what}, expected {expected}")
        }))
    }
}

impl Error for Mismatch {
    fn custom<T: Display>(_message: T) -> Self {
        Self(None)
    }

    fn invalid_type(value: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::found(kind(&value), &value, expected)
    }

    fn invalid_value(value: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let problem = match value {
            Unexpected::Unsigned(_) | Unexpected::Signed(_) | Unexpected::Float(_) => {
                "out of range"
            }
            _ => "with an invalid value",
        };
        Self::found(&format!("{} {problem}", kind(&value)), &value, expected)
    }

    fn invalid_length(length: usize, expected: &dyn Expected) -> Self {
        Self(Some(format!(
            "found {length} elements, expected {expected}"
        )))
    }

    fn unknown_variant(_variant: &str, expected: &'static [&'static str]) -> Self {
        Self(Some(match expected {
            [] => "unknown variant".to_owned(),
            _ => format!("unknown variant, expected one of {}", names(expected)),
        }))
    }

    fn unknown_field(field: &str, _expected: &'static [&'static str]) -> Self {
        let name: String = field
            .chars()
            .take(LONGEST_NAME)
            .flat_map(char::escape_debug)
            .collect();
        let more = if field.chars().nth(LONGEST_NAME).is_some() {
            ".."
        } else {
            ""
        };
        Self(Some(format!("unknown field `{name}{more}`")))
    }

    fn missing_field(field: &'static str) -> Self {
        Self(Some(format!("missing field `{field}`")))
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self(Some(format!("duplicate field `{field}`")))
    }
}

fn kind(value: &Unexpected<'_>) -> &'static str {
    match value {
        Unexpected::Bool(_) => "a boolean",
        Unexpected::Unsigned(_) | Unexpected::Signed(_) => "an integer",
        Unexpected::Float(_) => "a number with a fraction",
        Unexpected::Char(_) | Unexpected::Str(_) => "a string",
        Unexpected::Unit | Unexpected::Option => "null",
        Unexpected::Seq => "an array",
        Unexpected::Map => "an object",
        _ => "a value",
    }
}

fn names(names: &[&str]) -> String {
    let mut text = String::new();
    for (at, name) in names.iter().take(MOST_NAMES).enumerate() {
        let separator = if at == 0 { "" } else { ", " };
        // Writing to a String cannot fail.
        let _ = write!(text, "{separator}`{name}`");
    }
    if names.len() > MOST_NAMES {
        text.push_str(", ..");
    }
    text
}

impl Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_deref().unwrap_or("does not fit the type"))
    }
}

impl StdError for Mismatch {}
