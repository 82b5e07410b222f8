use super::Permit::{Allowed, Open, Opened};
use super::*;

const SECOND: Duration = Duration::from_secs(1);

fn url(host: &str) -> Url {
    format!("https://{host}/").parse().expect("a URL")
}

fn origin(host: &str) -> Origin {
    Origin::of(&url(host)).expect("an origin")
}

/// A breaker, its clock, and one origin; tokens are numbers.
struct Story {
    breaker: CircuitBreaker<u32>,
    now: Instant,
    api: Origin,
}

impl Story {
    fn new() -> Self {
        Self {
            breaker: CircuitBreaker::new(),
            now: Instant::now(),
            api: origin("api.test"),
        }
    }

    fn record_failure(&mut self, token: u32) -> Permit {
        self.breaker.record_failure(&self.api, token, self.now, 0.0)
    }

    fn record_success(&mut self) -> bool {
        self.breaker.record_success(&url("api.test"))
    }

    /// Three renewals in vain.
    fn cooling() -> Self {
        let mut story = Self::new();
        for token in 0..3 {
            assert_eq!(story.record_failure(token), Allowed);
        }
        assert_eq!(story.record_failure(3), Opened(SECOND));
        story
    }
}

#[test]
fn the_fourth_token_refused_in_a_row_begins_a_cool_down() {
    let mut story = Story::cooling();
    assert_eq!(story.record_failure(3), Open);
    assert_eq!(story.record_failure(4), Open);
}

#[test]
fn a_thousand_401s_of_one_token_are_one_refusal() {
    let mut story = Story::new();
    for token in 0..3 {
        for _ in 0..1000 {
            assert_eq!(story.record_failure(token), Allowed);
        }
    }
    for _ in 0..1000 {
        assert_eq!(
            story.record_failure(0),
            Allowed,
            "late 401s of old tokens are no news"
        );
        assert_eq!(story.record_failure(1), Allowed);
    }
    assert_eq!(story.record_failure(3), Opened(SECOND));
}

#[test]
fn a_success_ends_the_row() {
    let mut story = Story::new();
    for token in 0..100 {
        assert_eq!(story.record_failure(token), Allowed);
        assert_eq!(story.record_failure(token + 1), Allowed);
        assert!(!story.record_success());
    }
    assert_eq!(story.breaker.len(), 0);
}

#[test]
fn a_success_ends_the_cool_down_and_is_told_once() {
    let mut story = Story::cooling();
    assert!(story.record_success());
    assert!(!story.record_success());
    assert_eq!(story.record_failure(3), Allowed);
}

#[test]
fn after_a_cool_down_one_renewal_is_tried_and_the_next_one_is_twice_as_long() {
    let mut story = Story::cooling();
    let mut current = 3;
    for length in [2, 4, 8, 16, 32, 48, 48, 48].map(Duration::from_secs) {
        story.now += LONGEST_PAUSE;
        assert_eq!(story.record_failure(current), Allowed);
        assert_eq!(
            story.record_failure(current),
            Allowed,
            "others that wait for the same renewal"
        );
        current += 1;
        assert_eq!(story.record_failure(current), Opened(length));
        assert_eq!(story.record_failure(current), Open);
    }
}

#[test]
fn a_cool_down_lasts_until_its_end_and_no_longer() {
    let mut story = Story::cooling();
    story.now += SECOND - Duration::from_nanos(1);
    assert_eq!(story.record_failure(3), Open);
    story.now += Duration::from_nanos(1);
    assert_eq!(story.record_failure(3), Allowed);
}

#[test]
fn a_token_that_was_replaced_in_the_cool_down_does_not_begin_another() {
    let mut story = Story::cooling();
    story.now += SECOND;
    assert_eq!(
        story.record_failure(17),
        Allowed,
        "one renewal is tried for each cool-down"
    );
}

#[test]
fn jitter_lengthens_by_a_quarter_at_most_and_the_longest_is_a_minute() {
    for (before, jitter, millis) in [
        (0, 0.0, 1_000),
        (0, 1.0, 1_250),
        (1, 0.5, 2_250),
        (5, 1.0, 40_000),
        (6, 1.0, 60_000),
        (u32::MAX, 1.0, 60_000),
        (u32::MAX, 7.0, 60_000),
        (3, -1.0, 8_000),
    ] {
        assert_eq!(
            pause(before, jitter),
            Duration::from_millis(millis),
            "{before} {jitter}"
        );
    }
}

#[test]
fn other_origins_are_not_slowed() {
    let mut story = Story::cooling();
    let now = story.now;
    assert_eq!(
        story
            .breaker
            .record_failure(&origin("other.test"), 3, now, 0.0),
        Allowed
    );
    assert!(!story.breaker.record_success(&url("other.test")));
    assert_eq!(story.record_failure(3), Open);
}

#[test]
fn memory_is_bounded_in_origins_and_tokens() {
    let mut story = Story::cooling();
    for host in 0..1_000 {
        story.now += Duration::from_nanos(1);
        for token in 0..20 {
            story
                .breaker
                .record_failure(&origin(&format!("h{host}.test")), token, story.now, 0.0);
            assert_eq!(story.record_failure(3), Open, "the one in use is kept");
        }
    }
    assert_eq!(story.breaker.len(), MAX_ORIGINS);
    assert!(
        story
            .breaker
            .circuits
            .iter()
            .all(|circuit| circuit.rejected_tokens.len() <= MAX_TOKENS)
    );
}
