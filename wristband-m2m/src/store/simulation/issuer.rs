//! The token endpoint and the API of a simulated fleet. They know every token that was issued.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::StatusCode;
use tokio::time::Instant;

use super::chaos::FARTHEST_CLOCK;
use crate::error::{ErrorDocument, TokenError, TokenErrorKind};
use crate::fetch::IssuedToken;

/// For this long after a failure, calls may fail: shared failures are believed for up to 60 s, and caches back off.
const TROUBLE: Duration = Duration::from_secs(150);
/// For this long after its end a token may be served if its record is replayed: five minutes, and as far as the clock
/// of the machine that adopts it can be behind the clock of the one that sealed it.
const REPLAY: Duration = Duration::from_secs(5 * 60 + 2 * FARTHEST_CLOCK);

/// How the endpoint responds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::store) enum Response {
    Token,
    Status(u16, Option<Duration>),
    Network,
    /// It does not respond within the request timeout.
    Hangs,
}

pub(super) struct Issuer(Mutex<Inner>);

struct Inner {
    response: Response,
    delay: Duration,
    life: Duration,
    tokens: Vec<Issued>,
    requests: u64,
    trouble_at: Option<Instant>,
    /// Old records were brought back, or the store's clock was set: only then may a token be served after its end.
    has_replays: bool,
}

struct Issued {
    ends_at: Instant,
    is_revoked: bool,
}

pub(super) struct Request {
    pub(super) response: Response,
    pub(super) delay: Duration,
    number: usize,
    pub(super) life: Duration,
}

impl Issuer {
    pub(super) fn new(life: Duration) -> Self {
        Self(Mutex::new(Inner {
            response: Response::Token,
            delay: Duration::from_millis(50),
            life,
            tokens: Vec::new(),
            requests: 0,
            trouble_at: None,
            has_replays: false,
        }))
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn set(&self, response: Response, delay: Duration) {
        let mut inner = self.inner();
        inner.response = response;
        inner.delay = delay;
    }

    pub(super) fn respond_with(&self, response: Response) {
        self.inner().response = response;
    }

    /// After this long, no token that was issued before may be served.
    pub(super) fn longest_use(&self) -> Duration {
        self.inner().life + REPLAY + Duration::from_secs(1)
    }

    pub(super) fn requests(&self) -> u64 {
        self.inner().requests
    }

    pub(super) fn note_trouble(&self) {
        self.inner().trouble_at = Some(Instant::now());
    }

    pub(super) fn note_replays(&self) {
        self.inner().has_replays = true;
    }

    pub(super) fn is_in_trouble(&self) -> bool {
        let trouble_at = self.inner().trouble_at;
        trouble_at.is_some_and(|trouble_at| trouble_at.elapsed() < TROUBLE)
    }

    pub(super) fn forget_trouble(&self) {
        self.inner().trouble_at = None;
    }

    pub(super) fn receive(&self) -> Request {
        let mut inner = self.inner();
        inner.requests += 1;
        let life = inner.life;
        inner.tokens.push(Issued {
            ends_at: Instant::now() + life,
            is_revoked: false,
        });
        Request {
            response: inner.response,
            delay: inner.delay,
            number: inner.tokens.len(),
            life,
        }
    }

    pub(super) fn respond(&self, request: Request) -> Result<IssuedToken, TokenError> {
        let error = match request.response {
            Response::Token => {
                let value = format!("token-{}", request.number);
                return Ok(IssuedToken::new(value, request.life));
            }
            Response::Status(status, retry_after) => TokenError::from_status(
                StatusCode::from_u16(status).unwrap(),
                ErrorDocument::default(),
                retry_after,
            ),
            Response::Network => TokenError::new(TokenErrorKind::Network, "no network"),
            Response::Hangs => TokenError::new(TokenErrorKind::Timeout, "late"),
        };
        self.note_trouble();
        Err(error)
    }

    pub(super) fn revoke_all(&self) {
        for token in &mut self.inner().tokens {
            token.is_revoked = true;
        }
    }

    pub(super) fn accepts(&self, text: &str) -> bool {
        let inner = self.inner();
        let token = &inner.tokens[number(text) - 1];
        !token.is_revoked && Instant::now() < token.ends_at
    }

    /// Checks that a token was issued, and has not expired.
    pub(super) fn check(&self, text: &str) {
        let inner = self.inner();
        let number = number(text);
        assert!(number <= inner.tokens.len(), "{text} was not issued here");
        let over = inner.tokens[number - 1].ends_at.elapsed();
        let longest = if inner.has_replays {
            REPLAY
        } else {
            Duration::ZERO
        };
        assert!(over <= longest, "{text} is served {over:?} after its end");
    }
}

fn number(text: &str) -> usize {
    let number = text
        .strip_prefix("token-")
        .and_then(|number| number.parse().ok());
    number.unwrap_or_else(|| panic!("{text} was not issued here"))
}
