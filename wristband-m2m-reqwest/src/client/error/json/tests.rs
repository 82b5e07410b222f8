use std::collections::HashMap;

use serde::Deserialize;

use super::*;

#[derive(Debug, Deserialize)]
#[allow(dead_code)]
struct Order {
    #[serde(rename = "lineItems")]
    items: Vec<Item>,
    note: Option<String>,
    by_customer: HashMap<String, Item>,
    state: State,
}

#[derive(Debug, Deserialize)]
#[allow(dead_code)]
struct Item {
    price: u64,
    pair: (u8, u8),
}

#[derive(Debug, Deserialize)]
#[allow(dead_code)]
enum State {
    Open,
    Shipped { at: u64 },
    Returned(Vec<u8>),
}

fn problem_of<T: DeserializeOwned>(document: &str) -> String {
    let Err(problem) = decode_json::<T>(document.as_bytes()) else {
        panic!("{document} fits");
    };
    assert!(!problem.contains("hunter2"), "{problem}");
    problem
}

/// An order with one part replaced.
fn order(part: &str, with: &str) -> String {
    let order = r#"{
        "lineItems": [{"price": 1, "pair": [1, 2]}],
        "note": "n",
        "by_customer": {"hunter2": {"price": 1, "pair": [3, 4]}},
        "state": {"Shipped": {"at": 5}}
    }"#;
    assert!(order.contains(part));
    order.replace(part, with)
}

#[test]
fn a_path_leads_to_what_does_not_fit() {
    for (part, with, place) in [
        (
            r#""price": 1, "pair": [1"#,
            r#""price": "hunter2", "pair": [1"#,
            "`lineItems[0].price`, found a string, expected u64, line 2,",
        ),
        (
            r#"{"price": 1, "pair": [1, 2]}"#,
            r#"{"price": 1}"#,
            "`lineItems[0]`, missing field `pair`, line 2,",
        ),
        (
            r#"[1, 2]"#,
            r#"[1, "hunter2"]"#,
            "`lineItems[0].pair[1]`, found a string, expected u8, line 2,",
        ),
        (
            r#""n""#,
            "7",
            "`note`, found an integer, expected a string, line 3,",
        ),
        (
            r#"[3, 4]"#,
            r#"["hunter2"]"#,
            "`by_customer.{key}.pair[0]`, found a string, expected u8, line 4,",
        ),
        (
            r#""at": 5"#,
            r#""at": "hunter2""#,
            "`state.at`, found a string, expected u64, line 5,",
        ),
        (
            r#"{"Shipped": {"at": 5}}"#,
            r#"{"Returned": [1, "hunter2"]}"#,
            "`state[1]`, found a string, expected u8, line 5,",
        ),
        (
            r#"{"Shipped": {"at": 5}}"#,
            r#""hunter2""#,
            "`state`, unknown variant, expected one of `Open`, `Shipped`, `Returned`, line 5,",
        ),
        (
            r#"{"Shipped": {"at": 5}}"#,
            "null",
            "`state`, found null, expected enum State, line 5,",
        ),
        (
            r#"{"Shipped": {"at": 5}}"#,
            r#"{"Shipped": {}}"#,
            "`state`, missing field `at`, line 5,",
        ),
        (
            "[1, 2]",
            "[1, 256]",
            "`lineItems[0].pair[1]`, found an integer out of range, expected u8, line 2,",
        ),
    ] {
        let problem = problem_of::<Order>(&order(part, with));
        let expected = format!("does not fit the type: at {place}");
        assert!(problem.contains(&expected), "{with}: {problem}");
    }
}

#[test]
fn at_the_top_there_is_no_path() {
    let problem = problem_of::<Vec<u8>>(r#""hunter2""#);
    assert_eq!(
        problem,
        "has a body of JSON that does not fit the type: found a string, expected a sequence, line 1, column 9"
    );
    assert_eq!(
        problem_of::<Item>(r#"{"price": 1}"#),
        "has a body of JSON that does not fit the type: missing field `pair`, line 1, column 12"
    );
    assert_eq!(
        problem_of::<u8>(" \n"),
        "has an empty body where JSON was expected"
    );
}

#[test]
fn invalid_json_and_json_that_does_not_fit_are_told_apart() {
    assert!(problem_of::<Vec<u8>>("[1, hunter2]").contains("is not JSON: at `[1]`,"));
    assert!(problem_of::<Vec<u8>>("[1, 2").contains("ends early"));
    assert!(problem_of::<Item>("<html>hunter2").contains("is not JSON"));
}

#[test]
fn keys_of_a_map_are_not_shown_even_where_a_struct_collects_them() {
    #[derive(Debug, Deserialize)]
    #[allow(dead_code)]
    struct Open {
        name: String,
        #[serde(flatten)]
        more: HashMap<String, u8>,
    }
    problem_of::<Open>(r#"{"name": "x", "hunter2": "hunter2"}"#);
    problem_of::<HashMap<u8, u8>>(r#"{"hunter2": 1}"#);

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code)]
    struct Closed {
        name: String,
    }
    let problem = decode_json::<Closed>(br#"{"nmae": 1}"#).unwrap_err();
    assert!(
        problem.contains("type: unknown field `nmae`, line 1"),
        "{problem}"
    );
}

#[test]
fn a_type_that_quotes_the_value_in_its_own_words_is_not_repeated() {
    #[derive(Debug)]
    struct Talkative;

    impl<'de> Deserialize<'de> for Talkative {
        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let value = String::deserialize(deserializer)?;
            if value.len() > 10 {
                return Err(serde::de::Error::custom(format!("no {value}")));
            }
            let expected = format!("better than {value}");
            let found = serde::de::Unexpected::Str(&value);
            Err(serde::de::Error::invalid_value(found, &expected.as_str()))
        }
    }

    let problem = problem_of::<Vec<Talkative>>(r#"["hunter2"]"#);
    assert!(
        problem.contains("at `[0]`, found a string with an invalid value, line 1"),
        "{problem}"
    );
    let problem = problem_of::<Vec<Talkative>>(r#"["hunter2 hunter2"]"#);
    assert!(problem.contains("at `[0]`, line 1"), "{problem}");
}

#[test]
fn a_path_does_not_remember_what_was_tried_and_given_up() {
    #[derive(Debug, Deserialize)]
    #[serde(untagged)]
    #[allow(dead_code)]
    enum Either {
        One { a: u8 },
        Other { b: u8 },
    }
    let problem = problem_of::<Vec<Either>>(r#"[{"a": 1}, {"b": "hunter2"}]"#);
    assert!(problem.contains("at `[1]`, line 1"), "{problem}");
}
