//! BaseUrl: where a typed client sends its requests, parsed once.

use std::fmt;
use std::sync::Arc;

use reqwest::Url;
use url::ParseError;

use crate::middleware::origin::Origin;

/// Scheme, host, port and a path that every endpoint's path is appended to.
#[derive(Clone)]
pub(crate) struct BaseUrl {
    url: Url,
    origin: Arc<Origin>,
    /// Length of `https://host:port` in the text of `url`.
    authority_end: usize,
    /// Length of the text of `url` without the trailing slash of its path.
    path_end: usize,
}

impl BaseUrl {
    /// Reads what a user writes. `allowed` are the origins that may be plain `http` without being on this machine.
    /// The error says what to write instead.
    pub(crate) fn parse(text: &str, allowed: &[Origin]) -> Result<Self, String> {
        // The text is never quoted: it may hold a password. A URL parser drops white space and an empty user info.
        if text.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return Err("must not have white space: remove it".to_owned());
        }
        let url = Url::parse(text).map_err(|error| {
            format!("is not a URL ({error}): write for example `https://api.example.com/v1`")
        })?;
        let origin = Origin::of(&url)
            .ok_or("must be an `https` URL: write for example `https://api.example.com/v1`")?;
        if has_user_info(text) {
            return Err("must not have user info: remove what stands before the `@`".to_owned());
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(
                "must not have a query or a fragment: end it before the `?` or `#`".to_owned(),
            );
        }
        if !origin.is_https() && !origin.is_loopback() && !allowed.contains(&origin) {
            return Err(format!(
                "must not be plain `http` to another machine: write `https`, or name it with `allow_origin(\"{origin}\")`"
            ));
        }
        let path_end = url.as_str().trim_end_matches('/').len();
        let authority_end = url.as_str().len() - url.path().len();
        if url.path()[..path_end - authority_end].contains("//") {
            return Err("must not have `//` in its path: write a single slash".to_owned());
        }
        Ok(Self {
            url,
            origin: Arc::new(origin),
            authority_end,
            path_end,
        })
    }

    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    pub(crate) fn origin(&self) -> &Arc<Origin> {
        &self.origin
    }

    /// The path, without a trailing slash; empty for the root.
    pub(crate) fn path(&self) -> &str {
        &self.url.as_str()[self.authority_end..self.path_end]
    }

    /// Resolves a relative reference. The path counts as a folder, with or without a trailing slash.
    pub(crate) fn join(&self, reference: &str) -> Result<Url, ParseError> {
        if self.url.as_str().len() != self.path_end {
            return self.url.join(reference);
        }
        let mut folder = self.url.clone();
        folder.set_path(&format!("{}/", self.url.path()));
        folder.join(reference)
    }

    /// The URL with this path and query on this origin; `None` if a parser would read it in any other way.
    ///
    /// Only the target is parsed: the authority, whose parsing costs more, is taken over.
    pub(crate) fn with_target(&self, target: &str) -> Option<Url> {
        let url = self.url.join(target).ok()?;
        let (authority, rest) = url.as_str().split_at_checked(self.authority_end)?;
        let same = url.fragment().is_none()
            && authority == &self.url.as_str()[..self.authority_end]
            && rest == target;
        same.then_some(url)
    }
}

/// Whether there is an `@` before the path.
fn has_user_info(text: &str) -> bool {
    let (_, rest) = text.split_once(':').unwrap_or(("", text));
    let authority = rest.trim_start_matches(['/', '\\']);
    authority
        .split(['/', '\\', '?', '#'])
        .next()
        .is_some_and(|authority| authority.contains('@'))
}

impl fmt::Debug for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.url.as_str()[..self.path_end])
    }
}

#[cfg(test)]
mod tests;
