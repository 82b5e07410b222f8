//! JSON to a value; the problem, if there is one, in words that quote nothing of the document.

use serde::de::DeserializeOwned;
use serde_json::error::Category;

use super::json_path;

/// Decodes fast. Only a document that fails is decoded again, to find out where.
pub(crate) fn decode_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    serde_json::from_slice(body).map_err(|error| problem(body, 1, &error, json_path::of::<T>))
}

/// The same for one line of a body; the first is 1.
#[cfg(feature = "stream")]
pub(crate) fn decode_json_line<T: DeserializeOwned>(
    line: &[u8],
    number: usize,
) -> Result<T, String> {
    serde_json::from_slice(line).map_err(|error| problem(line, number, &error, json_path::of::<T>))
}

/// serde_json's own message quotes the document; of it only category, line and column are kept.
fn problem(
    body: &[u8],
    first_line: usize,
    error: &serde_json::Error,
    locate: fn(&[u8]) -> Option<String>,
) -> String {
    let what = match error.classify() {
        _ if body.trim_ascii().is_empty() => {
            return "has an empty body where JSON was expected".to_owned();
        }
        Category::Syntax => "has a body that is not JSON",
        Category::Eof => "has a body of JSON that ends early",
        Category::Data | Category::Io => "has a body of JSON that does not fit the type",
    };
    let place = locate(body).map_or_else(String::new, |path| format!(" at `{path}`,"));
    let line = first_line + error.line().saturating_sub(1);
    format!("{what}:{place} line {line}, column {}", error.column())
}

#[cfg(test)]
mod tests;
