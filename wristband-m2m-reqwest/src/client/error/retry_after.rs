//! Retry-After: how long a server asks to be left alone (RFC 9110, section 10.2.3).

use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::{DATE, RETRY_AFTER};

/// Reads the header in both of its forms. A date is measured against the `Date` of the response, so that the clocks of the two
/// machines need not agree; `now` stands in for one that is missing.
pub(super) fn parse(headers: &HeaderMap, now: impl FnOnce() -> SystemTime) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // Longer than anybody can wait is as long as anybody can wait.
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let until = httpdate::parse_http_date(text).ok()?;
    let date = headers.get(DATE).and_then(|date| date.to_str().ok());
    let since = date
        .and_then(|date| httpdate::parse_http_date(date.trim()).ok())
        .unwrap_or_else(now);
    Some(until.duration_since(since).unwrap_or(Duration::ZERO))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn after(retry_after: &'static str, date: Option<&'static str>) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, HeaderValue::from_static(retry_after));
        if let Some(date) = date {
            headers.insert(DATE, HeaderValue::from_static(date));
        }
        let now = || httpdate::parse_http_date("Wed, 21 Oct 2026 07:28:00 GMT").expect("a date");
        parse(&headers, now)
    }

    #[test]
    fn seconds_and_dates_are_read() {
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        for (text, date, expected) in [
            ("0", None, seconds(0)),
            (" 120 ", None, seconds(120)),
            ("99999999999999999999999", None, seconds(u64::MAX)),
            ("Wed, 21 Oct 2026 07:28:30 GMT", None, seconds(30)),
            ("Wed, 21 Oct 2026 07:27:30 GMT", None, seconds(0)),
            (
                "Wed, 21 Oct 2026 09:00:05 GMT",
                Some("Wed, 21 Oct 2026 09:00:00 GMT"),
                seconds(5),
            ),
            (
                "Wed, 21 Oct 2026 08:59:59 GMT",
                Some("Wed, 21 Oct 2026 09:00:00 GMT"),
                seconds(0),
            ),
            ("Wed, 21 Oct 2026 07:28:30 GMT", Some("soon"), seconds(30)),
            ("", None, None),
            ("-1", None, None),
            ("1.5", None, None),
            ("soon", None, None),
        ] {
            assert_eq!(after(text, date), expected, "{text}");
        }
    }

    #[test]
    fn without_the_header_there_is_nothing_to_wait_for() {
        assert_eq!(parse(&HeaderMap::new(), SystemTime::now), None);
    }
}
