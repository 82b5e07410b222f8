//! Origin: scheme, host and port, the unit that may or may not see a token.

use std::fmt;

use url::Url;

pub(crate) use ::wristband_m2m::private::is_loopback;

/// The origin of a request (RFC 6454): one origin is one party.
///
/// Hosts are kept as the URL parser normalises them (lower case, punycode, shortest IPv6), without the trailing dot
/// that DNS allows; the port is always the effective one. User info is not part of it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Origin {
    https: bool,
    host: Box<str>,
    port: u16,
    loopback: bool,
}

impl Origin {
    /// The origin of an `http` or `https` URL.
    pub(crate) fn of(url: &Url) -> Option<Self> {
        let (https, host, port) = parts(url)?;
        Some(Self {
            https,
            host: host.into(),
            port,
            loopback: is_loopback(url),
        })
    }

    /// Reads what a user writes: an origin and nothing else. The error says what to write instead.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        if text.contains('@') {
            // The text is not quoted: it may hold a password.
            return Err("must not have user info: write `https://host`".to_owned());
        }
        if text.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return Err(format!(
                "must not have white space: remove it from `{}`",
                text.escape_debug()
            ));
        }
        let url = Url::parse(text).map_err(|error| {
            format!(
                "must be an origin, and `{text}` is not ({error}): write `https://host` or `https://host:port`"
            )
        })?;
        if !matches!(url.scheme(), "http" | "https") {
            let host = text.split_once("://").map_or(text, |(_, host)| host);
            return Err(format!(
                "must be `https` or `http`, and not `{}`: write `https://{host}` if that is the host",
                url.scheme()
            ));
        }
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            return Err(
                "must not have a path, a query or a fragment: write `https://host`".to_owned(),
            );
        }
        if url.host_str().is_some_and(|host| host.contains('*')) {
            return Err(format!(
                "must not have a wildcard, as `{text}` has: write each origin that may see the token"
            ));
        }
        Self::of(&url)
            .ok_or_else(|| format!("must have a host, and `{text}` has none: write `https://host`"))
    }

    /// Whether `url` is of this origin. Allocates nothing.
    pub(crate) fn contains(&self, url: &Url) -> bool {
        parts(url).is_some_and(|(https, host, port)| {
            self.https == https && &*self.host == host && self.port == port
        })
    }

    /// Whether it is reached over TLS.
    pub(crate) fn is_https(&self) -> bool {
        self.https
    }

    /// Whether requests to it stay on this machine.
    pub(crate) fn is_loopback(&self) -> bool {
        self.loopback
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, default_port) = if self.https {
            ("https", 443)
        } else {
            ("http", 80)
        };
        write!(f, "{scheme}://{}", self.host)?;
        if self.port != default_port {
            write!(f, ":{}", self.port)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// Whether both URLs are of one origin. Allocates nothing.
pub(crate) fn same_origin(one: &Url, other: &Url) -> bool {
    parts(one).is_some_and(|origin| Some(origin) == parts(other))
}

fn parts(url: &Url) -> Option<(bool, &str, u16)> {
    let https = match url.scheme() {
        "https" => true,
        "http" => false,
        _ => return None,
    };
    let host = url.host_str()?;
    let host = host.strip_suffix('.').unwrap_or(host);
    Some((https, host, url.port_or_known_default()?))
}

#[cfg(test)]
mod tests;
