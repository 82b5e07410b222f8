use super::*;

fn literal(text: &str) -> Part {
    Part::Literal(text.to_owned())
}

fn value(name: &str) -> Part {
    Part::Value(name.to_owned())
}

/// Of a path without mistakes.
fn parts(text: &str) -> Vec<Part> {
    let Parsed { parts, mistakes } = parse(text);
    assert_eq!(mistakes, [""; 0], "{text}");
    parts.expect(text)
}

fn mistakes(text: &str) -> Vec<String> {
    let mistakes = parse(text).mistakes;
    assert!(!mistakes.is_empty(), "{text}");
    mistakes
}

#[test]
fn a_path_is_cut_at_its_placeholders() {
    assert_eq!(parts("/"), vec![literal("/")]);
    assert_eq!(parts("/orders"), vec![literal("/orders")]);
    assert_eq!(
        parts("/orders/{id}/items/"),
        vec![literal("/orders/"), value("id"), literal("/items/")]
    );
    assert_eq!(
        parts("/v{major}/{id}:cancel"),
        vec![
            literal("/v"),
            value("major"),
            literal("/"),
            value("id"),
            literal(":cancel")
        ]
    );
    assert_eq!(
        parts("/files/{*rest}"),
        vec![literal("/files/"), Part::Rest("rest".to_owned())]
    );
}

#[test]
fn every_character_that_is_sent_as_it_is_may_be_written() {
    parts("/a-b._~!$&'()*+,;=:@/%20/%C3%A9/.../größe");
}

#[test]
fn placeholders_are_named_like_arguments() {
    assert_eq!(parts("/{type}"), vec![literal("/"), value("type")]);
    assert_eq!(parts("/{größe}"), vec![literal("/"), value("größe")]);
    assert_eq!(parts("/{_x1}"), vec![literal("/"), value("_x1")]);
}

#[test]
fn each_mistake_says_what_to_write() {
    for (path, instead) in [
        ("", "\"/orders\""),
        ("orders", "\"/orders\""),
        ("{id}", "\"/{id}\""),
        ("https://h.example/x/{id}", "\"/x/{id}\""),
        ("https://h.example", "\"https://h.example\""),
        ("/a?x=1", "#[query]"),
        ("/a#f", "leave it out"),
        ("/a b", "%20"),
        ("/a\tb", "leave '\\t' out"),
        ("/a\\b", "`/`"),
        ("/a|b", "%7C"),
        ("/a\u{a0}b", "%C2%A0"),
        ("/<id>", "`{id}`"),
        ("/100%", "%25"),
        ("/%zz", "%25"),
        ("/a//b", "one slash"),
        ("/a/./b", "without it"),
        ("/..", "without it"),
        ("/%2e%2E/b", "without it"),
        ("/{id", "`{id}`"),
        ("/{id/x", "`{id}`"),
        ("/{a{b}", "`{a}`"),
        ("/id}", "%7D"),
        ("/{}", "`{id}`"),
        ("/{id:u32}", "`{id}`"),
        ("/{id?}", "`{id}`"),
        ("/{ id }", "`{id}`"),
        ("/{r#type}", "`{type}`"),
        ("/{1}", "`{id}`"),
        ("/{self}", "another one"),
        ("/x/{", "`{id}`"),
        ("/{_}", "`{id}`"),
        ("/{*}", "`{*rest}`"),
        ("/{tail..}", "`{*tail}`"),
        ("/{tail*}", "`{*tail}`"),
        ("/{*rest}/x", "last"),
        ("/x{*rest}", "after a slash"),
        ("/{*a}{*b}", "last"),
        ("/{id}/{id}", "another name"),
    ] {
        let found = mistakes(path);
        assert!(
            found.iter().any(|mistake| mistake.contains(instead)),
            "{path}: {found:?}"
        );
    }
}

#[test]
fn all_mistakes_of_a_path_are_found_together() {
    assert_eq!(mistakes("a//b?{}{x").len(), 5);
    assert_eq!(mistakes("/a b c  d").len(), 1);
}

#[test]
fn a_colon_before_the_path_does_not_make_it_a_url() {
    assert!(
        mistakes("/redirect/http://x")
            .iter()
            .all(|m| !m.contains("whole URL"))
    );
}

#[test]
fn placeholders_are_known_in_spite_of_a_mistake() {
    assert_eq!(
        parse("o?{id}").parts,
        Some(vec![literal("o?"), value("id")])
    );
    for illegible in ["", "/{}", "/{id", "/<id>", "https://h.example/{id}"] {
        assert_eq!(parse(illegible).parts, None, "{illegible}");
    }
}
