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

    fn rejects(&mut self, token: u32) -> Permit {
        self.breaker
            .record_rejection(&self.api, token, self.now, 0.0)
    }

    /// The 401 to `token` is allowed to cause a renewal, which fetches the next token.
    fn renews(&mut self, token: u32) {
        assert_eq!(self.rejects(token), Allowed);
        self.fetched(token);
    }

    fn fetched(&mut self, rejected: u32) {
        self.breaker
            .record_renewal(&self.api, &rejected, Some(rejected + 1));
    }

    fn accepts_replay(&mut self) -> bool {
        self.breaker.record_accepted_replay(&url("api.test"))
    }

    fn accepts(&mut self, token: u32) {
        self.breaker.record_success(&url("api.test"), token);
    }

    /// Three renewals whose tokens are rejected too.
    fn open() -> Self {
        let mut story = Self::new();
        for token in 0..3 {
            story.renews(token);
        }
        assert_eq!(story.rejects(3), Opened(SECOND));
        story
    }
}

#[test]
fn the_third_renewed_token_rejected_in_a_row_opens_the_circuit() {
    let mut story = Story::open();
    assert_eq!(story.rejects(3), Open);
    assert_eq!(story.rejects(4), Open);
}

#[test]
fn a_thousand_401s_to_one_token_are_one_failure() {
    let mut story = Story::new();
    for token in 0..3 {
        for _ in 0..1000 {
            story.renews(token);
        }
    }
    for _ in 0..1000 {
        assert_eq!(story.rejects(0), Allowed, "a late 401 to an old token");
        assert_eq!(story.rejects(1), Allowed);
    }
    assert_eq!(story.rejects(3), Opened(SECOND));
}

#[test]
fn a_token_that_was_not_fetched_for_this_origin_is_no_failure() {
    let mut story = Story::new();
    for token in (0..100).step_by(2) {
        assert_eq!(story.rejects(token), Allowed);
    }
    assert_eq!(story.breaker.circuits[0].consecutive_failures, 0);
}

#[test]
fn an_accepted_replay_ends_the_row() {
    let mut story = Story::new();
    for token in 0..100 {
        story.renews(token);
        story.renews(token + 1);
        assert!(!story.accepts_replay());
    }
    assert_eq!(story.breaker.len(), 0);
}

#[test]
fn an_accepted_replay_closes_the_circuit_and_is_reported_once() {
    let mut story = Story::open();
    assert!(story.accepts_replay());
    assert!(!story.accepts_replay());
    assert_eq!(story.rejects(3), Allowed);
}

#[test]
fn ordinary_successes_do_not_end_the_row() {
    let mut story = Story::new();
    for token in 0..3 {
        story.renews(token);
        story.accepts(token + 1);
    }
    assert_eq!(story.rejects(3), Opened(SECOND));
    story.accepts(3);
    assert_eq!(story.rejects(3), Open);
}

#[test]
fn half_open_tries_one_renewal_and_the_next_pause_is_twice_as_long() {
    let mut story = Story::open();
    let mut current = 3;
    for pause in [2, 4, 8, 16, 32, 48, 48, 48].map(Duration::from_secs) {
        story.now += LONGEST_PAUSE;
        story.renews(current);
        assert_eq!(
            story.rejects(current),
            Allowed,
            "others that share the same renewal"
        );
        current += 1;
        assert_eq!(story.rejects(current), Opened(pause));
        assert_eq!(story.rejects(current), Open);
    }
}

#[test]
fn a_pause_lasts_until_its_end_and_no_longer() {
    let mut story = Story::open();
    story.now += SECOND - Duration::from_nanos(1);
    assert_eq!(story.rejects(3), Open);
    story.now += Duration::from_nanos(1);
    assert_eq!(story.rejects(3), Allowed);
}

#[test]
fn half_open_tries_a_token_that_was_replaced_during_the_pause() {
    let mut story = Story::open();
    story.now += SECOND;
    assert_eq!(story.rejects(17), Allowed);
}

