use super::Verdict::{CoolDownBegins, CoolingDown, Renew};
use super::*;

const SECOND: Duration = Duration::from_secs(1);

fn url(host: &str) -> Url {
    format!("https://{host}/").parse().expect("a URL")
}

fn origin(host: &str) -> Origin {
    Origin::of(&url(host)).expect("an origin")
}

/// A brake, its clock, and one origin; tokens are numbers.
struct Story {
    brake: Brake<u32>,
    now: Instant,
    api: Origin,
}

impl Story {
    fn new() -> Self {
        Self {
            brake: Brake::new(),
            now: Instant::now(),
            api: origin("api.test"),
        }
    }

    fn refused(&mut self, token: u32) -> Verdict {
        self.brake.refused(&self.api, token, self.now, 0.0)
    }

    fn accepted(&mut self) -> bool {
        self.brake.accepted(&url("api.test"))
    }

    /// Three renewals in vain.
    fn cooling() -> Self {
        let mut story = Self::new();
        for token in 0..3 {
            assert_eq!(story.refused(token), Renew);
        }
        assert_eq!(story.refused(3), CoolDownBegins(SECOND));
        story
    }
}

#[test]
fn the_fourth_token_refused_in_a_row_begins_a_cool_down() {
    let mut story = Story::cooling();
    assert_eq!(story.refused(3), CoolingDown);
    assert_eq!(story.refused(4), CoolingDown);
}

#[test]
fn a_thousand_401s_of_one_token_are_one_refusal() {
    let mut story = Story::new();
    for token in 0..3 {
        for _ in 0..1000 {
            assert_eq!(story.refused(token), Renew);
        }
    }
    for _ in 0..1000 {
        assert_eq!(
            story.refused(0),
            Renew,
            "late 401s of old tokens are no news"
        );
        assert_eq!(story.refused(1), Renew);
    }
    assert_eq!(story.refused(3), CoolDownBegins(SECOND));
}

#[test]
fn a_success_ends_the_row() {
    let mut story = Story::new();
    for token in 0..100 {
        assert_eq!(story.refused(token), Renew);
        assert_eq!(story.refused(token + 1), Renew);
        assert!(!story.accepted());
    }
    assert_eq!(story.brake.len(), 0);
}

#[test]
fn a_success_ends_the_cool_down_and_is_told_once() {
    let mut story = Story::cooling();
    assert!(story.accepted());
    assert!(!story.accepted());
    assert_eq!(story.refused(3), Renew);
}

#[test]
fn after_a_cool_down_one_renewal_is_tried_and_the_next_one_is_twice_as_long() {
    let mut story = Story::cooling();
    let mut current = 3;
    for length in [2, 4, 8, 16, 32, 48, 48, 48].map(Duration::from_secs) {
        story.now += LONGEST_COOL_DOWN;
        assert_eq!(story.refused(current), Renew);
        assert_eq!(
            story.refused(current),
            Renew,
            "others that wait for the same renewal"
        );
        current += 1;
        assert_eq!(story.refused(current), CoolDownBegins(length));
        assert_eq!(story.refused(current), CoolingDown);
    }
}

#[test]
fn a_cool_down_lasts_until_its_end_and_no_longer() {
    let mut story = Story::cooling();
    story.now += SECOND - Duration::from_nanos(1);
    assert_eq!(story.refused(3), CoolingDown);
    story.now += Duration::from_nanos(1);
    assert_eq!(story.refused(3), Renew);
}

#[test]
fn a_token_that_was_replaced_in_the_cool_down_does_not_begin_another() {
    let mut story = Story::cooling();
    story.now += SECOND;
    assert_eq!(
        story.refused(17),
        Renew,
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
            cool_down(before, jitter),
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
        story.brake.refused(&origin("other.test"), 3, now, 0.0),
        Renew
    );
    assert!(!story.brake.accepted(&url("other.test")));
    assert_eq!(story.refused(3), CoolingDown);
}

#[test]
fn memory_is_bounded_in_origins_and_tokens() {
    let mut story = Story::cooling();
    for host in 0..1_000 {
        story.now += Duration::from_nanos(1);
        for token in 0..20 {
            story
                .brake
                .refused(&origin(&format!("h{host}.test")), token, story.now, 0.0);
            assert_eq!(story.refused(3), CoolingDown, "the one in use is kept");
        }
    }
    assert_eq!(story.brake.len(), MOST_ORIGINS);
    assert!(
        story
            .brake
            .suspects
            .iter()
            .all(|suspect| suspect.refused.len() <= MOST_TOKENS)
    );
}
