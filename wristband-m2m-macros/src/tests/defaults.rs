//! What the trait says of all calls, and what a method or an argument says in its place.

use std::time::Duration;

use super::*;
use crate::model::{Endpoint, FixedPair};

fn endpoint(args: &str, attributes: &str, method: &str) -> Endpoint {
    let item = reads(&format!("{attributes} trait Orders {{ {method} }}"));
    let mut diagnostics = Diagnostics::default();
    let parsed = item::parse(item, &mut diagnostics).expect("a trait");
    let written = service::read(reads(args), parsed, WITH_ALL, &mut diagnostics);
    let mut lowered = lower::lower(written, &mut diagnostics);
    assert_eq!(diagnostics.messages(), [""; 0], "{method}");
    assert!(lowered.broken.is_empty(), "{method}");
    lowered.service.endpoints.remove(0)
}

fn written(pairs: &[FixedPair]) -> String {
    let pair = |pair: &FixedPair| format!("{}={}", pair.name, pair.value);
    pairs.iter().map(pair).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_header_of_the_trait_gives_way_to_one_of_the_method() {
    const TRAIT: &str = "#[header(\"A\", \"t\")] #[header(\"Accept\", \"t/t\")] #[header(\"Content-Type\", \"t/t\")]";
    for (method, headers) in [
        (
            "#[get(\"/\")] async fn x(&self) -> R;",
            "A=t Accept=t/t Content-Type=t/t",
        ),
        (
            "#[get(\"/\")] #[header(\"a\", \"m\")] async fn x(&self) -> R;",
            "Accept=t/t Content-Type=t/t a=m",
        ),
        (
            "#[get(\"/\", accept = \"m/m\")] async fn x(&self) -> R;",
            "A=t Content-Type=t/t Accept=m/m",
        ),
        (
            "#[get(\"/\")] async fn x(&self, #[header(\"ACCEPT\")] a: u8) -> R;",
            "A=t Content-Type=t/t",
        ),
        (
            "#[put(\"/\")] async fn x(&self, #[json] a: u8) -> R;",
            "A=t Accept=t/t Content-Type=t/t",
        ),
        (
            "#[put(\"/\")] async fn x(&self, #[form] a: u8) -> R;",
            "A=t Accept=t/t",
        ),
        (
            "#[put(\"/\")] async fn x(&self, #[multipart] a: u8) -> R;",
            "A=t Accept=t/t",
        ),
        (
            "#[put(\"/\")] async fn x(&self, #[body(\"m/m\")] a: u8) -> R;",
            "A=t Accept=t/t",
        ),
    ] {
        assert_eq!(
            written(&endpoint("", TRAIT, method).headers),
            headers,
            "{method}"
        );
    }
}

#[test]
fn a_query_parameter_of_the_trait_gives_way_to_one_of_the_method() {
    const TRAIT: &str = "#[query(\"a\", \"t\")] #[query(\"b\", \"t\")]";
    for (method, queries) in [
        ("#[get(\"/\")] async fn x(&self) -> R;", "a=t b=t"),
        (
            "#[get(\"/\")] #[query(\"b\", \"m\")] #[query(\"B\", \"m\")] async fn x(&self) -> R;",
            "a=t b=m B=m",
        ),
        (
            "#[get(\"/\")] async fn x(&self, #[query] a: u8) -> R;",
            "b=t",
        ),
        (
            "#[get(\"/\")] async fn x(&self, #[query_flag(\"b\")] c: bool) -> R;",
            "a=t",
        ),
        (
            "#[get(\"/\")] async fn x(&self, #[query_map] a: u8, #[header(\"b\")] b: u8) -> R;",
            "a=t b=t",
        ),
    ] {
        assert_eq!(
            written(&endpoint("", TRAIT, method).queries),
            queries,
            "{method}"
        );
    }
}

#[test]
fn an_option_of_the_trait_holds_where_the_method_has_none() {
    const TRAIT: &str = "auth = false, retry_on_unauthorized = false, min_token_life = \"1m\", timeout = \"1s\", accept = \"t/t\"";
    let default = endpoint(TRAIT, "", "#[get(\"/\")] async fn x(&self) -> R;");
    let options = &default.options;
    assert!(!options.auth && !options.retry_on_unauthorized);
    assert_eq!(options.min_token_life, Some(Duration::from_secs(60)));
    // The client has it, for its builder may set another.
    assert_eq!(options.timeout, None);
    assert_eq!(written(&default.headers), "Accept=t/t");

    let own = "#[get(\"/\", auth = true, retry_on_unauthorized = true, min_token_life = \"2m\", timeout = \"2s\", accept = \"m/m\")] async fn x(&self) -> R;";
    let own = endpoint(TRAIT, "", own);
    let options = &own.options;
    assert!(options.auth && options.retry_on_unauthorized);
    assert_eq!(options.min_token_life, Some(Duration::from_secs(120)));
    assert_eq!(options.timeout, Some(Duration::from_secs(2)));
    assert_eq!(written(&own.headers), "Accept=m/m");
}
