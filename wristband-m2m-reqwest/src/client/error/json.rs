//! JSON to a value; the problem, if there is one, in words that quote nothing of the document.

use serde::de::DeserializeOwned;
use serde_json::error::Category;

use super::json_path;

/// Decodes fast. Only a document that fails is decoded again, to find out where and why.
pub(crate) fn decode_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    serde_json::from_slice(body).map_err(|error| problem(body, 1, &error, json_path::problem::<T>))
}

/// The same for one line of a body; the first is 1.
#[cfg(feature = "stream")]
pub(crate) fn decode_json_line<T: DeserializeOwned>(
    line: &[u8],
    number: usize,
) -> Result<T, String> {
    // One check of the line costs less than one of each string in it.
    let decoded = match std::str::from_utf8(line) {
        Ok(text) => serde_json::from_str(text),
        Err(_) => serde_json::from_slice(line),
    };
    decoded.map_err(|error| problem(line, number, &error, json_path::problem::<T>))
}

/// serde_json's own message quotes the document; of it only category, line and column are kept.
fn problem(
    body: &[u8],
    first_line: usize,
    error: &serde_json::Error,
    locate: fn(&[u8]) -> Option<json_path::Problem>,
) -> String {
    if body.trim_ascii().is_empty() {
        return "has an empty body where JSON was expected".to_owned();
    }
    let problem = locate(body);
    let reason = problem.as_ref().and_then(|it| it.reason.as_deref());
    let what = match error.classify() {
        _ if reason.is_some() => "has a body of JSON that does not fit the type",
        Category::Syntax => "has a body that is not JSON",
        Category::Eof => "has a body of JSON that ends early",
        Category::Data | Category::Io => "has a body of JSON that does not fit the type",
    };
    let path = problem.as_ref().map_or("", |it| &it.path);
    let place = match path {
        "" => String::new(),
        path => format!(" at `{path}`,"),
    };
    let reason = reason.map_or_else(String::new, |reason| format!(" {reason},"));
    let line = first_line + error.line().saturating_sub(1);
    let column = error.column();
    format!("{what}:{place}{reason} line {line}, column {column}")
}

#[cfg(test)]
mod tests;
