//! Durations as text: `500ms`, `10s`, `2m`, `1h`.

use std::time::Duration;

const MILLISECOND: u64 = 1;
const SECOND: u64 = 1000 * MILLISECOND;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;

/// Other spellings of the units, for suggestions.
const SPELLINGS: [(&str, &[&str]); 4] = [
    (
        "ms",
        &[
            "ms",
            "msec",
            "milli",
            "millis",
            "millisecond",
            "milliseconds",
        ],
    ),
    ("s", &["s", "sec", "secs", "second", "seconds"]),
    ("m", &["m", "min", "mins", "minute", "minutes"]),
    ("h", &["h", "hr", "hrs", "hour", "hours"]),
];

/// Parses a whole number with a unit; `Err` says what to write instead.
pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = text.split_at(digits);
    if number.is_empty() {
        return Err(format!(
            "`{text}` is not a duration: write a number and a unit, such as \"500ms\", \"10s\", \
                \"2m\" or \"1h\""
        ));
    }
    let scale = match unit {
        "ms" => MILLISECOND,
        "s" => SECOND,
        "m" => MINUTE,
        "h" => HOUR,
        "" => {
            return Err(format!(
                "`{text}` has no unit: write \"{text}s\" for seconds, or one of \"ms\", \"m\", \
                    \"h\" after it"
            ));
        }
        _ => return Err(wrong_unit(text, number, unit)),
    };
    let millis = number
        .parse::<u64>()
        .ok()
        .and_then(|number| number.checked_mul(scale));
    match millis {
        Some(0) => Err(format!("`{text}` is too short: write at least \"1ms\"")),
        Some(millis) => Ok(Duration::from_millis(millis)),
        None => Err(format!(
            "`{text}` is too long to measure: write a smaller number"
        )),
    }
}

fn wrong_unit(text: &str, number: &str, unit: &str) -> String {
    let spelling = unit.trim().to_lowercase();
    let meant = SPELLINGS
        .iter()
        .find(|(_, spellings)| spellings.contains(&spelling.as_str()))
        .map(|(symbol, _)| symbol);
    match meant {
        Some(symbol) => format!("`{text}` is not a duration: write \"{number}{symbol}\""),
        None => format!(
            "`{text}` is not a duration: write one whole number and one of the units \"ms\", \
                \"s\", \"m\", \"h\""
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_and_a_unit_is_a_duration() {
        for (text, millis) in [
            ("500ms", 500),
            ("10s", 10_000),
            ("2m", 120_000),
            ("1h", 3_600_000),
            ("007s", 7000),
        ] {
            assert_eq!(parse(text), Ok(Duration::from_millis(millis)), "{text}");
        }
    }

    #[test]
    fn another_spelling_of_a_unit_is_named() {
        for (text, meant) in [
            ("10 s", "\"10s\""),
            ("10 sec", "\"10s\""),
            ("3seconds", "\"3s\""),
            ("5min", "\"5m\""),
            ("1 hour", "\"1h\""),
            ("20millis", "\"20ms\""),
        ] {
            let message = parse(text).unwrap_err();
            assert!(message.contains(meant), "{message}");
        }
    }

    #[test]
    fn what_is_not_a_duration_is_refused() {
        for text in [
            "",
            "s",
            "ten",
            "-1s",
            "+1s",
            "1.5s",
            "1m30s",
            "1d",
            "٣s",
            "1µs",
            "99999999999999999999s",
            "18446744073709551615h",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn zero_and_a_missing_unit_say_what_to_write() {
        assert!(parse("0s").unwrap_err().contains("at least"));
        assert!(parse("10").unwrap_err().contains("\"10s\""));
    }
}
