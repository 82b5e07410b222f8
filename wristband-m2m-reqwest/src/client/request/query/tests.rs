use std::collections::BTreeMap;

use super::*;

fn written<T: Serialize + ?Sized>(
    write: impl FnOnce(Pairs<'_>, &'static str, &T) -> Result<(), Cow<'static, str>>,
    value: &T,
) -> String {
    let mut text = String::from("/orders");
    let start = text.len();
    match write(Pairs::new(&mut text, start, "?"), "q", value) {
        Ok(()) => text,
        Err(problem) => problem.into_owned(),
    }
}

#[derive(Serialize)]
struct Id(u64);

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
enum Status {
    PaidInFull,
}

#[test]
fn scalars_are_encoded_outside_the_unreserved_characters() {
    assert_eq!(
        written(repeated, "a b+c&d=e/é~"),
        "/orders?q=a%20b%2Bc%26d%3De%2F%C3%A9~"
    );
    assert_eq!(written(repeated, ""), "/orders?q=");
    assert_eq!(written(repeated, &true), "/orders?q=true");
    assert_eq!(written(repeated, &-3_i128), "/orders?q=-3");
    assert_eq!(written(repeated, &1.5), "/orders?q=1.5");
    assert_eq!(written(repeated, &'&'), "/orders?q=%26");
    assert_eq!(written(repeated, &Id(7)), "/orders?q=7");
    assert_eq!(
        written(repeated, &Status::PaidInFull),
        "/orders?q=paid-in-full"
    );
}

#[test]
fn nothing_is_left_out() {
    assert_eq!(written(repeated, &None::<u8>), "/orders");
    assert_eq!(written(repeated, &Some(Some(Id(7)))), "/orders?q=7");
    assert_eq!(written(repeated, &Vec::<u8>::new()), "/orders");
    assert_eq!(written(comma_separated, &Vec::<u8>::new()), "/orders");
    assert_eq!(written(flattened, &None::<BTreeMap<String, u8>>), "/orders");
}

#[test]
fn a_sequence_repeats_its_key_or_stands_behind_one() {
    let items = [Some("a,b"), None, Some("c")];
    assert_eq!(written(repeated, &items), "/orders?q=a%2Cb&q=c");
    assert_eq!(written(comma_separated, &items), "/orders?q=a%2Cb,c");
    assert_eq!(written(comma_separated, &Some(vec![1, 2])), "/orders?q=1,2");
    assert_eq!(written(comma_separated, "one"), "/orders?q=one");
    assert_eq!(written(repeated, &(1, "x")), "/orders?q=1&q=x");
}

#[test]
fn fields_and_entries_become_parameters() {
    #[derive(Serialize)]
    struct Page {
        #[serde(rename = "pageSize")]
        page_size: u8,
        after: Option<String>,
        tags: Vec<&'static str>,
        #[serde(flatten)]
        more: BTreeMap<&'static str, bool>,
    }
    let page = Page {
        page_size: 10,
        after: None,
        tags: vec!["x", "y"],
        more: BTreeMap::from([("a&b", true)]),
    };
    assert_eq!(
        written(flattened, &page),
        "/orders?pageSize=10&tags=x&tags=y&a%26b=true"
    );
    assert_eq!(
        written(flattened, &[("a", 1), ("b", 2)][..]),
        "/orders?a=1&b=2"
    );
    assert_eq!(
        written(flattened, &Some(BTreeMap::from([(1, 'x')]))),
        "/orders?1=x"
    );
}

#[test]
fn other_shapes_are_refused_by_name() {
    let map = BTreeMap::from([("hunter2", "hunter2")]);
    assert_eq!(
        written(repeated, &map),
        "has a `q` that holds a map where a scalar or a sequence of scalars is needed: mark it `#[query_map]`"
    );
    assert_eq!(
        written(repeated, &[[1]]),
        "has a `q` that holds a tuple where text, a number, a bool or a unit variant is needed"
    );
    assert_eq!(
        written(flattened, "hunter2"),
        "has a `q` that holds text where a struct, a map or a sequence of pairs is needed"
    );
    assert_eq!(
        written(flattened, &[(1, 2, 3)][..]),
        "has a `q` that holds a tuple that is no pair where a key and a value is needed"
    );
    assert_eq!(
        written(flattened, &BTreeMap::from([("a", &map)])),
        "has a `q` that holds a map where a scalar or a sequence of scalars is needed"
    );
}

#[test]
fn the_message_of_a_failing_serialize_is_not_repeated() {
    struct Fails;
    impl Serialize for Fails {
        fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            Err(serde::ser::Error::custom("hunter2"))
        }
    }
    assert_eq!(
        written(repeated, &Fails),
        "has a `q` that could not be serialized"
    );
}
