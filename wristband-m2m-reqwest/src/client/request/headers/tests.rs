use super::*;

fn shown<M>(value: impl HeaderArgument<M>) -> Option<String> {
    value.header().map(|value| match value {
        Argument::Text(text) => text.to_string(),
        Argument::Ready(value) => value.to_str().unwrap().to_owned(),
    })
}

fn mapped<M, T: HeaderMapArgument<M> + ?Sized>(map: &T) -> Result<HeaderMap, String> {
    map.header_map()
}

#[test]
fn a_value_or_an_option_of_one_can_be_a_header() {
    assert_eq!(shown("a").as_deref(), Some("a"));
    assert_eq!(shown(Some(7)).as_deref(), Some("7"));
    assert_eq!(shown(&Some("a")).as_deref(), Some("a"));
    assert_eq!(shown(None::<String>), None);
    let ready = http::HeaderValue::from_static("r");
    assert_eq!(shown(&ready).as_deref(), Some("r"));
    assert_eq!(shown(Some(&ready)).as_deref(), Some("r"));
    let optional = Some(ready.clone());
    assert_eq!(shown(&optional).as_deref(), Some("r"));
    assert!(optional.is_some());
    assert_eq!(shown(Some(ready.clone())).as_deref(), Some("r"));
    assert_eq!(shown(ready).as_deref(), Some("r"));
    assert_eq!(shown(None::<http::HeaderValue>), None);
}

#[test]
fn a_value_that_would_arrive_changed_is_refused_and_not_quoted() {
    let mut headers = HeaderMap::new();
    for value in [
        "hunter2\r\nx: y",
        "hunter2\n",
        "\0hunter2",
        " hunter2",
        "hunter2\t",
        "hunter2\x7f",
    ] {
        let problem = set(&mut headers, "x-key", Argument::Text(&value)).unwrap_err();
        assert!(
            problem.contains("`x-key`") && !problem.contains("hunter2"),
            "{problem}"
        );
    }
    assert!(headers.is_empty());
    for value in ["", "a b", "a\tb", "ä"] {
        set(&mut headers, "x-key", Argument::Text(&value)).unwrap();
        assert_eq!(headers["x-key"].as_bytes(), value.as_bytes());
    }
}

#[test]
fn a_map_of_headers_may_be_any_map_of_text() {
    let pairs = [("X-One", "1"), ("x-two", "2")];
    for headers in [
        mapped(&pairs[..]).unwrap(),
        mapped(&pairs.to_vec()).unwrap(),
        mapped(&&pairs[..]).unwrap(),
        mapped(&std::collections::HashMap::from(pairs)).unwrap(),
        mapped(&Some(std::collections::BTreeMap::from(pairs))).unwrap(),
        mapped(&mapped(&pairs[..]).unwrap()).unwrap(),
        mapped(&&mapped(&pairs[..]).unwrap()).unwrap(),
    ] {
        assert_eq!(headers.len(), 2);
        assert_eq!(headers["x-one"], "1");
    }
    assert!(mapped(&None::<HeaderMap>).unwrap().is_empty());
}

#[test]
fn reserved_headers_cannot_come_in_a_map() {
    for name in [
        "authorization",
        "Host",
        "content-length",
        "Transfer-Encoding",
        "connection",
    ] {
        assert!(mapped(&[(name, "x")][..]).is_err());
        let map: HeaderMap =
            HeaderMap::from_iter([(name.parse::<HeaderName>().unwrap(), "x".parse().unwrap())]);
        assert!(mapped(&map).is_err());
    }
    assert!(mapped(&[("a b", "x")][..]).is_err());
}

#[test]
fn a_map_replaces_by_name_and_keeps_repetitions() {
    let mut headers = HeaderMap::from_iter([
        (HeaderName::from_static("a"), "old".parse().unwrap()),
        (HeaderName::from_static("b"), "old".parse().unwrap()),
    ]);
    set_all(&mut headers, mapped(&[("a", "1"), ("a", "2")][..]).unwrap());
    assert_eq!(headers.get_all("a").iter().collect::<Vec<_>>(), ["1", "2"]);
    assert_eq!(headers["b"], "old");
    set_defaults(
        &mut headers,
        &mapped(&[("a", "3"), ("c", "4"), ("c", "5"), ("d", "6")][..]).unwrap(),
        &["d"],
    );
    assert_eq!(headers.get_all("a").iter().count(), 2);
    assert_eq!(headers.get_all("c").iter().collect::<Vec<_>>(), ["4", "5"]);
}
