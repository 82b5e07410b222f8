//! Brake: no more new tokens for an origin that refuses new tokens.

use std::time::{Duration, Instant};

use reqwest::Url;

use crate::origin::Origin;

/// This many renewals in a row may be in vain before an origin cools down.
const PATIENCE: u32 = 3;
const FIRST_COOL_DOWN: Duration = Duration::from_secs(1);
/// With the jitter on top, no cool-down is longer than 60 s.
const LONGEST_COOL_DOWN: Duration = Duration::from_secs(48);
/// Origins watched at once. Past it the one refused longest ago is forgotten, which costs it three renewals at most.
const MOST_ORIGINS: usize = 64;
/// Tokens remembered for each origin: enough to know a late 401 of an old token when it comes.
const MOST_TOKENS: usize = 4;

/// The origins that refuse tokens, and how often in a row.
///
/// What counts is the token, not the request: a thousand 401s that one token drew are one refusal. The first refused
/// token may have been revoked; each further one was new, so the renewal that fetched it did not help. A success ends
/// the row. Neither the clock nor chance is read here.
#[derive(Debug)]
pub(crate) struct Brake<T> {
    suspects: Vec<Suspect<T>>,
}

#[derive(Debug)]
struct Suspect<T> {
    origin: Origin,
    refused: Vec<T>,
    in_vain: u32,
    cooling_until: Option<Instant>,
    last_refusal: Instant,
}

/// What a 401 is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// A new token.
    Renew,
    /// Nothing: with this refusal a cool-down of that length begins.
    CoolDownBegins(Duration),
    /// Nothing: the origin cools down.
    CoolingDown,
}

impl<T: PartialEq> Brake<T> {
    pub(crate) const fn new() -> Self {
        Self {
            suspects: Vec::new(),
        }
    }

    /// The origin answered 401 to this token. `jitter`, from 0 to 1, lengthens a cool-down by up to a quarter.
    pub(crate) fn refused(
        &mut self,
        origin: &Origin,
        token: T,
        now: Instant,
        jitter: f64,
    ) -> Verdict {
        let suspect = self.suspect(origin, now);
        suspect.last_refusal = now;
        match suspect.cooling_until {
            Some(end) if now < end => return Verdict::CoolingDown,
            Some(_) => {
                // One renewal is tried, whichever token is current by now.
                suspect.cooling_until = None;
                suspect.remember(token);
                return Verdict::Renew;
            }
            None => {}
        }
        if suspect.refused.contains(&token) {
            return Verdict::Renew;
        }
        let renewed = !suspect.refused.is_empty();
        suspect.remember(token);
        if renewed {
            suspect.in_vain += 1;
        }
        if suspect.in_vain < PATIENCE {
            return Verdict::Renew;
        }
        let length = cool_down(suspect.in_vain - PATIENCE, jitter);
        suspect.cooling_until = Some(now + length);
        Verdict::CoolDownBegins(length)
    }

    /// The origin of `url` took our token. Says whether that ends a row of renewals in vain long enough for a
    /// cool-down.
    pub(crate) fn accepted(&mut self, url: &Url) -> bool {
        let Some(at) = self
            .suspects
            .iter()
            .position(|suspect| suspect.origin.contains(url))
        else {
            return false;
        };
        self.suspects.swap_remove(at).in_vain >= PATIENCE
    }

    /// How many origins are watched.
    pub(crate) fn len(&self) -> usize {
        self.suspects.len()
    }

    fn suspect(&mut self, origin: &Origin, now: Instant) -> &mut Suspect<T> {
        let known = self
            .suspects
            .iter()
            .position(|suspect| suspect.origin == *origin);
        let at = known.unwrap_or_else(|| {
            if self.suspects.len() == MOST_ORIGINS {
                self.forget_the_oldest();
            }
            self.suspects.push(Suspect {
                origin: origin.clone(),
                refused: Vec::new(),
                in_vain: 0,
                cooling_until: None,
                last_refusal: now,
            });
            self.suspects.len() - 1
        });
        &mut self.suspects[at]
    }

    fn forget_the_oldest(&mut self) {
        let oldest = self
            .suspects
            .iter()
            .enumerate()
            .min_by_key(|(_, suspect)| suspect.last_refusal);
        if let Some((at, _)) = oldest {
            self.suspects.swap_remove(at);
        }
    }
}

impl<T: PartialEq> Suspect<T> {
    fn remember(&mut self, token: T) {
        if self.refused.contains(&token) {
            return;
        }
        if self.refused.len() == MOST_TOKENS {
            self.refused.remove(0);
        }
        self.refused.push(token);
    }
}

/// 1 s, doubling with each cool-down before it in the row.
fn cool_down(before: u32, jitter: f64) -> Duration {
    FIRST_COOL_DOWN
        .saturating_mul(2u32.saturating_pow(before))
        .min(LONGEST_COOL_DOWN)
        .mul_f64(1.0 + jitter.clamp(0.0, 1.0) / 4.0)
}

#[cfg(test)]
mod tests;
