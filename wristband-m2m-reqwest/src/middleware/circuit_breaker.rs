//! Circuit breaker: stops renewing tokens for an origin that keeps rejecting renewed ones.

mod shared;

use std::time::{Duration, Instant};

use ::wristband_m2m::private::jittered;
use reqwest::Url;

use crate::middleware::origin::Origin;

pub(super) use self::shared::SharedCircuitBreaker;

/// The circuit opens after this many renewals in a row whose token was rejected too.
const FAILURE_THRESHOLD: u32 = 3;
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// With the jitter on top, no pause is longer than 60 s.
const LONGEST_PAUSE: Duration = Duration::from_secs(48);
/// The same, 10 s with jitter, where the origin accepts the current token on other routes: a true revocation is noticed
/// by them, and must not wait for long.
const LONGEST_PAUSE_IF_ACCEPTED: Duration = Duration::from_secs(8);
/// Jitter lengthens a pause to up to this many times.
const LONGEST_FACTOR: f64 = 1.25;
/// Origins tracked at once. Beyond that the one that failed longest ago is forgotten, which costs it three renewals at
/// most.
const MAX_ORIGINS: usize = 64;
/// Renewed tokens remembered for each origin: enough to recognize a late 401 to an old one.
const MAX_RENEWALS: usize = 4;

/// One circuit for each origin that has rejected a token.
///
/// Only renewals count, by the token they fetched: a 401 to a token that was fetched because of this origin's own 401 is a
/// failure, however many requests drew it. A replay that is accepted closes the circuit. Ordinary successes do not: one
/// broken route and many healthy ones may share an origin. Neither the clock nor chance is read here.
#[derive(Debug)]
pub(crate) struct CircuitBreaker<T> {
    circuits: Vec<Circuit<T>>,
}

#[derive(Debug)]
struct Circuit<T> {
    origin: Origin,
    renewals: Vec<Renewal<T>>,
    consecutive_failures: u32,
    open: Option<OpenCircuit>,
    /// The rejected token whose replacement is being fetched.
    renewing: Option<T>,
    /// A token that was accepted since it was rejected last, or that was never rejected.
    accepted: Option<T>,
    last_failure: Instant,
}

/// A token that was fetched because of this origin's own 401.
#[derive(Debug)]
struct Renewal<T> {
    token: T,
    failed: bool,
}

#[derive(Debug)]
struct OpenCircuit {
    since: Instant,
    pause: Duration,
    pause_if_accepted: Duration,
}

/// Whether a 401 may cause a renewal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Permit {
    Allowed,
    /// No: with this failure the circuit opens, for that long.
    Opened(Duration),
    /// No: the circuit is open.
    Open,
}

impl<T: PartialEq> CircuitBreaker<T> {
    pub(crate) const fn new() -> Self {
        Self {
            circuits: Vec::new(),
        }
    }

    /// The origin responded 401 to this token. `jitter`, from 0 to 1, lengthens a pause by up to a quarter.
    pub(crate) fn record_rejection(
        &mut self,
        origin: &Origin,
        token: T,
        now: Instant,
        jitter: f64,
    ) -> Permit {
        let circuit = self.circuit(origin, now);
        circuit.last_failure = now;
        let accepted_elsewhere = circuit.accepted.as_ref() == Some(&token);
        let failed = circuit.mark_failed(&token);
        match &circuit.open {
            Some(open) if now < open.end(accepted_elsewhere) => return Permit::Open,
            // Half-open: one renewal is tried, whichever token is current by now.
            Some(_) => circuit.open = None,
            None if failed => {
                circuit.consecutive_failures += 1;
                if let Some(before) = circuit.consecutive_failures.checked_sub(FAILURE_THRESHOLD) {
                    let open = OpenCircuit::new(now, before, jitter);
                    let pause = open.pause;
                    circuit.open = Some(open);
                    circuit.renewing = None;
                    return Permit::Opened(pause);
                }
            }
            None => {}
        }
        if accepted_elsewhere {
            circuit.accepted = None;
        }
        circuit.renewing = Some(token);
        Permit::Allowed
    }

