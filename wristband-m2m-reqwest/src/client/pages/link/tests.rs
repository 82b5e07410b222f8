use http::HeaderValue;
use proptest::prelude::*;

use super::*;

fn next(text: &str) -> Option<String> {
    let mut headers = HeaderMap::new();
    headers.insert(LINK, HeaderValue::from_str(text).expect("a header value"));
    target(&headers, "next").map(str::to_owned)
}

#[test]
fn the_target_of_the_relation_is_found() {
    for (text, target) in [
        ("</orders?page=2>; rel=next", "/orders?page=2"),
        (r#"<https://h/a,b;c>; rel="next""#, "https://h/a,b;c"),
        (r#"<1>; rel="prev", <2>; rel="next""#, "2"),
        (r#"<1>; rel="last NEXT first""#, "1"),
        (r#"<1>;title="a, <2>; rel=next";rel=next"#, "1"),
        (r#"<1>;title="a \"b\" , <2>";REL = "next" ; x"#, "1"),
        (r#", , <1> ;; rel=next"#, "1"),
        (r#"<1>; rel="ne\xt""#, "1"),
        (r#"<1> nonsense, <2>; rel=next"#, "2"),
        (r#"<>; rel=next"#, ""),
        (r#"<1>; rel=next; rel=prev"#, "1"),
    ] {
        assert_eq!(next(text).as_deref(), Some(target), "{text}");
    }
}

#[test]
fn other_links_are_passed_over() {
    for text in [
        "",
        "nonsense",
        "<1>",
        "<1>; rel",
        "<1>; rel=prev; rel=next",
        r#"<1>; rel="nextt""#,
        r#"<1>; rel="next"; anchor="/other""#,
        "<1; rel=next",
        r#"<1>; title="<2>; rel=next"#,
    ] {
        assert_eq!(next(text), None, "{text}");
    }
}

#[test]
fn a_link_may_be_in_any_of_several_headers() {
    let mut headers = HeaderMap::new();
    headers.append(LINK, HeaderValue::from_static("<1>; rel=prev"));
    headers.append(LINK, HeaderValue::from_static("<2>; rel=next"));
    assert_eq!(target(&headers, "next"), Some("2"));
}

/// A link as it may be written.
fn written() -> impl Strategy<Value = (String, bool, String)> {
    let relations = prop::collection::vec("[a-z]{1,5}|next|NEXT", 1..4);
    let title = prop::option::of(r#"[a-z,;<> ="\\]{0,12}"#);
    let space = "[ \t]{0,2}";
    let target = r#"[a-z0-9/?&=,;"]{0,12}"#;
    (target, relations, title, space, any::<bool>()).prop_map(
        |(target, relations, title, space, quoted)| {
            let is_next = |relation: &String| relation.eq_ignore_ascii_case("next");
            let relations = if quoted {
                relations
            } else {
                vec![relations[0].clone()]
            };
            let found = relations.iter().any(is_next);
            let title = title.map_or_else(String::new, |title| {
                let title = title.replace('\\', r"\\").replace('"', "\\\"");
                format!(";{space}title=\"{title}\"")
            });
            let quote = if quoted { "\"" } else { "" };
            let relations = relations.join(" ");
            let text = format!(
                "<{target}>{space}{title}{space};{space}rel={space}{quote}{relations}{quote}{space}"
            );
            (target, found, text)
        },
    )
}

proptest! {
    #[test]
    fn a_list_of_links_is_read_as_it_was_written(links in prop::collection::vec(written(), 0..5)) {
        let text: Vec<_> = links.iter().map(|(_, _, text)| text.as_str()).collect();
        let expected = links.iter().find(|(_, found, _)| *found).map(|(target, _, _)| target.clone());
        prop_assert_eq!(next(&text.join(",")), expected);
    }

    #[test]
    fn no_text_makes_it_fail(text in "[<>;,=\"\\\\ a-z\u{e9}]{0,40}") {
        let _ = target_in(&text, "next");
    }
}
