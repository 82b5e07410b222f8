//! No value can change where a request goes, or what the server reads from it.

use percent_encoding::percent_decode_str;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use wristband_m2m_reqwest::{ApiError, ApiErrorKind, wristband_m2m};
use wristband_m2m_tests::{Recorded, Reply};

use super::World;

#[wristband_m2m]
trait Api {
    #[get("/a/{value}/z")]
    async fn segment(&self, value: &str) -> Result<(), ApiError>;
    #[get("/a/{one}{other}/z")]
    async fn parts(&self, one: &str, other: &str) -> Result<(), ApiError>;
    #[get("/a/{*rest}")]
    async fn rest(&self, rest: &[String]) -> Result<(), ApiError>;
    #[get("/a")]
    async fn query(&self, #[query] value: &str, #[query] other: u8) -> Result<(), ApiError>;
    #[get("/a")]
    async fn csv(&self, #[query(csv)] values: &[String]) -> Result<(), ApiError>;
    #[get("/a")]
    async fn map(&self, #[query_map] map: &[(String, String)]) -> Result<(), ApiError>;
    #[post("/a")]
    async fn form(&self, #[form] form: &[(String, String)]) -> Result<(), ApiError>;
    #[get("/a")]
    async fn header(&self, #[header("X-Value")] value: &str) -> Result<(), ApiError>;
}

/// Any text, often with characters that have a meaning in a URL.
fn text() -> impl Strategy<Value = String> {
    let tricks = prop::sample::select(vec![
        "",
        ".",
        "..",
        "...",
        "a/b",
        "/",
        "//",
        "//evil.example",
        "https://evil.example/",
        "%2e%2e",
        "%2E",
        "%",
        "%2",
        "a?x=1",
        "a#f",
        "\\",
        "..\\..",
        "{other}",
        "@evil.example",
        ":80",
        ";v=1",
        "+",
        " ",
        "a b",
        "\t",
        "\n",
        "\r\n",
        "\0",
        "é",
        "🦀",
        "\u{202e}",
        "%00",
        "&x=1",
        "=",
        ",",
    ]);
    prop_oneof![
        any::<String>(),
        tricks.clone().prop_map(str::to_owned),
        prop::collection::vec(tricks, 1..4).prop_map(|tricks| tricks.concat()),
    ]
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8().unwrap().into_owned()
}

fn pairs(query: &str) -> Vec<(String, String)> {
    let pair = |pair: &str| {
        let (key, value) = pair.split_once('=').unwrap();
        (decoded(key), decoded(value))
    };
    query
        .split('&')
        .filter(|it| !it.is_empty())
        .map(pair)
        .collect()
}

/// Makes calls with values of the strategy; `check` gets what arrived, unless the call failed before.
fn check<V: std::fmt::Debug>(
    values: impl Strategy<Value = V>,
    call: impl AsyncFn(&ApiClient, &V) -> Result<(), ApiError>,
    check: impl Fn(&V, Option<Recorded>),
) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let world = runtime.block_on(World::new(|_| Reply::status(200)));
    let client = ApiClient::with_base_url(world.api.url("/base"), world.token_client()).unwrap();
    let mut runner = TestRunner::default();
    runner
        .run(&values, |value| {
            let before = world.api.requests().len();
            let outcome = runtime.block_on(call(&client, &value));
            let mut arrived = world.api.requests().split_off(before);
            if let Err(error) = &outcome {
                assert_eq!(error.kind(), ApiErrorKind::Request);
                assert!(arrived.is_empty());
            } else {
                assert_eq!(arrived.len(), 1);
            }
            check(&value, arrived.pop());
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_path_value_arrives_as_exactly_one_segment_or_the_call_fails() {
    check(
        text(),
        async |api, value| api.segment(value).await,
        |value, arrived| {
            let Some(request) = arrived else {
                assert!(
                    ["", ".", ".."].contains(&value.as_str()),
                    "{value:?} was refused"
                );
                return;
            };
            let segments: Vec<_> = request.target.split('/').collect();
            let ["", "base", "a", segment, "z"] = segments[..] else {
                panic!("{}", request.target);
            };
            assert_eq!(decoded(segment), *value);
        },
    );
}

#[test]
fn parts_of_a_segment_stay_together() {
    check(
        (text(), text()),
        async |api, (one, other)| api.parts(one, other).await,
        |(one, other), arrived| {
            let value = format!("{one}{other}");
            let Some(request) = arrived else {
                assert!(
                    ["", ".", ".."].contains(&value.as_str()),
                    "{value:?} was refused"
                );
                return;
            };
            let segments: Vec<_> = request.target.split('/').collect();
            assert_eq!(segments.len(), 5, "{}", request.target);
            assert_eq!(decoded(segments[3]), value);
        },
    );
}

#[test]
fn the_rest_of_a_path_arrives_segment_by_segment() {
    let rest = prop::collection::vec(text(), 0..4);
    check(
        rest,
        async |api, rest| api.rest(rest).await,
        |rest, arrived| {
            let Some(request) = arrived else {
                return;
            };
            let segments = request.target.strip_prefix("/base/a/").unwrap();
            let segments: Vec<_> = segments.split('/').map(decoded).collect();
            assert_eq!(segments, *rest);
        },
    );
}

#[test]
fn a_query_value_arrives_as_it_was() {
    check(
        text(),
        async |api, value| api.query(value, 1).await,
        |value, arrived| {
            let request = arrived.unwrap();
            let query = request.target.strip_prefix("/base/a?").unwrap();
            let expected = [("value", value.as_str()), ("other", "1")];
            let expected = expected.map(|(key, value)| (key.to_owned(), value.to_owned()));
            assert_eq!(pairs(query), expected);
        },
    );
}

#[test]
fn comma_separated_values_arrive_as_they_were() {
    let values = prop::collection::vec(text(), 1..4);
    check(
        values,
        async |api, values| api.csv(values).await,
        |values, arrived| {
            let request = arrived.unwrap();
            let list = request.target.strip_prefix("/base/a?values=").unwrap();
            let list: Vec<_> = list.split(',').map(decoded).collect();
            assert_eq!(list, *values);
        },
    );
}

#[test]
fn keys_and_values_of_maps_and_forms_arrive_as_they_were() {
    let map = || prop::collection::vec((text(), text()), 0..4);
    check(
        map(),
        async |api, map| api.map(map).await,
        |map, arrived| {
            let target = arrived.unwrap().target;
            let query = target.strip_prefix("/base/a").unwrap();
            assert_eq!(pairs(query.trim_start_matches('?')), *map);
        },
    );
    check(
        map(),
        async |api, map| api.form(map).await,
        |map, arrived| {
            let body = arrived.unwrap().body;
            assert_eq!(pairs(std::str::from_utf8(&body).unwrap()), *map);
        },
    );
}

#[test]
fn a_header_value_arrives_as_it_was_or_the_call_fails() {
    check(
        text(),
        async |api, value| api.header(value).await,
        |value, arrived| {
            let Some(request) = arrived else {
                let sendable = value.bytes().all(|byte| byte >= 0x20 && byte != 0x7f);
                assert!(!sendable || value.trim() != value, "{value:?} was refused");
                return;
            };
            let values: Vec<_> = request.headers.get_all("x-value").iter().collect();
            assert_eq!(values, [value.as_bytes()]);
        },
    );
}
