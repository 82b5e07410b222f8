//! A fleet in chaos, and what must hold once the chaos is over.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, sleep, sleep_until};

use super::chaos::{Chaos, clock_error, live};
use super::dice::{any, below, millis, seconds, up_to};
use super::issuer::{Issuer, Response};
use super::member::Member;
use super::process::sealer;
use super::store::{SimulatedStore, Trouble};
use crate::clock::simulated::MachineClock;
use crate::store::StoreState;

/// Twice the longest backoff after a failure of the store.
const TWO_BACKOFFS: Duration = Duration::from_secs(60);

pub(super) struct Fleet {
    store: SimulatedStore,
    issuer: Arc<Issuer>,
    members: Vec<Member>,
}

impl Fleet {
    pub(super) fn start() -> Self {
        let store = SimulatedStore::new();
        let issuer = Arc::new(Issuer::new(any(&[
            seconds(90),
            seconds(600),
            seconds(3600),
        ])));
        let members = (0..3 + below(3)).map(|_| {
            let clock = MachineClock::default();
            clock.set_ahead(clock_error());
            Member::start(&store, &issuer, clock)
        });
        Self {
            members: members.collect(),
            store,
            issuer,
        }
    }

    pub(super) async fn live_through_chaos(&mut self) {
        let end = Instant::now() + seconds(60) + up_to(seconds(240));
        let mut lives = JoinSet::new();
        for member in self.members.drain(..) {
            lives.spawn(live(member, end));
        }
        Chaos::new(&self.store, &self.issuer).disturb(end).await;
        while let Some(member) = lives.join_next().await {
            self.members.push(unwrap(member));
        }
    }

    pub(super) async fn mend(&mut self) {
        {
            let mut store = self.store.inner();
            store.trouble = Trouble::None;
            store.delay = millis(2);
            // After the clock was set back a failure may last. Each process believes it once, and the first put ends
            // it.
            store.slot(sealer("secret").slot()).failure = None;
        }
        self.issuer.set(Response::Token, millis(50));
        for member in &self.members {
            member.machine.cut_off(false);
        }
        sleep(TWO_BACKOFFS).await;
        self.issuer.forget_trouble();
    }

    /// Has all members call within `window`. Returns their tokens, of which none may be missing.
    async fn all_call(&mut self, window: Duration) -> Vec<String> {
        let mut calls = JoinSet::new();
        for mut member in self.members.drain(..) {
            let after = up_to(window);
            calls.spawn(async move {
                sleep(after).await;
                let token = member
                    .call()
                    .await
                    .expect("a call fails although nothing is wrong any more");
                (member, token)
            });
        }
        let mut tokens = Vec::new();
        while let Some(call) = calls.join_next().await {
            let (member, token) = unwrap(call);
            assert!(self.issuer.accepts(&token), "the API rejects {token}");
            self.members.push(member);
            tokens.push(token);
        }
        tokens
    }

    /// An adopted token ends with its sealed life, whatever time to live the store reports.
    pub(super) async fn serves_no_token_past_its_end(&mut self) {
        let longest_use = self.issuer.longest_use();
        self.all_call(millis(10)).await;
        let over_at = Instant::now() + longest_use;
        // Long enough for a token to be served too long if its life began again when it is adopted.
        sleep(longest_use / 4).await;
        self.store.inner().clock -= 7_200_000;
        self.issuer.note_replays();
        for member in &mut self.members {
            member.restart(false);
        }
        self.all_call(millis(10)).await;
        sleep_until(over_at).await;
        self.all_call(millis(10)).await;
    }

    /// Empties the store and all caches, once every member has a working store again.
    async fn forget_everything(&mut self) {
        sleep(seconds(20)).await;
        self.store.inner().flush();
        for member in &mut self.members {
            member.clear();
        }
    }

