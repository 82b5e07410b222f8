use proptest::prelude::*;

use super::*;

type Seen = (String, String, Option<String>);

fn decode(chunks: impl IntoIterator<Item = Bytes>) -> Vec<Seen> {
    let mut decoder = EventDecoder::new();
    let mut seen = Vec::new();
    for chunk in chunks {
        decoder.push(chunk);
        while let Some(event) = decoder.next() {
            let event = event.expect("an event");
            let id = event.id().map(str::to_owned);
            seen.push((event.event().to_owned(), event.data().to_owned(), id));
        }
    }
    seen
}

fn whole(text: &str) -> Vec<Seen> {
    decode([Bytes::copy_from_slice(text.as_bytes())])
}

/// The HTML standard, section 9.2.6, once more and as plainly as it can be written.
fn by_the_book(text: &str) -> Vec<Seen> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut lines: Vec<_> = text.split('\n').collect();
    lines.pop(); // what does not end in a line break is no line
    let (mut data, mut event, mut pending, mut id) = (String::new(), String::new(), None, None);
    let mut seen = Vec::new();
    for line in lines {
        if line.is_empty() {
            id = pending.clone();
            if !data.is_empty() {
                data.pop();
                let event = if event.is_empty() {
                    "message".to_owned()
                } else {
                    event.clone()
                };
                seen.push((event, data.clone(), id.clone()));
            }
            data.clear();
            event.clear();
            continue;
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "data" => {
                data += value;
                data.push('\n');
            }
            "event" => event = value.to_owned(),
            // An empty id is none: `Last-Event-ID` is not sent with it.
            "id" if value.is_empty() => pending = None,
            "id" if !value.contains('\0') => pending = Some(value.to_owned()),
            _ => {}
        }
    }
    let _ = id;
    seen
}

fn seen(event: &str, data: &str, id: Option<&str>) -> Seen {
    (event.to_owned(), data.to_owned(), id.map(str::to_owned))
}

#[test]
fn events_are_read_by_the_standard() {
    assert_eq!(
        whole(
            ": hello\n\nevent: paid\ndata: 1\ndata:2\nid: 7\nretry: 10\n\ndata: x\r\n\r\ndata\n\nid\ndata: y\n\n"
        ),
        [
            seen("paid", "1\n2", Some("7")),
            seen("message", "x", Some("7")),
            seen("message", "", Some("7")),
            seen("message", "y", None),
        ]
    );
}

#[test]
fn an_event_that_is_not_complete_is_discarded() {
    assert_eq!(whole("data: 1\n\ndata: 2\n"), [seen("message", "1", None)]);
    assert_eq!(whole("data: 1"), []);
}

#[test]
fn a_line_without_an_end_is_an_error() {
    for line in ["data: ", ": "] {
        let mut decoder = EventDecoder::new();
        decoder.push(Bytes::from_static(b"data: 1\n\n"));
        assert!(decoder.next().is_some_and(|event| event.is_ok()));
        decoder.push(Bytes::copy_from_slice(line.as_bytes()));
        let chunk = Bytes::from(vec![b'x'; 1024 * 1024]);
        let problem = (0..17).find_map(|_| {
            decoder.push(chunk.clone());
            decoder.next()
        });
        let problem = problem
            .expect("a line that is too long")
            .expect_err("no event");
        assert_eq!(problem, "has a line of more than 16777216 bytes");
        assert!(decoder.next().is_none());
    }
}

/// A piece of a stream, most often one that means something.
fn piece() -> impl Strategy<Value = String> {
    let field = prop_oneof!["data", "event", "id", "retry", "[a-z]{0,3}", "\u{feff}"];
    let value = "[a-zä€𝄞: \0]{0,6}";
    let line = (field, prop_oneof![Just(""), Just(":"), Just(": ")], value);
    let end = || prop_oneof![Just("\n"), Just("\r\n"), Just("\r")];
    prop_oneof![
        4 => (line, end()).prop_map(|((field, colon, value), end)| format!("{field}{colon}{value}{end}")),
        2 => end().prop_map(str::to_owned),
        1 => "[:a-z€ ]{0,6}",
    ]
}

proptest! {
    #[test]
    fn any_split_gives_the_same_events(
        pieces in prop::collection::vec(piece(), 0..24),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
    ) {
        let text = pieces.concat();
        let expected = by_the_book(&text);
        prop_assert_eq!(&whole(&text), &expected);

        let bytes = Bytes::from(text.into_bytes());
        let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
        cuts.extend([0, bytes.len()]);
        cuts.sort_unstable();
        let chunks = cuts.windows(2).map(|cut| bytes.slice(cut[0]..cut[1]));
        prop_assert_eq!(&decode(chunks), &expected);
        prop_assert_eq!(&decode((0..bytes.len()).map(|at| bytes.slice(at..=at))), &expected);
    }
}
