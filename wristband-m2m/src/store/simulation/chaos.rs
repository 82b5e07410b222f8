//! The disturbances of a fleet, its store and its endpoint.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::dice::{any, below, millis, seconds, up_to};
use super::issuer::{Issuer, Response};
use super::member::Member;
use super::process::sealer;
use super::store::{SimulatedStore, Trouble};
use crate::clock::Moment;
use crate::store::contract::{SlotState, StoreSlot};
use crate::store::protocol::Purpose;

/// The largest error of a machine's wall clock, in seconds.
pub(super) const FARTHEST_CLOCK: u64 = 2 * 60;
const HOUR: Duration = Duration::from_secs(3600);

/// Has a process make calls, restart, freeze and lose its network until `end`.
pub(super) async fn live(mut member: Member, end: Instant) -> Member {
    while Instant::now() < end {
        sleep(up_to(seconds(10))).await;
        match below(20) {
            0 => member.clear(),
            1 => member.restart(below(2) == 0),
            2 => member.machine.freeze(up_to(seconds(9))),
            3 => member.machine.cut_off(true),
            4 | 5 => member.machine.cut_off(false),
            6 | 7 => member.machine.clock.set_ahead(clock_error()),
            _ => {}
        }
        // The member checks the outcome itself.
        let _ = member.call().await;
    }
    member
}

/// Returns how far a machine's wall clock is ahead, in seconds. Two machines disagree by less than five minutes, so
/// that neither takes a new record of the other for a replay.
pub(super) fn clock_error() -> i64 {
    below(2 * FARTHEST_CLOCK + 1) as i64 - FARTHEST_CLOCK as i64
}

pub(super) struct Chaos {
    store: SimulatedStore,
    issuer: Arc<Issuer>,
    snapshot: Option<Vec<(StoreSlot, SlotState)>>,
}

impl Chaos {
    pub(super) fn new(store: &SimulatedStore, issuer: &Arc<Issuer>) -> Self {
        Self {
            store: store.clone(),
            issuer: Arc::clone(issuer),
            snapshot: None,
        }
    }

    pub(super) async fn disturb(mut self, end: Instant) {
        while Instant::now() < end {
            sleep(up_to(seconds(8))).await;
            match below(16) {
                0..4 => self.trouble_the_store(),
                4 => self.store.inner().delay = millis(any(&[0, 2, 50, 150, 240, 400])),
                5 => self.evict(),
                6 => self.store.inner().flush(),
                7 => self.snapshot = Some(self.store.inner().snapshot()),
                8 => self.fail_over(),
                9 => self.set_the_stores_clock(),
                10 => self.poison(),
                11..14 => self.trouble_the_endpoint(),
                14 => self.issuer.revoke_all(),
                _ => sleep(up_to(seconds(60))).await,
            }
        }
    }

    fn trouble_the_store(&self) {
        self.store.inner().trouble = any(&[
            Trouble::None,
            Trouble::None,
            Trouble::Lossy,
            Trouble::Lossy,
            Trouble::Hung,
            Trouble::RepliesLost,
            Trouble::Refuses,
            Trouble::ReadOnly,
        ]);
    }

    fn trouble_the_endpoint(&self) {
        let response = any(&[
            Response::Token,
            Response::Token,
            Response::Token,
            Response::Status(503, None),
            Response::Status(429, Some(seconds(4))),
            Response::Network,
            Response::Hangs,
        ]);
        self.issuer
            .set(response, millis(any(&[5, 50, 150, 900, 3000])));
    }

    fn evict(&self) {
        let mut store = self.store.inner();
        let slot = store.slot(sealer("secret").slot());
        match below(4) {
            0 => slot.record = None,
            1 => slot.failure = None,
            2 => slot.lease = None,
            _ => slot.whole_at = Duration::ZERO,
        }
    }

    /// Restores an earlier state: the replica that becomes the master has missed the latest changes.
    fn fail_over(&mut self) {
        if let Some(snapshot) = self.snapshot.take() {
            self.issuer.note_replays();
            self.store.inner().restore(snapshot);
        }
    }

    fn set_the_stores_clock(&self) {
        self.issuer.note_replays();
        let jump = up_to(2 * HOUR).as_millis() as i64;
        self.store.inner().clock += if below(2) == 0 { jump } else { -jump };
    }

    fn poison(&self) {
        let foreign = sealer("other secret").seal(
            Purpose::Token,
            [9; 16],
            b"foreign",
            HOUR,
            Moment::now().wall + HOUR,
        );
        let foreign = foreign.unwrap().as_bytes().to_vec();
        let bytes = match below(3) {
            0 => foreign,
            1 => foreign[..below(foreign.len() as u64) as usize].to_vec(),
            _ => vec![1; below(200) as usize],
        };
        let mut store = self.store.inner();
        let until = store.now() + up_to(HOUR);
        store.slot(sealer("secret").slot()).poison(bytes, until);
    }
}
