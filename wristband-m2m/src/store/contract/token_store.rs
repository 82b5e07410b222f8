//! The trait of a store.

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
/// Pass one to [`token_store`](crate::WristbandM2mClientBuilder::token_store), and the processes of a fleet share one
/// token: one fetches it, the others adopt it. The crate provides `RedisTokenStore` (feature `redis`) and
/// `FileTokenStore` (feature `file-store`). To use another database, implement this trait and check the implementation
/// with [`testing::check_token_store`](crate::testing::check_token_store).
///
/// # What a store sees
///
/// Opaque names and sealed bytes. Names and encryption keys are derived from the client secret, so a store never sees a
/// token, a secret, a client id or a domain, and cannot forge a record that the client would accept.
///
/// # What a store must do
///
/// Each of the five operations is atomic per slot, and every time to live is measured by the store's own clock. A slot
/// holds up to four things: a record and a failure, each with a time to live; the lease, with its holder and a time to
/// live; and the budget of forced renewals.
///
/// A store that fails costs the client nothing but time: an operation may take 250 ms (500 ms until the store has
/// responded once), and after a failure the client leaves the store alone for 1 s, doubling to 30 s.
///
/// # Cancellation
///
/// An operation that takes too long is dropped. Whether or not it took effect, the slot must remain usable.
///
/// # Examples
///
/// The outline of an implementation. For a complete one, see
/// [`testing::check_token_store`](crate::testing::check_token_store).
///
/// ```
/// use std::time::Duration;
/// use wristband_m2m::{
///     LeaseId, LookOutcome, StoreError, StoreQuery, StoreRecord, StoreSlot, TokenStore, async_trait,
/// };
///
/// /// Shares nothing: every process fetches its own token.
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
    /// Looks for a record and, if there is none to return, takes the lease, in one step:
    ///
    /// 1. If there is a record other than [`query.known()`](StoreQuery::known), return [`LookOutcome::Found`].
    /// 2. If it is the known one, apply [`query.verdict()`](StoreQuery::verdict). If a forced renewal comes too early,
    ///    keep the record and return [`LookOutcome::TooSoon`].
    /// 3. If there is a failure, return [`LookOutcome::Failed`].
    /// 4. If another process holds the lease, return [`LookOutcome::Busy`].
    /// 5. Otherwise grant the lease to [`query.lease()`](StoreQuery::lease), or extend it if that already holds it, for
    ///    [`query.lease_life()`](StoreQuery::lease_life), and return [`LookOutcome::Leased`].
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the store cannot be reached or returns something unexpected.
    async fn look(&self, slot: &StoreSlot, query: &StoreQuery) -> Result<LookOutcome, StoreError>;

    /// Writes `record` with the time to live `life`, removes the failure, and releases the lease. Returns whether the
    /// record was written.
    ///
    /// Writes only if `lease` holds the lease, or if no process holds it and the slot has either no record or
    /// `replaces`. Otherwise nothing changes: a holder that stalled must not overwrite a newer record. If the slot
    /// already has `record`, either return value is fine.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the store cannot be reached or refuses to write.
    async fn put(
        &self,
        slot: &StoreSlot,
        lease: &LeaseId,
        record: &StoreRecord,
        replaces: Option<&StoreRecord>,
        life: Duration,
    ) -> Result<bool, StoreError>;

    /// Extends the lease to `life` from now if `lease` holds it. Returns whether it does.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the store cannot be reached or refuses to write.
    async fn renew(
        &self,
        slot: &StoreSlot,
        lease: &LeaseId,
        life: Duration,
    ) -> Result<bool, StoreError>;

    /// Writes `failure` with the time to live `life` and releases the lease, if `lease` holds it. Returns whether it
    /// did.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the store cannot be reached or refuses to write.
    async fn fail(
        &self,
        slot: &StoreSlot,
        lease: &LeaseId,
        failure: &StoreRecord,
        life: Duration,
    ) -> Result<bool, StoreError>;

    /// Releases the lease if `lease` holds it.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the store cannot be reached or refuses to write.
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
