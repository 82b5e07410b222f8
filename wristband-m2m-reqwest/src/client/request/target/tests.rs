use super::*;

fn base() -> BaseUrl {
    BaseUrl::parse("https://h/v1", &[]).unwrap()
}

fn with_id(id: &str) -> Result<String, String> {
    let compose = || {
        let base = base();
        let mut target = Target::below(base.path(), 0);
        target.literal("/orders/")?;
        target.value("id", &id)?;
        target.literal("/lines")?;
        target.below_base(&base)
    };
    compose()
        .map(|url| url.to_string())
        .map_err(Cow::into_owned)
}

#[test]
fn a_value_is_one_segment_whatever_it_contains() {
    for (id, segment) in [
        ("7", "7"),
        ("a/b", "a%2Fb"),
        ("a?x=1", "a%3Fx%3D1"),
        ("a#f", "a%23f"),
        ("a\\b", "a%5Cb"),
        ("%2e%2e", "%252e%252e"),
        ("..a", "..a"),
        ("...", "..."),
        ("{id}", "%7Bid%7D"),
        ("https://evil.example/", "https%3A%2F%2Fevil.example%2F"),
        ("ä b", "%C3%A4%20b"),
        ("\t\n", "%09%0A"),
    ] {
        let url = format!("https://h/v1/orders/{segment}/lines");
        assert_eq!(with_id(id), Ok(url));
    }
}

#[test]
fn a_segment_that_no_encoding_can_carry_is_refused() {
    for id in ["", ".", ".."] {
        let problem = with_id(id).unwrap_err();
        assert!(
            problem.contains("segment") && problem.contains("`id`"),
            "{problem}"
        );
    }
}

#[test]
fn parts_of_a_segment_are_judged_together() {
    let compose = |before: &str, one: &str, after: &str| {
        let base = base();
        let mut target = Target::below(base.path(), 0);
        target.literal(before)?;
        target.value("one", &one)?;
        target.literal(after)?;
        target.below_base(&base).map(|url| url.path().to_owned())
    };
    assert_eq!(
        compose("/orders/", "7", ":cancel").unwrap(),
        "/v1/orders/7:cancel"
    );
    assert_eq!(compose("/v", "2", "/x").unwrap(), "/v1/v2/x");
    assert_eq!(compose("/.", "a", "").unwrap(), "/v1/.a");
    assert!(compose("/.", ".", "/x").is_err());
    assert!(compose("/%2e", ".", "/x").is_err());
    assert!(compose("/.", "", "").is_err());
}

#[test]
fn the_root_of_a_host_is_a_slash() {
    let base = BaseUrl::parse("https://h", &[]).unwrap();
    let mut target = Target::below(base.path(), 0);
    super::super::query::flag(target.query().unwrap(), "x");
    assert_eq!(target.below_base(&base).unwrap().as_str(), "https://h/?x");
}

#[test]
fn a_whole_url_keeps_its_query_and_gains_ours() {
    let append = |url: &str| {
        let mut target = Target::below("/v1", 0);
        super::super::query::repeated(target.query()?, "a", "b c")?;
        Ok::<_, Cow<'static, str>>(
            target
                .appended_to(whole_url(url, |text| base().join(text))?)
                .to_string(),
        )
    };
    assert_eq!(
        append("https://h/p?x=1#f").unwrap(),
        "https://h/p?x=1&a=b%20c"
    );
    assert_eq!(append("https://h/p").unwrap(), "https://h/p?a=b%20c");
    for (reference, url) in [
        ("/p", "https://h/p?a=b%20c"),
        ("p", "https://h/v1/p?a=b%20c"),
        ("?x=1", "https://h/v1/?x=1&a=b%20c"),
        ("../p", "https://h/p?a=b%20c"),
        ("//other/p", "https://other/p?a=b%20c"),
    ] {
        assert_eq!(append(reference).unwrap(), url);
    }
    for url in ["http://", "ftp://h/hunter2", "https://hunter2@h/"] {
        let problem = append(url).unwrap_err();
        assert!(!problem.contains("hunter2"), "{problem}");
    }
}
