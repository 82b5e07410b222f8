//! The protocol as a model: three processes, a slot, time, a revocation and a fail-over, in every order.
//!
//! The slot is the real one. A process is what a session does with it: it looks; with the lease it fetches and puts, fails
//! or dies; while another has it, it may have waited too long and fetch without.

use std::time::Duration;

use crate::store::contract::{LeaseId, LookOutcome, SlotState, StoreQuery, StoreRecord, Verdict};
use stateright::{Checker as _, Model, Property};

const PROCESSES: usize = 3;
const LEASE: Duration = Duration::from_secs(2);
const TOKEN_LIFE: Duration = Duration::from_secs(3600);
const FAILURE_LIFE: Duration = LEASE;

/// Tokens are numbered as their requests are sent, and a lease has the number of the token that it is for.
type Token = u8;
const MOST_TOKENS: Token = 3;
const MOST_TICKS: u8 = 2;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct World {
    slot: SlotState,
    /// What a fail-over makes of the slot.
    replica: SlotState,
    /// How many times a lease has ended, and all that is as short.
    ticks: u8,
    issued: Token,
    /// Tokens up to this one are revoked.
    revoked: Token,
    fail_overs: u8,
    deaths: u8,
    /// Sorted, since they are all the same.
    processes: [Process; PROCESSES],
    wrong: Option<&'static str>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Process {
    doing: Doing,
    /// Those that it saw refused.
    refused: Vec<Token>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Doing {
    /// It needs a token, other than the one it knows.
    Looking(Option<Token>),
    Fetching {
        token: Token,
        known: Option<Token>,
        is_leased: bool,
    },
    Serving(Token),
}

impl Default for Doing {
    fn default() -> Self {
        Self::Looking(None)
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Action {
    Look(usize),
    /// The wait for another's lease has run out.
    FetchAlone(usize),
    Put(usize),
    Fail(usize),
    Die(usize),
    /// An API refuses the token.
    Reject(usize),
    Revoke,
    Tick,
    Replicate,
    FailOver,
}

struct Protocol;

impl Model for Protocol {
    type State = World;
    type Action = Action;

    fn init_states(&self) -> Vec<World> {
        vec![World {
            slot: SlotState::default(),
            replica: SlotState::default(),
            ticks: 0,
            issued: 0,
            revoked: 0,
            fail_overs: 0,
            deaths: 0,
            processes: Default::default(),
            wrong: None,
        }]
    }

    fn actions(&self, world: &World, actions: &mut Vec<Action>) {
        let may_fetch = world.issued < MOST_TOKENS;
        for (process, at) in world.processes.iter().zip(0..) {
            match &process.doing {
                Doing::Looking(_) if may_fetch => {
                    actions.push(Action::Look(at));
                    if world.slot.lease.is_some() {
                        actions.push(Action::FetchAlone(at));
                    }
                }
                Doing::Looking(_) => {}
                Doing::Fetching { .. } => {
                    actions.extend([Action::Put(at), Action::Fail(at)]);
                    if world.deaths == 0 {
                        actions.push(Action::Die(at));
                    }
                }
                Doing::Serving(token) if *token <= world.revoked => {
                    actions.push(Action::Reject(at));
                }
                Doing::Serving(_) => {}
            }
        }
        if world.revoked == 0 && world.issued > 0 {
            actions.push(Action::Revoke);
        }
        if world.ticks < MOST_TICKS {
            actions.push(Action::Tick);
        }
        if world.fail_overs == 0 {
            if world.replica != world.slot {
                actions.push(Action::Replicate);
            }
            actions.push(Action::FailOver);
        }
    }

    fn next_state(&self, world: &World, action: Action) -> Option<World> {
        let mut world = world.clone();
        match action {
            Action::Look(at) => world.look(at),
            Action::FetchAlone(at) => world.fetch(at, false),
            Action::Put(at) => world.put(at),
            Action::Fail(at) => world.fail(at),
            Action::Die(at) => {
                world.processes[at] = Process::default();
                world.deaths += 1;
            }
            Action::Reject(at) => {
                let process = &mut world.processes[at];
                if let Doing::Serving(token) = process.doing {
                    process.refused.push(token);
                    process.doing = Doing::Looking(Some(token));
                }
            }
            Action::Revoke => world.revoked = world.issued,
            Action::Tick => {
                world.ticks += 1;
                world.slot.expire(world.time());
            }
            Action::Replicate => world.replica = world.slot.clone(),
            Action::FailOver => {
                world.slot = world.replica.clone();
                world.fail_overs += 1;
            }
        }
        world.processes.sort();
        Some(world)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("nothing goes wrong", |_, world: &World| {
                world.wrong.is_none()
            }),
            Property::always(
                "no process serves what it saw refused",
                |_, world: &World| {
                    world.processes.iter().all(|process| match process.doing {
                        Doing::Serving(token) => !process.refused.contains(&token),
                        _ => true,
                    })
                },
            ),
            Property::always(
                "one holder, unless time passes or the store fails over",
                |_, world: &World| {
                    let holds = |process: &&Process| {
                        matches!(
                            process.doing,
                            Doing::Fetching {
                                is_leased: true,
                                ..
                            }
                        )
                    };
                    let holders = world.processes.iter().filter(holds).count();
                    holders <= 1 || world.ticks > 0 || world.fail_overs > 0
                },
            ),
            Property::sometimes("all share one token", |_, world: &World| {
                world.all_serve(world.issued) && world.issued == 1
            }),
            Property::sometimes("one request heals a revocation", |_, world: &World| {
                world.revoked == 1 && world.issued == 2 && world.all_serve(2)
            }),
            Property::sometimes("a fail-over is overcome", |_, world: &World| {
                world.fail_overs > 0 && world.revoked > 0 && world.all_serve(world.issued)
            }),
        ]
    }
}

impl World {
    fn time(&self) -> Duration {
        // Late enough for a budget of renewals to be whole.
        LEASE * 100 + LEASE * self.ticks.into()
    }

    fn all_serve(&self, token: Token) -> bool {
        token > self.revoked
            && self
                .processes
                .iter()
                .all(|process| process.doing == Doing::Serving(token))
    }

    fn stored(&self) -> Option<Token> {
        let record = self.slot.record()?;
        record.as_bytes().first().copied()
    }

    fn look(&mut self, at: usize) {
        let Doing::Looking(known) = self.processes[at].doing else {
            return;
        };
        let refused = &self.processes[at].refused;
        let lease = lease(self.issued + 1);
        let query = StoreQuery {
            known: known.map(record),
            verdict: Verdict::ForceRenewal,
            lease,
            lease_life: LEASE,
        };
        let before = self.stored();
        let time = self.time();
        let outcome = self.slot.look(&query, time);
        if let Some(removed) = before.filter(|_| self.slot.record().is_none())
            && !refused.contains(&removed)
        {
            self.wrong = Some("a token was removed that its remover did not see refused");
        }
        match outcome {
            LookOutcome::Found { record, .. } => {
                let token = record.as_bytes()[0];
                self.processes[at].doing = if refused.contains(&token) {
                    Doing::Looking(Some(token))
                } else {
                    Doing::Serving(token)
                };
            }
            LookOutcome::Leased => self.fetch(at, true),
            LookOutcome::Busy { .. } | LookOutcome::Failed { .. } | LookOutcome::TooSoon { .. } => {
            }
        }
    }

    fn fetch(&mut self, at: usize, is_leased: bool) {
        let Doing::Looking(known) = self.processes[at].doing else {
            return;
        };
        self.issued += 1;
        self.processes[at].doing = Doing::Fetching {
            token: self.issued,
            known,
            is_leased,
        };
    }

    fn put(&mut self, at: usize) {
        let Doing::Fetching { token, known, .. } = self.processes[at].doing else {
            return;
        };
        let before = self.stored();
        let time = self.time();
        let is_written = self.slot.put(
            &lease(token),
            &record(token),
            known.map(record).as_ref(),
            TOKEN_LIFE,
            time,
        );
        if is_written && before.is_some_and(|before| before > token) {
            self.wrong = Some("a token was overwritten by an older one");
        }
        self.processes[at].doing = Doing::Serving(token);
    }

    fn fail(&mut self, at: usize) {
        let Doing::Fetching { token, known, .. } = self.processes[at].doing else {
            return;
        };
        let time = self.time();
        self.slot
            .fail(&lease(token), &record(0), FAILURE_LIFE, time);
        self.processes[at].doing = Doing::Looking(known);
    }
}

fn lease(token: Token) -> LeaseId {
    LeaseId::new([token; 16])
}

fn record(token: Token) -> StoreRecord {
    StoreRecord::from_bytes([token])
}

#[test]
fn three_processes_share_a_token_in_every_order() {
    let checker = Protocol.checker().threads(2).spawn_bfs().join();
    checker.assert_properties();
    assert!(checker.unique_state_count() > 50_000);
}
