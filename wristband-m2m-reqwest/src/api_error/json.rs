//! JSON to a value; the problem, if there is one, in words that quote nothing of the document.

use serde::de::DeserializeOwned;
use serde_json::error::Category;

pub(crate) fn decode_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    serde_json::from_slice(body).map_err(|error| problem(body, 1, &error))
}

/// The same for one line of a body; the first is 1.
#[cfg(feature = "stream")]
pub(crate) fn decode_json_line<T: DeserializeOwned>(
    line: &[u8],
    number: usize,
) -> Result<T, String> {
    serde_json::from_slice(line).map_err(|error| problem(line, number, &error))
}

/// serde_json's own message quotes the document; of it only category, line and column are kept.
fn problem(body: &[u8], first_line: usize, error: &serde_json::Error) -> String {
    let what = match error.classify() {
        _ if body.is_empty() => return "has an empty body where JSON was expected".to_owned(),
        Category::Syntax => "has a body that is not JSON",
        Category::Eof => "has a body of JSON that ends early",
        Category::Data | Category::Io => "has a body of JSON that does not fit the type",
    };
    let line = first_line + error.line().saturating_sub(1);
    format!("{what}: line {line}, column {}", error.column())
}
