//! What can be checked of a base URL at compile time. The rest is for the URL parser at run time.

use std::net::IpAddr;

/// `Err` says what to write instead.
pub(crate) fn check(text: &str) -> Result<(), String> {
    if text.is_empty() {
        return Err(
            "the base URL is empty: write one such as \"https://api.example.com\", or \
            leave `base_url` out and call `with_base_url`"
                .to_owned(),
        );
    }
    if text.contains(['{', '}']) {
        return Err(
            "a base URL cannot have a placeholder: leave `base_url` out and call `with_base_url`"
                .to_owned(),
        );
    }
    let Some((scheme, rest)) = text.split_once("://") else {
        return Err(format!(
            "`{text}` has no scheme: write \"https://{}\"",
            corrected(text.trim_start_matches(['/', ':']))
        ));
    };
    let is_http = scheme.eq_ignore_ascii_case("http");
    if !is_http && !scheme.eq_ignore_ascii_case("https") {
        return Err(format!(
            "a token cannot be sent over `{scheme}`: write \"https://{}\"",
            corrected(rest)
        ));
    }
    for (sign, what) in [('?', "a query"), ('#', "a fragment")] {
        if text.contains(sign) {
            return Err(format!(
                "a base URL cannot have {what}: write \"{scheme}://{}\"",
                corrected(rest)
            ));
        }
    }
    let authority = rest.split('/').next().unwrap_or_default();
    if authority.contains('@') {
        return Err(format!(
            "a base URL cannot have a user name or password: write \"{scheme}://{}\"",
            corrected(rest)
        ));
    }
    if is_http && !is_loopback(authority) {
        return Err(format!(
            "plain `http` exposes the token to the network: write \"https://{rest}\", or leave \
            `base_url` out and set it on the `builder`, with `allow_origin`"
        ));
    }
    Ok(())
}

/// Host and path without anything that is refused, so that the suggestion is valid.
fn corrected(rest: &str) -> String {
    let end = rest.find(['?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest[..end].split_at(rest[..end].find('/').unwrap_or(end));
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    format!("{host}{path}")
}

/// Whether this host is the machine itself.
fn is_loopback(authority: &str) -> bool {
    let host = match authority.strip_prefix('[') {
        Some(bracketed) => bracketed.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    match host.parse::<IpAddr>() {
        Ok(address) => address.to_canonical().is_loopback(),
        Err(_) => host.trim_end_matches('.').eq_ignore_ascii_case("localhost"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_receive_a_token_is_accepted() {
        for url in [
            "https://api.example.com",
            "https://api.example.com:8443/v1/",
            "HTTPS://API.example.com.",
            "https://[::1]",
            "https://müller.example",
            "http://localhost:8080",
            "http://127.0.0.1:1",
            "http://[::1]:8080/x",
            "http://[::ffff:127.0.0.1]",
            "HTTP://LOCALHOST./x",
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
            ("https://{region}.example.com", "with_base_url"),
            (
                "http://orders.internal:80/v1",
                "\"https://orders.internal:80/v1\"",
            ),
            ("http://127.0.0.1.example.com", "allow_origin"),
            ("http://localhost.example.com", "allow_origin"),
        ] {
            let message = check(url).expect_err(url);
            assert!(message.contains(instead), "{url}: {message}");
        }
    }
}
