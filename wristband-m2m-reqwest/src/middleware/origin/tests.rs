use super::*;

fn url(text: &str) -> Url {
    text.parse().expect("a URL")
}

#[track_caller]
fn origin(text: &str) -> Origin {
    Origin::of(&url(text)).expect("an origin")
}

#[test]
fn spellings_of_one_origin_are_equal() {
    for [one, other] in [
        [
            "https://api.example.com",
            "HTTPS://API.Example.COM:443/a?b#c",
        ],
        ["https://api.example.com", "https://api.example.com./"],
        [
            "https://api.example.com",
            "https://user:word@api.example.com",
        ],
        ["http://api.example.com:80", "http://api.example.com"],
        ["https://[::1]:8443", "https://[0:0:0:0:0:0:0:1]:8443"],
        ["https://bücher.example", "https://xn--bcher-kva.example"],
        ["http://127.0.0.1", "http://127.1."],
    ] {
        assert_eq!(origin(one), origin(other), "{one} {other}");
        assert!(origin(one).contains(&url(other)), "{one} {other}");
        assert!(same_origin(&url(one), &url(other)), "{one} {other}");
    }
}

#[test]
fn a_difference_in_scheme_host_or_port_is_another_origin() {
    for other in [
        "http://api.example.com",
        "http://api.example.com:443",
        "https://api.example.com:8443",
        "https://example.com",
        "https://api.example.com.evil.test",
        "https://api.example.com@evil.test",
        "https://api.example.com..",
        "https://evil.test/https://api.example.com",
    ] {
        let own = "https://api.example.com";
        assert_ne!(origin(own), origin(other), "{other}");
        assert!(!origin(own).contains(&url(other)), "{other}");
        assert!(!same_origin(&url(own), &url(other)), "{other}");
    }
}

#[test]
fn other_schemes_have_no_origin() {
    for text in [
        "ftp://example.com",
        "file:///etc/hosts",
        "data:,x",
        "about:blank",
    ] {
        assert_eq!(Origin::of(&url(text)), None);
        assert!(
            !same_origin(&url(text), &url(text)),
            "opaque origins equal nothing"
        );
    }
}

#[test]
fn loopback_is_an_address_or_localhost() {
    for text in [
        "http://localhost",
        "http://LOCALHOST.:8080",
        "http://127.0.0.1",
        "http://127.9.8.7:1",
        "http://2130706433",
        "http://[::1]",
        "http://[::ffff:127.0.0.1]",
    ] {
        assert!(origin(text).is_loopback(), "{text}");
        assert!(is_loopback(&url(text)), "{text}");
    }
    for text in [
        "http://localhost.example.com",
        "http://api.localhost",
        "http://127.0.0.1.example.com",
        "http://0.0.0.0",
        "http://10.0.0.1",
        "http://[::2]",
        "http://localhost@example.com",
    ] {
        assert!(!origin(text).is_loopback(), "{text}");
        assert!(!is_loopback(&url(text)), "{text}");
    }
}

#[test]
fn what_is_parsed_is_shown_as_it_would_be_written() {
    for (text, shown) in [
        ("https://API.example.com", "https://api.example.com"),
        ("https://api.example.com./", "https://api.example.com"),
        ("http://mesh.internal:8080", "http://mesh.internal:8080"),
        ("https://api.example.com:443", "https://api.example.com"),
        ("http://[::1]:80", "http://[::1]"),
    ] {
        let origin = Origin::parse(text).expect("an origin");
        assert_eq!(origin.to_string(), shown);
        assert_eq!(format!("{origin:?}"), shown);
        assert_eq!(origin.is_https(), text.starts_with("https"));
    }
}

#[test]
fn what_is_more_or_less_than_an_origin_is_refused_with_advice() {
    for (text, advice) in [
        ("api.example.com", "write `https://host`"),
        ("localhost:8080", "write `https://localhost:8080`"),
        ("https://", "write `https://host`"),
        ("", "write `https://host`"),
        ("ws://api.example.com", "not `ws`"),
        (
            "ftp://api.example.com:21",
            "write `https://api.example.com:21`",
        ),
        (" https://api.example.com", "white space"),
        ("https://api.example.com\n", "white space"),
        ("https://api.\texample.com", "white space"),
        ("https://api.example.com/v1", "must not have a path"),
        ("https://api.example.com?x", "a path, a query"),
        ("https://api.example.com#x", "fragment"),
        (
            "https://me:hunter2@api.example.com",
            "must not have user info",
        ),
        ("me:hunter2@api.example.com", "must not have user info"),
        ("https://*.example.com", "wildcard"),
    ] {
        let problem = Origin::parse(text).expect_err(text);
        assert!(problem.contains(advice), "{text}: {problem}");
        assert!(!problem.contains("hunter2"));
    }
}
