//! Target: the path and query of a request, composed as they go over the wire.

use std::borrow::Cow;
use std::fmt::{Display, Write};

use reqwest::Url;
use url::{ParseError, form_urlencoded};

use super::encoding::Encoded;
use super::query::Pairs;
use crate::client::base_url::BaseUrl;

/// Values are encoded as they are written, so no value can end its segment, begin a query or name another host.
///
/// What encoding cannot carry is refused: a segment that comes out as `.` or `..` means another path to every parser,
/// even as `%2e` (WHATWG URL, "double-dot URL path segment"), and an empty one is dropped by many servers.
#[derive(Default)]
pub(super) struct Target {
    text: String,
    /// Where the segment begins that the path ends with.
    segment: usize,
    /// The last value in that segment.
    value: Option<&'static str>,
    /// Where the path ends.
    query: Option<usize>,
}

impl Target {
    /// Begins with the path of the base URL, which has no trailing slash.
    pub(super) fn below(base: &str, room: usize) -> Self {
        let mut text = String::with_capacity(base.len() + room + 64);
        text.push_str(base);
        Self {
            segment: text.len(),
            text,
            value: None,
            query: None,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Text that is encoded already.
    pub(super) fn literal(&mut self, text: &str) -> Result<(), Cow<'static, str>> {
        let (end, rest) = text.split_at(text.find('/').unwrap_or(text.len()));
        self.text.push_str(end);
        if !rest.is_empty() {
            self.end_segment()?;
            self.text.push_str(rest);
            self.segment = self.text.rfind('/').map_or(0, |slash| slash + 1);
        }
        Ok(())
    }

    pub(super) fn value(
        &mut self,
        name: &'static str,
        value: &dyn Display,
    ) -> Result<(), Cow<'static, str>> {
        self.value = Some(name);
        write!(Encoded(&mut self.text), "{value}")
            .map_err(|_| format!("has a `{name}` that could not be written as text").into())
    }

    /// Where query parameters are appended; the path ends here.
    pub(super) fn query(&mut self) -> Result<Pairs<'_>, Cow<'static, str>> {
        self.end_segment()?;
        let start = *self.query.get_or_insert(self.text.len());
        Ok(Pairs::new(&mut self.text, start, "?"))
    }

    /// Appends a query parameter, unless there is one of that name.
    pub(super) fn fixed_query(
        &mut self,
        name: &'static str,
        value: &'static str,
    ) -> Result<(), Cow<'static, str>> {
        let own = self.query.and_then(|start| self.text.get(start + 1..));
        if own.is_some_and(|query| has_parameter(query, name)) {
            return Ok(());
        }
        super::query::repeated(self.query()?, name, value)
    }

    /// The URL below a base, verified to be what was composed.
    pub(super) fn below_base(mut self, base: &BaseUrl) -> Result<Url, Cow<'static, str>> {
        self.end_segment()?;
        if !self.text.starts_with('/') {
            // The root of the host without a path, with or without a query.
            self.text.insert(0, '/');
        }
        base.with_target(&self.text)
            .ok_or(Cow::Borrowed("has a path that a URL cannot carry"))
    }

    /// A whole URL with the query parameters appended to its own.
    pub(super) fn appended_to(self, mut url: Url) -> Url {
        let own = self.query.and_then(|start| self.text.get(start + 1..));
        if let Some(own) = own {
            let query = match url.query() {
                None | Some("") => own.to_owned(),
                Some(query) => format!("{query}&{own}"),
            };
            url.set_query(Some(&query));
        }
        url
    }

    fn end_segment(&mut self) -> Result<(), Cow<'static, str>> {
        let Some(name) = self.value.take() else {
            return Ok(());
        };
        let segment = self.text.get(self.segment..).unwrap_or_default();
        match segment {
            "" => Err(format!("has an empty path segment in `{name}`").into()),
            "." | ".." => Err(format!("has a path segment of nothing but dots in `{name}`").into()),
            _ => Ok(()),
        }
    }
}

pub(super) fn has_parameter(query: &str, name: &str) -> bool {
    form_urlencoded::parse(query.as_bytes()).any(|(key, _)| key == name)
}

/// Reads the argument of a method that takes the whole URL, or a reference to be joined to another. It may be confidential and
/// is never quoted.
pub(super) fn whole_url(
    text: &str,
    join: impl FnOnce(&str) -> Result<Url, ParseError>,
) -> Result<Url, Cow<'static, str>> {
    let url = match Url::parse(text) {
        Err(ParseError::RelativeUrlWithoutBase) => join(text),
        url => url,
    };
    let mut url = url.map_err(|error| format!("has a URL that cannot be read: {error}"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("has a URL that is neither `https` nor `http`".into());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("has a URL with user info".into());
    }
    url.set_fragment(None);
    Ok(url)
}

#[cfg(test)]
mod tests;
