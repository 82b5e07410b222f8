//! The end of a session: put a token, leave a failure, or release the lease.

use std::sync::Arc;
use std::time::Duration;

use super::StoreSession;
use super::lease_wait::LONGEST_PAUSE;
use crate::clock::Moment;
use crate::runtime::spawn;
use crate::store::contract::LeaseId;
use crate::store::protocol::failure::Failure;
use crate::store::protocol::guarded_store::{Operation, bounded};
use crate::store::protocol::memory::SharedToken;
use crate::store::protocol::sealing::Purpose;
use crate::store::random::random_id;
use crate::token::AccessToken;

/// The store drops a token this long before it expires, so that no process adopts one that is about to.
const MARGIN: Duration = Duration::from_secs(1);

impl StoreSession {
    pub(super) async fn put(&mut self, token: &AccessToken) {
        let Some(sealer) = self.sealer.clone() else {
            return;
        };
        let lifetime = token.lifetime();
        let id = random_id();
        let plain = token.as_str().as_bytes();
        let Some(record) = sealer.seal(
            Purpose::Token,
            id,
            plain,
            lifetime.life,
            lifetime.expires_at(),
        ) else {
            return;
        };
        self.shared.remember(SharedToken {
            token: token.clone(),
            id,
            record: record.clone(),
            is_adopted: false,
        });
        let life = lifetime.remaining(&Moment::now()).saturating_sub(MARGIN);
        if life.is_zero() || !self.shared.begin_put(id, self.generation) {
            return;
        }
        let replaces = self.known.take();
        let lease = self.lease.unwrap_or_else(|| LeaseId::new(random_id()));
        let operation = self.store().operation("put", move |store| async move {
            let replaces = replaces.as_ref();
            store
                .put(sealer.slot(), &lease, &record, replaces, life)
                .await
        });
        self.finish_with(operation).await;
    }

    /// Releases the lease, if there is one, and leaves `failure` for the processes that wait.
    pub(super) async fn leave_failure(&mut self, failure: Failure, life: Duration) {
        let (Some(lease), Some(sealer)) = (self.lease, self.sealer.clone()) else {
            return;
        };
        let plain = failure.encode();
        let ends_at = Moment::now().later(life).wall;
        let Some(record) = sealer.seal(Purpose::Failure, random_id(), &plain, life, ends_at) else {
            return;
        };
        if self.is_detached() {
            return;
        }
        let operation = self.store().operation("fail", move |store| async move {
            store.fail(sealer.slot(), &lease, &record, life).await
        });
        self.finish_with(operation).await;
    }

    /// Runs the operation that releases the lease. Callers wait only for what is left of the time of one operation; it
    /// continues in the background.
    async fn finish_with(&mut self, mut operation: Operation<bool>) {
        if self.has_run_out {
            // The store works but is left alone because of the wait: its reply must not end that.
            bounded(LONGEST_PAUSE, &mut operation).await;
            return;
        }
        let Some(limit) = self.store().limit() else {
            return;
        };
        let max_wait = limit.min(self.time_left);
        let is_over = self.store().run(max_wait, &mut operation).await.is_some();
        if let Some(lease) = self.lease.take() {
            self.shared.let_go(lease, self.generation);
        }
        if !is_over {
            let shared = Arc::clone(&self.shared);
            spawn(async move {
                if shared.store.run(limit, &mut operation).await.is_none() {
                    shared.store.timed_out();
                }
            });
        }
    }

    fn is_detached(&self) -> bool {
        self.shared.generation() != self.generation
    }

    /// Releases a lease that is still held, in the background.
    pub(super) fn abandon(&mut self) {
        if let (Some(lease), Some(sealer)) = (self.lease.take(), self.sealer.take())
            && self.shared.let_go(lease, self.generation)
        {
            let shared = Arc::clone(&self.shared);
            spawn(async move {
                let operation = shared.store.operation("release", move |store| async move {
                    store.release(sealer.slot(), &lease).await
                });
                shared.store.attempt(operation).await;
            });
        }
    }
}

/// A flight that is dropped does not leave its lease behind.
impl Drop for StoreSession {
    fn drop(&mut self) {
        self.abandon();
    }
}
