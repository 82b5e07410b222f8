//! A model of the protocol: three processes, a slot, time, a revocation and a fail-over, in every order.
//!
//! The slot is the real one. A process does what a session does: it looks; with the lease it fetches, and then puts,
//! fails or dies; while another process holds the lease, its wait may run out, and it fetches without the lease.

mod process;
mod world;

use stateright::{Checker as _, Model, Property};

use self::process::{Activity, Process};
use self::world::{Token, World};
use crate::store::contract::SlotState;

const MOST_TOKENS: Token = 3;
const MOST_TICKS: u8 = 2;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Action {
    Look(usize),
    /// The wait for the holder of the lease runs out.
    FetchAlone(usize),
    Put(usize),
    Fail(usize),
    Die(usize),
    /// An API rejects the token.
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
            match &process.activity {
                Activity::Looking(_) if may_fetch => {
                    actions.push(Action::Look(at));
                    if world.slot.lease.is_some() {
                        actions.push(Action::FetchAlone(at));
                    }
                }
                Activity::Looking(_) => {}
                Activity::Fetching { .. } => {
                    actions.extend([Action::Put(at), Action::Fail(at)]);
                    if world.deaths == 0 {
                        actions.push(Action::Die(at));
                    }
                }
                Activity::Serving(token) if *token <= world.revoked => {
                    actions.push(Action::Reject(at));
                }
                Activity::Serving(_) => {}
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
                if let Activity::Serving(token) = process.activity {
                    process.rejected.push(token);
                    process.activity = Activity::Looking(Some(token));
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
                "no process serves a token that it saw rejected",
                |_, world: &World| {
                    world
                        .processes
                        .iter()
                        .all(|process| match process.activity {
                            Activity::Serving(token) => !process.rejected.contains(&token),
                            _ => true,
                        })
                },
            ),
            Property::always(
                "one holder, unless time passes or the store fails over",
                |_, world: &World| {
                    let holds = |process: &&Process| {
                        matches!(
                            process.activity,
                            Activity::Fetching {
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
            Property::sometimes("the fleet recovers from a fail-over", |_, world: &World| {
                world.fail_overs > 0 && world.revoked > 0 && world.all_serve(world.issued)
            }),
        ]
    }
}

#[test]
fn three_processes_share_a_token_in_every_order() {
    let checker = Protocol.checker().threads(2).spawn_bfs().join();
    checker.assert_properties();
    assert!(checker.unique_state_count() > 50_000);
}