#[test]
fn pauses_are_shorter_where_the_origin_accepts_the_current_token_elsewhere() {
    let mut story = Story::open();
    let mut current = 3;
    for _ in 0..6 {
        story.now += LONGEST_PAUSE;
        story.renews(current);
        current += 1;
        story.rejects(current);
    }
    story.accepts(current);
    story.now += LONGEST_PAUSE_IF_ACCEPTED - Duration::from_nanos(1);
    assert_eq!(story.rejects(current), Open);
    assert_eq!(story.rejects(current - 1), Open, "not a former token");
    story.now += Duration::from_nanos(1);
    assert_eq!(story.rejects(current - 1), Open);
    assert_eq!(story.rejects(current), Allowed);
}

#[test]
fn a_renewal_is_waited_for_until_it_ends_or_the_token_is_accepted() {
    let here = url("api.test");
    let mut story = Story::new();
    assert!(!story.breaker.is_renewing(&here, &0));
    assert_eq!(story.rejects(0), Allowed);
    assert!(story.breaker.is_renewing(&here, &0));
    assert!(!story.breaker.is_renewing(&here, &1), "another token");
    assert!(!story.breaker.is_renewing(&url("other.test"), &0));

    story.accepts(0);
    assert!(
        !story.breaker.is_renewing(&here, &0),
        "accepted since it was rejected"
    );
    assert_eq!(story.rejects(0), Allowed);
    assert!(
        story.breaker.is_renewing(&here, &0),
        "rejected since it was accepted"
    );
    story.breaker.record_renewal(&story.api, &0, None);
    assert!(
        !story.breaker.is_renewing(&here, &0),
        "the renewal has failed"
    );
    assert_eq!(story.rejects(0), Allowed);
    story.fetched(0);
    assert!(!story.breaker.is_renewing(&here, &0));
}

#[test]
fn no_request_waits_while_the_circuit_is_open() {
    let story = Story::open();
    assert!(!story.breaker.is_renewing(&url("api.test"), &3));
}

#[test]
fn jitter_lengthens_a_pause_by_a_quarter_at_most_and_the_longest_is_a_minute() {
    for (before, jitter, millis, millis_if_accepted) in [
        (0, 0.0, 1_000, 1_000),
        (0, 1.0, 1_250, 1_250),
        (1, 0.5, 2_250, 2_250),
        (5, 1.0, 40_000, 10_000),
        (6, 1.0, 60_000, 10_000),
        (u32::MAX, 1.0, 60_000, 10_000),
        (u32::MAX, 7.0, 60_000, 10_000),
        (3, -1.0, 8_000, 8_000),
    ] {
        let open = OpenCircuit::new(Instant::now(), before, jitter);
        assert_eq!(
            (open.pause, open.pause_if_accepted),
            (
                Duration::from_millis(millis),
                Duration::from_millis(millis_if_accepted)
            ),
            "{before} {jitter}"
        );
    }
}

#[test]
fn other_origins_are_not_affected() {
    let mut story = Story::open();
    let other = origin("other.test");
    let permit = story.breaker.record_rejection(&other, 3, story.now, 0.0);
    assert_eq!(permit, Allowed);
    assert!(!story.breaker.record_accepted_replay(&url("other.test")));
    assert_eq!(story.rejects(3), Open);
}

#[test]
fn memory_is_bounded_in_origins_and_tokens() {
    let mut story = Story::open();
    for host in 0..1_000 {
        story.now += Duration::from_nanos(1);
        let other = origin(&format!("h{host}.test"));
        for token in 0..20 {
            story
                .breaker
                .record_rejection(&other, token, story.now, 0.0);
            story
                .breaker
                .record_renewal(&other, &token, Some(token + 1));
            assert_eq!(story.rejects(3), Open, "the one in use is kept");
        }
    }
    let circuits = &story.breaker.circuits;
    assert_eq!(circuits.len(), MAX_ORIGINS);
    assert!(
        circuits
            .iter()
            .all(|circuit| circuit.renewals.len() <= MAX_RENEWALS)
    );
}
