//! Where the token endpoint is, as users write it.

use std::net::IpAddr;

use reqwest::Url;

use crate::config_error::ConfigError;

/// The path of Wristband's token endpoint below the application's domain.
pub(crate) const TOKEN_PATH: &str = "/api/v1/oauth2/token";

/// Returns the token endpoint of a vanity domain. The text is checked before the URL parser sees it, which would take
/// much of what is wrong for another part of a URL.
pub(super) fn domain_url(domain: &str) -> Result<Url, ConfigError> {
    let wrong = |what: &'static str| {
        ConfigError::new(
            "application_vanity_domain",
            format!("{what}: write the bare host, such as `acme.us.wristband.dev`"),
        )
    };
    if domain.contains("://") {
        return Err(wrong("must not have a scheme"));
    }
    if domain.contains(char::is_whitespace) {
        return Err(wrong("must not have white space"));
    }
    if domain.contains('@') {
        return Err(wrong("must not have user info"));
    }
    if domain.contains(['/', '\\', '?', '#']) {
        return Err(wrong("must not have a path, a query or a fragment"));
    }
    if domain.ends_with(':') {
        return Err(wrong("must have a port after the colon, or no colon"));
    }
    let url = Url::parse(&format!("https://{domain}{TOKEN_PATH}"))
        .map_err(|error| wrong("is not a host").caused_by(error))?;
    if url.path() != TOKEN_PATH {
        return Err(wrong("is not a host"));
    }
    Ok(url)
}

pub(super) fn endpoint_url(text: &str) -> Result<Url, ConfigError> {
    let wrong = |what: &'static str| {
        ConfigError::new(
            "token_endpoint",
            format!(
                "{what}: write the whole URL, such as `https://acme.us.wristband.dev{TOKEN_PATH}`"
            ),
        )
    };
    let url = Url::parse(text).map_err(|error| wrong("is not a URL").caused_by(error))?;
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&url) => {}
        "http" => {
            return Err(wrong(
                "must not send the client secret over plain http to another machine",
            ));
        }
        _ => return Err(wrong("must be an https URL")),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("must not have user info"));
    }
    if url.fragment().is_some() {
        return Err(wrong("must not have a fragment"));
    }
    Ok(url)
}

/// Whether a request to `url` stays on this machine: `localhost` by name, or a loopback address. Names below
/// `.localhost` do not count, since not every resolver keeps them local (RFC 6761, section 6.3). Allocates nothing.
pub fn is_loopback(url: &Url) -> bool {
    if let Some(name) = url.domain() {
        return name.strip_suffix('.').unwrap_or(name) == "localhost";
    }
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    address
        .parse()
        .is_ok_and(|address: IpAddr| address.to_canonical().is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_is_an_address_or_localhost() {
        let loopback = |text| is_loopback(&Url::parse(text).unwrap());
        for text in [
            "http://localhost",
            "http://LOCALHOST.:8080",
            "http://127.0.0.1",
            "http://127.9.8.7:1",
            "http://2130706433",
            "http://[::1]",
            "http://[::ffff:127.0.0.1]",
        ] {
            assert!(loopback(text), "{text}");
        }
        for text in [
            "http://localhost.example.com",
            "http://api.localhost",
            "http://127.0.0.1.example.com",
            "http://0.0.0.0",
            "http://10.0.0.1",
            "http://[::2]",
            "http://localhost@example.com",
            "data:text/plain,localhost",
        ] {
            assert!(!loopback(text), "{text}");
        }
    }

    #[test]
    fn the_endpoint_of_a_domain_is_the_documented_one() {
        assert_eq!(
            domain_url("acme.us.wristband.dev").unwrap().as_str(),
            "https://acme.us.wristband.dev/api/v1/oauth2/token"
        );
    }
}
