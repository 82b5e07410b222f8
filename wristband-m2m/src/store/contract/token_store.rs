//! The trait that a store implements.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use super::error::StoreError;
use super::lease::LeaseId;
use super::look_outcome::LookOutcome;
use super::query::StoreQuery;
use super::record::StoreRecord;
use super::slot::StoreSlot;

/// Keeps one sealed token per client for all processes that share the store.
///
/// Give one to [`token_store`](crate::WristbandM2mClientBuilder::token_store), and the processes of a fleet share one
/// token: one fetches it, the others adopt it. The crate brings two, `RedisTokenStore` (feature `redis`) and
/// `FileTokenStore` (feature `file-store`). Implement the trait for another database, and prove the implementation
/// with [`testing::check_token_store`](crate::testing::check_token_store).
///
/// # What a store sees
///
/// Opaque names and sealed bytes. Names and encryption keys are derived from the client secret, so a store never sees a
/// token, a secret, a client id or a domain, and it cannot make a record that the client would accept.
///
/// # What a store must do
///
/// Each of the five operations is atomic for one slot, and each time to live is counted by the store's own clock. A slot
/// holds up to four things: a record and a failure, both with a time to live; the lease, with its holder and a time to
/// live; and the budget of forced renewals. Whatever a store does wrong, the client is never worse off than without one,
/// except for the time of the operation: it gives an operation 250 ms (500 ms until the store has
/// responded once), and after a failure it leaves the store alone for 1 s, doubling to 30 s.
///
/// # Cancellation
///
/// An operation that takes too long is dropped. It may then have happened or not; both must leave the slot usable.
///
/// # Examples
///
/// The shape of an implementation; see [`testing::check_token_store`](crate::testing::check_token_store) for one that
/// shares.
///
/// ```
/// use std::time::Duration;
/// use wristband_m2m::{
///     LeaseId, LookOutcome, StoreError, StoreQuery, StoreRecord, StoreSlot, TokenStore, async_trait,
/// };
///
/// /// Shares nothing: each process is told to fetch for itself.
/// struct NoStore;
///
/// #[async_trait]
/// impl TokenStore for NoStore {
///     async fn look(&self, _: &StoreSlot, _: &StoreQuery) -> Result<LookOutcome, StoreError> {
///         Ok(LookOutcome::Leased)
///     }
///     async fn put(
///         &self,
///         _: &StoreSlot,
///         _: &LeaseId,
///         _: &StoreRecord,
///         _: Option<&StoreRecord>,
///         _: Duration,
///     ) -> Result<bool, StoreError> {
///         Ok(true)
///     }
///     async fn renew(&self, _: &StoreSlot, _: &LeaseId, _: Duration) -> Result<bool, StoreError> {
///         Ok(true)
///     }
///     async fn fail(
///         &self,
///         _: &StoreSlot,
///         _: &LeaseId,
///         _: &StoreRecord,
///         _: Duration,
///     ) -> Result<bool, StoreError> {
///         Ok(true)
///     }
///     async fn release(&self, _: &StoreSlot, _: &LeaseId) -> Result<(), StoreError> {
///         Ok(())
///     }
/// }
/// ```
#[async_trait]
pub trait TokenStore: Send + Sync + 'static {
    /// Looks at the record, judges it, and takes the lease, in one step:
    ///
    /// 1. There is a record, and it is not [`query.known()`](StoreQuery::known): [`LookOutcome::Found`].
    /// 2. It is the known one: do what [`query.verdict()`](StoreQuery::verdict) says. A forced renewal that comes too
    ///    early is [`LookOutcome::TooSoon`], and the record stays.
    /// 3. There is a failure: [`LookOutcome::Failed`].
    /// 4. Somebody else holds the lease: [`LookOutcome::Busy`].
    /// 5. Otherwise give [`query.lease()`](StoreQuery::lease) the lease for [`query.lease_life()`](StoreQuery::lease_life):
    ///    [`LookOutcome::Leased`]. So too if it holds the lease already.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the store cannot be asked or does not make sense; the client then works as without one.
    async fn look(&self, slot: &StoreSlot, query: &StoreQuery) -> Result<LookOutcome, StoreError>;

    /// Writes `record` for `life`, forgets the failure, and gives the lease back. Returns whether it was written.
    ///
    /// It is written if `lease` is held, or if nobody holds the lease and there is no record or only `replaces`. In any
    /// other case nothing changes: a holder that stalled must not overwrite what came after it. What to return when
    /// `record` is there already is all the same.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the store cannot be asked or refuses to write.
    async fn put(
        &self,
        slot: &StoreSlot,
        lease: &LeaseId,
        record: &StoreRecord,
        replaces: Option<&StoreRecord>,
        life: Duration,
    ) -> Result<bool, StoreError>;

    /// Gives the lease another `life` from now, if it is held. Returns whether it is.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the store cannot be asked or refuses to write.
    async fn renew(
        &self,
        slot: &StoreSlot,
        lease: &LeaseId,
        life: Duration,
    ) -> Result<bool, StoreError>;

    /// Writes `failure` for `life` and gives the lease back, if it is held. Returns whether it was.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the store cannot be asked or refuses to write.
    async fn fail(
        &self,
        slot: &StoreSlot,
        lease: &LeaseId,
        failure: &StoreRecord,
        life: Duration,
    ) -> Result<bool, StoreError>;

    /// Gives the lease back, if it is held.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the store cannot be asked or refuses to write.
    async fn release(&self, slot: &StoreSlot, lease: &LeaseId) -> Result<(), StoreError>;
}

#[async_trait]
impl<S: TokenStore + ?Sized> TokenStore for Arc<S> {
    async fn look(&self, slot: &StoreSlot, query: &StoreQuery) -> Result<LookOutcome, StoreError> {
        (**self).look(slot, query).await
    }

    async fn put(
        &self,
        slot: &StoreSlot,
        lease: &LeaseId,
        record: &StoreRecord,
        replaces: Option<&StoreRecord>,
        life: Duration,
    ) -> Result<bool, StoreError> {
        (**self).put(slot, lease, record, replaces, life).await
    }

    async fn renew(
        &self,
        slot: &StoreSlot,
        lease: &LeaseId,
        life: Duration,
    ) -> Result<bool, StoreError> {
        (**self).renew(slot, lease, life).await
    }

    async fn fail(
        &self,
        slot: &StoreSlot,
        lease: &LeaseId,
        failure: &StoreRecord,
        life: Duration,
    ) -> Result<bool, StoreError> {
        (**self).fail(slot, lease, failure, life).await
    }

    async fn release(&self, slot: &StoreSlot, lease: &LeaseId) -> Result<(), StoreError> {
        (**self).release(slot, lease).await
    }
}
