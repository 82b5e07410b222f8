//! Query parameters, and forms, which are written the same way.
//!
//! `serde_html_form` was tried in place of these serializers. It refuses arrays and tuples (`[u64; 3]` is a sequence to everybody else), writes
//! `1.0` where a path has `1`, does not say which shape it refuses, and writes no comma-separated values: two of the three would stay.

use std::borrow::Cow;
use std::fmt::{self, Display, Write};

use serde::Serialize;

use super::encoding::encoded;
use fields::Fields;
use value::Value;

mod fields;
mod scalar;
mod value;

/// A scalar, or a sequence as a repeated key.
pub(super) fn repeated<T: Serialize + ?Sized>(
    mut pairs: Pairs<'_>,
    name: &'static str,
    value: &T,
) -> Result<(), Cow<'static, str>> {
    let key = encoded(name);
    value
        .serialize(Value::new(&mut pairs, &key))
        .map_err(|unfit| unfit.in_parameter(name))
}

/// A sequence as one value. The commas between the items go out as they are (RFC 6570, section 3.2.8), those in an
/// item encoded.
pub(super) fn comma_separated<T: Serialize + ?Sized>(
    mut pairs: Pairs<'_>,
    name: &'static str,
    value: &T,
) -> Result<(), Cow<'static, str>> {
    let key = encoded(name);
    value
        .serialize(Value::comma_separated(&mut pairs, &key))
        .map_err(|unfit| unfit.in_parameter(name))
}

/// A struct or map, key by key.
pub(super) fn flattened<T: Serialize + ?Sized>(
    mut pairs: Pairs<'_>,
    name: &'static str,
    value: &T,
) -> Result<(), Cow<'static, str>> {
    value
        .serialize(Fields(&mut pairs))
        .map_err(|unfit| unfit.in_argument(name))
}

/// A key without a value.
pub(super) fn flag(mut pairs: Pairs<'_>, name: &str) {
    pairs.separate();
    pairs.push(&encoded(name));
}

/// Appends `key=value` pairs to a text.
pub(super) struct Pairs<'t> {
    text: &'t mut String,
    /// The position of the first pair.
    start: usize,
    /// The separator before the first pair.
    opening: &'static str,
}

impl<'t> Pairs<'t> {
    pub(super) fn new(text: &'t mut String, start: usize, opening: &'static str) -> Self {
        Self {
            text,
            start,
            opening,
        }
    }

    fn separate(&mut self) {
        let separator = if self.text.len() == self.start {
            self.opening
        } else {
            "&"
        };
        self.text.push_str(separator);
    }

    fn push(&mut self, text: &dyn Display) {
        // Writing to a String cannot fail, nor can what is written here: it is encoded text.
        let _ = write!(self.text, "{text}");
    }
}

/// Why a value cannot be written as query parameters. The value itself is never quoted.
#[derive(Debug)]
enum Unfit {
    /// The value has this shape where another is needed.
    Shape {
        is: &'static str,
        needs: &'static str,
    },
    /// Its own `Serialize` fails.
    Own,
}

impl Unfit {
    /// In an argument that is marked `#[query]`.
    fn in_parameter(&self, name: &str) -> Cow<'static, str> {
        let problem = self.in_argument(name);
        match self {
            Self::Shape {
                is: "a map" | "a struct",
                needs: value::NEEDS,
            } => format!("{problem}: mark it `#[query_map]`").into(),
            _ => problem,
        }
    }

    fn in_argument(&self, name: &str) -> Cow<'static, str> {
        format!("has a `{name}` that {self}").into()
    }
}

impl Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shape { is, needs } => write!(f, "holds {is} where {needs} is needed"),
            Self::Own => f.write_str("could not be serialized"),
        }
    }
}

impl std::error::Error for Unfit {}

impl serde::ser::Error for Unfit {
    fn custom<T: Display>(_message: T) -> Self {
        Self::Own
    }
}

#[cfg(test)]
mod tests;
