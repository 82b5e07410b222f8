//! Where the token endpoint is, as users write it.

use std::net::IpAddr;

use reqwest::Url;

use crate::config_error::ConfigError;

/// Where Wristband answers token requests, below the application's domain.
pub(crate) const TOKEN_PATH: &str = "/api/v1/oauth2/token";

/// The token endpoint of a vanity domain. What is wrong with the domain is looked for before the URL parser sees it,
/// which would take much of it for another part of a URL.
pub(super) fn domain_url(domain: &str) -> Result<Url, ConfigError> {
    let wrong = |what: &'static str| {
        ConfigError::new(
            "application_vanity_domain",
            format!("{what}: write the bare host, such as acme.us.wristband.dev"),
        )
    };
    if domain.contains("://") {
        return Err(wrong("is a URL, and belongs here without a scheme"));
    }
    if domain.contains(char::is_whitespace) {
        return Err(wrong("has a space in it"));
    }
    if domain.contains('@') {
        return Err(wrong("has user information in it"));
    }
    if domain.contains(['/', '\\', '?', '#']) {
        return Err(wrong("has a path, a query or a fragment"));
    }
    if domain.ends_with(':') {
        return Err(wrong("ends with a colon and has no port after it"));
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
                "{what}: write the whole URL, such as https://acme.us.wristband.dev{TOKEN_PATH}"
            ),
        )
    };
    let url = Url::parse(text).map_err(|error| wrong("is not a URL").caused_by(error))?;
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&url) => {}
        "http" => {
            return Err(wrong(
                "is plain http, which shows the secret to the network and is allowed on loopback only",
            ));
        }
        _ => return Err(wrong("is neither https nor http")),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("has user information in it"));
    }
    if url.fragment().is_some() {
        return Err(wrong("has a fragment"));
    }
    Ok(url)
}

/// Whether no other machine sees what is sent to `url`.
fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || address
            .parse()
            .is_ok_and(|address: IpAddr| address.is_loopback())
}