    pub(super) async fn survives_a_revocation(&mut self) {
        // In a token's last moments a call does not wait for the refresh that it starts. If that was sent before the
        // rejection became known it does not count as a replacement, so such a call costs one more request.
        let is_ending = |member: &Member| {
            let left = member.life_left();
            left.is_some_and(|left| left < millis(1500))
        };
        let most = 1 + u64::from(self.members.iter().any(is_ending));
        self.issuer.revoke_all();
        let before = self.issuer.requests();
        let tokens = self.all_call(seconds(1)).await;
        let requests = self.issuer.requests() - before;
        assert!(
            tokens.iter().all(|token| *token == tokens[0]),
            "not shared: {tokens:?}"
        );
        assert!(
            (1..=most).contains(&requests),
            "a revocation may cost the fleet {most} requests, and cost {requests}"
        );
        for member in &self.members {
            assert_eq!(member.store_state(), StoreState::Ready);
        }
    }

    pub(super) async fn starts_cold_with_one_request(&mut self) {
        self.forget_everything().await;
        self.issuer.set(Response::Token, millis(1500));
        let before = self.issuer.requests();
        let tokens = self.all_call(millis(300)).await;
        assert!(
            tokens.iter().all(|token| *token == tokens[0]),
            "not shared: {tokens:?}"
        );
        assert_eq!(
            self.issuer.requests() - before,
            1,
            "a cold start costs one request"
        );
    }

    pub(super) async fn waits_for_a_slow_holder(&mut self) {
        self.forget_everything().await;
        self.issuer.set(Response::Token, seconds(3));
        let [slow, impatient, late] = &mut self.members[..3] else {
            unreachable!("a fleet has at least three members")
        };
        let holder = slow.call();
        let other = async {
            sleep(millis(2500)).await;
            impatient.call().await
        };
        let (holder, other) = tokio::join!(holder, async {
            let late = async {
                sleep(millis(3300)).await;
                late.call().await
            };
            let (_, late) = tokio::join!(other, late);
            late
        });
        assert_eq!(holder.unwrap(), other.unwrap(), "the holder lost its lease");
    }

    pub(super) async fn keeps_what_came_after_a_stalled_holder(&mut self) {
        self.forget_everything().await;
        self.issuer.set(Response::Token, millis(100));
        let [stalled, newer, late] = &mut self.members[..3] else {
            unreachable!("a fleet has at least three members")
        };
        let machine = Arc::clone(&stalled.machine);
        let holder = stalled.call();
        let others = async {
            sleep(millis(50)).await;
            machine.freeze(seconds(4));
            sleep(millis(2500)).await;
            let newer = newer.call().await.unwrap();
            sleep(seconds(3)).await;
            (newer, late.call().await.unwrap())
        };
        let (_, (newer, late)) = tokio::join!(holder, others);
        assert_eq!(newer, late, "a stalled holder overwrites a newer token");
        self.issuer.forget_trouble();
    }

    pub(super) async fn shares_no_failure_of_one_network(&mut self) {
        self.forget_everything().await;
        self.issuer.set(Response::Token, millis(20));
        let [alone, others @ ..] = &mut self.members[..] else {
            unreachable!("a fleet has at least three members")
        };
        alone.machine.cut_off(true);
        let alone_fails = async {
            let result = alone.call().await;
            // It can still adopt a token of the others.
            alone.machine.cut_off(false);
            result
        };
        let others = async {
            for other in others {
                sleep(millis(5)).await;
                let called = other.call().await;
                called.expect("only the first member has lost its network");
            }
        };
        let _ = tokio::join!(alone_fails, others);
        sleep(seconds(31)).await;
        self.issuer.forget_trouble();
    }

    pub(super) async fn adopts_no_rejected_token_after_a_fail_over(&mut self) {
        self.all_call(millis(10)).await;
        let snapshot = self.store.inner().snapshot();
        self.issuer.revoke_all();
        self.all_call(millis(500)).await;
        self.store.inner().restore(snapshot);
        for member in &mut self.members {
            member.clear();
        }
        self.all_call(millis(500)).await;
    }
}

fn unwrap<T>(joined: Result<T, JoinError>) -> T {
    joined.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))
}
