use super::*;
use crate::client::WristbandM2mClient;
use crate::config_error::ConfigError;

fn complete() -> WristbandM2mClientBuilder {
    WristbandM2mClient::builder()
        .client_id("billing")
        .client_secret("s3cr3t")
        .application_vanity_domain("acme.us.wristband.dev")
}

fn error_of(builder: WristbandM2mClientBuilder) -> ConfigError {
    builder.build().unwrap_err()
}

#[test]
fn a_missing_setting_is_named() {
    let builder = WristbandM2mClient::builder();
    assert_eq!(error_of(builder).setting(), "client_id");
    let builder = WristbandM2mClient::builder().client_id("billing");
    assert_eq!(error_of(builder).setting(), "client_secret");
    let builder = WristbandM2mClient::builder()
        .client_id("billing")
        .client_secret("s3cr3t");
    assert_eq!(error_of(builder).setting(), "application_vanity_domain");
}

#[test]
fn blank_and_broken_texts_are_refused_without_being_quoted() {
    let table = [
        (complete().client_id("  "), "client_id"),
        (complete().client_id("a:b"), "client_id"),
        (complete().client_id("a\nb"), "client_id"),
        (complete().client_secret(""), "client_secret"),
        (complete().client_secret("hunter2\n"), "client_secret"),
        (
            complete().secondary_client_secret("\t"),
            "secondary_client_secret",
        ),
        (
            complete().application_vanity_domain(" "),
            "application_vanity_domain",
        ),
    ];
    for (builder, setting) in table {
        let error = error_of(builder);
        assert_eq!(error.setting(), setting);
        assert!(!format!("{error} {error:?}").contains("hunter2"));
    }
}

#[test]
fn the_domain_is_a_bare_host() {
    for domain in [
        "https://acme.us.wristband.dev",
        "http://acme.us.wristband.dev",
        "acme.us.wristband.dev/",
        "acme.us.wristband.dev/api",
        "acme.us.wristband.dev?x=1",
        "acme.us.wristband.dev#x",
        "acme.us.wristband.dev\\evil",
        "user@acme.us.wristband.dev",
        "user:pw@acme.us.wristband.dev",
        "acme us",
        " acme.us.wristband.dev",
        "acme.us.wristband.dev:port",
        "acme.us.wristband.dev:99999",
        ":8443",
        "acme.us.wristband.dev:",
        "a%2fb",
    ] {
        let error = error_of(complete().application_vanity_domain(domain));
        assert_eq!(error.setting(), "application_vanity_domain", "{domain}");
        assert!(error.to_string().contains("write the bare host"), "{error}");
    }
    for domain in [
        "acme.us.wristband.dev",
        "ACME.us.wristband.dev:8443",
        "127.0.0.1:9",
        "[::1]:9",
    ] {
        assert!(
            complete().application_vanity_domain(domain).build().is_ok(),
            "{domain}"
        );
    }
}

#[test]
fn a_token_endpoint_is_https_or_on_loopback() {
    for url in [
        "http://acme.us.wristband.dev/token",
        "http://127.0.0.1.evil.example/token",
        "http://localhost.evil.example/token",
        "ftp://acme.us.wristband.dev/token",
        "https://user:hunter2@acme.us.wristband.dev/token",
        "https://acme.us.wristband.dev/token#x",
        "/token",
        "",
    ] {
        let error = error_of(complete().token_endpoint(url));
        assert_eq!(error.setting(), "token_endpoint", "{url}");
        assert!(!format!("{error} {error:?}").contains("hunter2"));
    }
    for url in [
        "https://gateway.example/token?tenant=a",
        "http://127.0.0.1:8080/token",
        "http://127.9.9.9/token",
        "http://[::1]:8080/token",
        "http://LOCALHOST:8080/token",
    ] {
        assert!(complete().token_endpoint(url).build().is_ok(), "{url}");
    }
}

#[test]
fn with_a_token_endpoint_the_domain_is_optional() {
    let builder = WristbandM2mClient::builder()
        .client_id("billing")
        .client_secret("s3cr3t")
        .token_endpoint("https://gateway.example/token");
    assert_eq!(builder.build().unwrap().application_vanity_domain(), None);
}

#[test]
fn a_domain_that_no_token_comes_from_is_checked_and_handed_out() {
    let builder = complete().token_endpoint("https://gateway.example/token");
    let client = builder.build().unwrap();
    assert_eq!(
        client.application_vanity_domain(),
        Some("acme.us.wristband.dev")
    );
    let builder = complete()
        .token_endpoint("https://gateway.example/token")
        .application_vanity_domain("https://acme.us.wristband.dev");
    assert_eq!(error_of(builder).setting(), "application_vanity_domain");
}

#[test]
fn settings_that_could_never_work_are_refused() {
    let table = [
        (
            complete().retry(TokenRetry::new(0, Duration::ZERO)),
            "retry",
        ),
        (
            complete().request_timeout(Duration::ZERO),
            "request_timeout",
        ),
        (
            complete().background_token_refresh_interval(Duration::from_secs(59)),
            "background_token_refresh_interval",
        ),
    ];
    for (builder, setting) in table {
        assert_eq!(error_of(builder).setting(), setting);
    }
    let longest = complete()
        .background_token_refresh_interval(Duration::from_secs(60))
        .token_expiration_buffer(Duration::MAX)
        .refresh_ahead(Duration::MAX)
        .request_timeout(Duration::MAX);
    assert!(longest.build().is_ok());
}

struct NoSource;

#[async_trait::async_trait]
impl TokenSource for NoSource {
    async fn fetch_token(&self) -> Result<crate::IssuedToken, crate::TokenError> {
        Err(crate::TokenError::permanent("never asked"))
    }
}

#[test]
fn connections_are_shared_with_a_client_that_has_some() {
    let endpoint = "http://127.0.0.1:9/token";
    let remote = complete().build().unwrap();
    let local = complete().token_endpoint(endpoint).build().unwrap();
    assert!(complete().share_connections_with(&remote).build().is_ok());
    assert!(complete().share_connections_with(&local).build().is_ok());

    let http = reqwest::Client::builder().no_proxy();
    let both = complete().http_client(http).share_connections_with(&remote);
    // It may go through a proxy, which must not see a secret that is sent in plain text.
    let exposed = complete()
        .token_endpoint(endpoint)
        .share_connections_with(&remote);
    let source = WristbandM2mClient::builder().token_source(NoSource);
    let without = complete().share_connections_with(&source.build().unwrap());
    for builder in [both, exposed, without] {
        assert_eq!(error_of(builder).setting(), "share_connections_with");
    }
}

#[test]
fn debug_shows_no_secret() {
    let builder = complete()
        .client_secret("hunter2")
        .secondary_client_secret("hunter3");
    let shown = format!("{builder:?} {builder:#?}");
    assert!(shown.contains("billing") && !shown.contains("hunter"));
    let client = builder.build().unwrap();
    assert!(!format!("{client:?} {client:#?}").contains("hunter"));
}
