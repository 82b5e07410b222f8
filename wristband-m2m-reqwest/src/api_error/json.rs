//! JSON to a value; the problem, if there is one, in words that quote nothing of the document.

use serde::de::DeserializeOwned;
use serde_json::error::Category;

pub(crate) fn decode_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    serde_json::from_slice(body).map_err(|error| problem(body, &error))
}

/// serde_json's own message quotes the document; of it only category, line and column are kept.
fn problem(body: &[u8], error: &serde_json::Error) -> String {
    let what = match error.classify() {
        _ if body.is_empty() => return "has an empty body where JSON was expected".to_owned(),
        Category::Syntax => "has a body that is not JSON",
        Category::Eof => "has a body of JSON that ends early",
        Category::Data | Category::Io => "has a body of JSON that does not fit the type",
    };
    format!("{what}: line {}, column {}", error.line(), error.column())
}
