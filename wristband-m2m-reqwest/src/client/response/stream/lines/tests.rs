use std::time::Duration;

use proptest::prelude::*;
use serde_json::Value;
use tokio::time::Instant;

use super::*;
use crate::client::endpoint::Endpoint;
use crate::client::response::{CallDeadline, Incoming};

fn lines() -> Lines<Value> {
    let response = reqwest::Response::from(http::Response::new(""));
    let deadline = CallDeadline {
        endpoint: &Endpoint::UNKNOWN,
        timeout: Duration::from_secs(1),
        at: Instant::now(),
    };
    Lines::from(Body::from(Incoming::new(response, deadline)))
}

/// What is read of a text, cut at these places.
fn read(text: &[u8], cuts: &[usize]) -> Vec<Result<Value, String>> {
    let mut lines = lines();
    let mut read = Vec::new();
    let mut start = 0;
    for end in cuts.iter().copied().chain([text.len()]) {
        lines.push(Bytes::copy_from_slice(&text[start..end]));
        start = end;
        read.extend(std::iter::from_fn(|| lines.next()));
    }
    lines.ended = true;
    read.extend(std::iter::from_fn(|| lines.next()));
    read
}

fn line() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "{\"a\": 1}",
        "\"\u{e9}\u{1f980}\"",
        "7",
        "",
        "  ",
        "\r",
        "no JSON",
        "[1,\t2]\r",
    ])
}

proptest! {
    #[test]
    fn any_split_gives_the_same_lines(
        texts in prop::collection::vec(line(), 0..12),
        places in prop::collection::vec(any::<prop::sample::Index>(), 0..20),
        is_ended in any::<bool>(),
    ) {
        let mut text = texts.join("\n");
        if is_ended {
            text.push('\n');
        }
        let mut cuts: Vec<usize> = places.iter().map(|place| place.index(text.len() + 1)).collect();
        cuts.sort_unstable();

        let documents = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        let expected: Vec<_> = documents
            .map(|(at, line)| decode_json_line::<Value>(line.as_bytes(), at + 1))
            .collect();
        prop_assert_eq!(read(text.as_bytes(), &cuts), expected);
    }
}
