use super::*;

fn base(text: &str) -> BaseUrl {
    BaseUrl::parse(text, &[]).unwrap()
}

fn refusal(text: &str) -> String {
    BaseUrl::parse(text, &[]).unwrap_err()
}

#[test]
fn a_trailing_slash_makes_no_difference() {
    assert_eq!(base("https://h/v1").path(), "/v1");
    assert_eq!(base("https://h/v1/").path(), "/v1");
    assert_eq!(base("https://h").path(), "");
    assert_eq!(base("https://h/").path(), "");
}

#[test]
fn a_target_is_appended_as_it_is() {
    let url = base("https://h:8443/v1")
        .with_target("/v1/orders/a%2Fb?x=1")
        .unwrap();
    assert_eq!(url.as_str(), "https://h:8443/v1/orders/a%2Fb?x=1");
    assert_eq!(
        base("https://[::1]").with_target("/a").unwrap().as_str(),
        "https://[::1]/a"
    );
}

#[test]
fn a_target_that_reads_as_something_else_is_refused() {
    for target in [
        "//evil.example/",
        "/a/../b",
        "/a/%2e%2e/b",
        "/a/./b",
        "/a\\b",
        "/\\evil.example",
        "https://evil.example/",
        "a",
        "",
        "/a b",
        "/a\tb",
        "/a#b",
        "/ä",
        "/a?x=ä",
    ] {
        assert!(base("https://h").with_target(target).is_none(), "{target}");
    }
}

#[test]
fn plain_http_is_for_this_machine_and_named_origins() {
    base("http://localhost:8080");
    base("http://127.0.0.1:8080/v1");
    base("http://[::1]");
    assert!(
        refusal("http://orders.internal:8080/v1")
            .contains("allow_origin(\"http://orders.internal:8080\")")
    );
    let allowed = [Origin::parse("http://orders.internal:8080").unwrap()];
    assert!(BaseUrl::parse("http://orders.internal:8080/v1", &allowed).is_ok());
    assert!(BaseUrl::parse("http://orders.internal:8081/v1", &allowed).is_err());
}

#[test]
fn an_at_sign_in_a_path_is_no_user_info() {
    assert_eq!(base("https://h/@me").path(), "/@me");
}

#[test]
fn what_is_no_base_url_is_refused_without_quoting_it() {
    for (text, says) in [
        ("", "is not a URL"),
        ("orders.example.com", "is not a URL"),
        ("ftp://h", "must be an `https` URL"),
        ("mailto:hunter2@h", "must be an `https` URL"),
        ("https://user:hunter2@h", "user info"),
        ("https://hunter2@h", "user info"),
        ("https://@h", "user info"),
        ("https://:@h", "user info"),
        ("https:hunter2@h", "user info"),
        ("https:\\\\hunter2@h", "user info"),
        ("https://hunter2@h/@", "user info"),
        (" https://h", "white space"),
        ("https://h/v1\n", "white space"),
        ("https://h/\tv1", "white space"),
        ("https://h?hunter2", "a query or a fragment"),
        ("https://h#hunter2", "a query or a fragment"),
        ("https://h//v1", "`//`"),
    ] {
        let refusal = refusal(text);
        assert!(refusal.contains(says), "{text}: {refusal}");
        assert!(!refusal.contains("hunter2"), "{refusal}");
    }
}