    /// `token` was fetched because this origin rejected `rejected`; `None`: it could not be fetched.
    pub(crate) fn record_renewal(&mut self, origin: &Origin, rejected: &T, token: Option<T>) {
        let Some(circuit) = self.find(|circuit| circuit.origin == *origin) else {
            return;
        };
        circuit.renewing.take_if(|renewing| renewing == rejected);
        let Some(token) = token else { return };
        if circuit.renewals.iter().any(|known| known.token == token) {
            return;
        }
        if circuit.renewals.len() == MAX_RENEWALS {
            circuit.renewals.remove(0);
        }
        circuit.renewals.push(Renewal {
            token,
            failed: false,
        });
    }

    /// A replay with a renewed token was accepted, which closes the circuit. Returns whether it had opened.
    pub(crate) fn record_accepted_replay(&mut self, url: &Url) -> bool {
        let at = self
            .circuits
            .iter()
            .position(|circuit| circuit.origin.contains(url));
        at.is_some_and(|at| self.circuits.swap_remove(at).consecutive_failures >= FAILURE_THRESHOLD)
    }

    /// An ordinary request with this token was accepted.
    pub(crate) fn record_success(&mut self, url: &Url, token: T) {
        if let Some(circuit) = self.find(|circuit| circuit.origin.contains(url)) {
            circuit.accepted = Some(token);
        }
    }

    /// Whether the origin of `url` has rejected this token and its replacement is under way.
    pub(crate) fn is_renewing(&self, url: &Url, token: &T) -> bool {
        self.circuits.iter().any(|circuit| {
            circuit.renewing.as_ref() == Some(token)
                && circuit.accepted.as_ref() != Some(token)
                && circuit.origin.contains(url)
        })
    }

    /// How many origins are tracked.
    pub(crate) fn len(&self) -> usize {
        self.circuits.len()
    }

    /// How many origins have an open circuit, half-open ones included.
    pub(crate) fn open(&self) -> usize {
        let is_open = |circuit: &&Circuit<T>| circuit.consecutive_failures >= FAILURE_THRESHOLD;
        self.circuits.iter().filter(is_open).count()
    }

    fn find(&mut self, predicate: impl Fn(&Circuit<T>) -> bool) -> Option<&mut Circuit<T>> {
        self.circuits.iter_mut().find(|circuit| predicate(circuit))
    }

    fn circuit(&mut self, origin: &Origin, now: Instant) -> &mut Circuit<T> {
        let known = self
            .circuits
            .iter()
            .position(|circuit| circuit.origin == *origin);
        let at = known.unwrap_or_else(|| {
            if self.circuits.len() == MAX_ORIGINS {
                self.evict_oldest();
            }
            self.circuits.push(Circuit {
                origin: origin.clone(),
                renewals: Vec::new(),
                consecutive_failures: 0,
                open: None,
                renewing: None,
                accepted: None,
                last_failure: now,
            });
            self.circuits.len() - 1
        });
        &mut self.circuits[at]
    }

    fn evict_oldest(&mut self) {
        let oldest = self
            .circuits
            .iter()
            .enumerate()
            .min_by_key(|(_, circuit)| circuit.last_failure);
        if let Some((at, _)) = oldest {
            self.circuits.swap_remove(at);
        }
    }
}

impl<T: PartialEq> Circuit<T> {
    /// Whether the token is a renewed one that had not failed before.
    fn mark_failed(&mut self, token: &T) -> bool {
        let renewal = self
            .renewals
            .iter_mut()
            .find(|renewal| renewal.token == *token);
        renewal.is_some_and(|renewal| !std::mem::replace(&mut renewal.failed, true))
    }
}

impl OpenCircuit {
    /// 1 s, doubled for each time before that it opened in the row.
    fn new(now: Instant, before: u32, jitter: f64) -> Self {
        let base = FIRST_PAUSE.saturating_mul(2u32.saturating_pow(before));
        let with_jitter = |pause| jittered(pause, 1.0, LONGEST_FACTOR, jitter);
        Self {
            since: now,
            pause: with_jitter(base.min(LONGEST_PAUSE)),
            pause_if_accepted: with_jitter(base.min(LONGEST_PAUSE_IF_ACCEPTED)),
        }
    }

    fn end(&self, accepted_elsewhere: bool) -> Instant {
        self.since
            + if accepted_elsewhere {
                self.pause_if_accepted
            } else {
                self.pause
            }
    }
}

#[cfg(test)]
mod tests;
