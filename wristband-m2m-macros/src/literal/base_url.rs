//! What of a base URL can be known before the program runs.

use std::net::{Ipv4Addr, Ipv6Addr};

/// `Err` says what to write instead. Whether plain `http` may leave the machine is for the run time to say, which knows
/// the origins that were allowed.
pub(crate) fn check(text: &str) -> Result<(), String> {
    if text.is_empty() {
        return Err(
            "the base URL is empty: write one such as \"https://api.example.com\", or \
            leave `base_url` out and call `with_base_url`"
                .to_owned(),
        );
    }
    if let Some(c) = text.chars().find(|c| c.is_whitespace() || c.is_control()) {
        return Err(format!("a base URL has no white space: remove {c:?}"));
    }
    let Some((scheme, rest)) = text.split_once("://") else {
        return Err(format!(
            "`{text}` has no scheme: write \"https://{}\"",
            sound(text.trim_start_matches(['/', ':']))
        ));
    };
    if !["https", "http"]
        .iter()
        .any(|known| scheme.eq_ignore_ascii_case(known))
    {
        return Err(format!(
            "`{scheme}` is not a scheme a token is sent over: write \"https://{}\"",
            sound(rest)
        ));
    }
    for (sign, what) in [('?', "query"), ('#', "fragment")] {
        if text.contains(sign) {
            return Err(format!(
                "a base URL has no {what}: write \"{scheme}://{}\"",
                sound(rest)
            ));
        }
    }
    if text.contains('\\') {
        return Err(format!(
            "a base URL has no `\\`: write \"{scheme}://{}\"",
            sound(rest)
        ));
    }
    if text.contains(['{', '}']) {
        return Err(
            "a base URL has no placeholders: leave `base_url` out and call `with_base_url`"
                .to_owned(),
        );
    }
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    check_authority(scheme, authority, path)?;
    check_path(path)
}

/// Host and path without all that is refused beside the mistake at hand, so that the advice can be followed.
fn sound(rest: &str) -> String {
    let end = rest.find(['?', '#']).unwrap_or(rest.len());
    let rest = rest[..end].replace('\\', "/");
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    format!("{host}{path}")
}

fn check_authority(scheme: &str, authority: &str, path: &str) -> Result<(), String> {
    if let Some((_, host)) = authority.rsplit_once('@') {
        return Err(format!(
            "a base URL has no user name or password: write \"{scheme}://{host}{path}\""
        ));
    }
    let (host, port) = match authority
        .strip_prefix('[')
        .and_then(|inside| inside.split_once(']'))
    {
        Some((address, port)) => {
            if address.parse::<Ipv6Addr>().is_err() {
                return Err(format!(
                    "`[{address}]` is not an IPv6 address: write one such as \"[::1]\""
                ));
            }
            (
                address,
                port.strip_prefix(':')
                    .or((!port.is_empty()).then_some(port)),
            )
        }
        None => match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        },
    };
    if host.is_empty() {
        return Err(
            "the base URL has no host: write one such as \"https://api.example.com\"".to_owned(),
        );
    }
    if let Some(port) = port
        && (port.parse::<u16>().is_err() || port.starts_with('+'))
    {
        return Err(format!(
            "`{port}` is not a port: write a number up to 65535, or leave it out"
        ));
    }
    let bracketed = authority.starts_with('[');
    if !bracketed && !is_host(host) {
        return Err(format!(
            "`{host}` is not a host: write one such as \"api.example.com\""
        ));
    }
    Ok(())
}

/// Lenient: what a name may look like is for the URL parser; this refuses what no name looks like.
fn is_host(host: &str) -> bool {
    let numeric = host
        .rsplit('.')
        .next()
        .is_some_and(|last| !last.is_empty() && last.bytes().all(|b| b.is_ascii_digit()));
    if numeric {
        return host.parse::<Ipv4Addr>().is_ok();
    }
    let labels = host.strip_suffix('.').unwrap_or(host);
    labels.split('.').all(|label| !label.is_empty())
        && host
            .chars()
            .all(|c| c.is_alphanumeric() || "-._".contains(c) || !c.is_ascii())
}

fn check_path(path: &str) -> Result<(), String> {
    if path.contains("//") {
        return Err("the base URL has an empty segment `//`: write one slash".to_owned());
    }
    let dots = path.split('/').find(|segment| {
        let plain = segment.to_ascii_lowercase().replace("%2e", ".");
        plain == "." || plain == ".."
    });
    match dots {
        Some(dots) => Err(format!(
            "the segment `{dots}` would be resolved away: write the base URL without it"
        )),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_receive_a_token_is_accepted() {
        for url in [
            "https://api.example.com",
            "https://api.example.com/",
            "https://api.example.com:8443/v1/",
            "HTTPS://API.example.com.",
            "http://localhost:8080",
            "http://127.0.0.1:1",
            "http://[::1]:8080/x",
            "https://[::1]",
            "http://orders.mesh.internal",
            "https://orders_api:443",
            "https://müller.example",
        ] {
            assert_eq!(check(url), Ok(()), "{url}");
        }
    }

    #[test]
    fn each_mistake_says_what_to_write() {
        for (url, instead) in [
            ("", "with_base_url"),
            ("api.example.com", "\"https://api.example.com\""),
            ("//api.example.com", "\"https://api.example.com\""),
            ("ftp://files.example.com", "\"https://files.example.com\""),
            ("https://u:p@h.example/v1", "\"https://h.example/v1\""),
            ("https://h.example/v1?x=1", "\"https://h.example/v1\""),
            ("https://h.example#top", "\"https://h.example\""),
            ("https://u@h.example?q#f", "\"https://h.example\""),
            ("https://h.example#f?q", "\"https://h.example\""),
            ("ftp://u:p@h.example/v1?q", "\"https://h.example/v1\""),
            ("u@h.example/v1#f", "\"https://h.example/v1\""),
            ("https://u@h.example\\v1", "\"https://h.example/v1\""),
            ("https://h.example\\v1", "\"https://h.example/v1\""),
            ("https://{region}.example.com", "with_base_url"),
            ("https://h example", "remove ' '"),
            ("https://", "no host"),
            ("https:///v1", "no host"),
            ("https://:443", "no host"),
            ("https://h.example:port", "number"),
            ("https://h.example:", "number"),
            ("https://h.example:70000", "65535"),
            ("https://[::1]x", "not a port"),
            ("https://[nope]", "IPv6"),
            ("https://1.2.3.999", "not a host"),
            ("https://a..b", "not a host"),
            ("https://a%20b", "not a host"),
            ("https://h.example//v1", "one slash"),
            ("https://h.example/../v1", "without it"),
            ("https://h.example/%2e%2e/v1", "without it"),
        ] {
            let message = check(url).expect_err(url);
            assert!(message.contains(instead), "{url}: {message}");
        }
    }
}
