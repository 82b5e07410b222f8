//! The store on Redis, Valkey, or any server that speaks their protocol and runs Lua scripts.

mod connection;
mod scripts;
mod server;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use self::connection::Connections;
use self::scripts::{FAIL, Keys, LOOK, PUT, RELEASE, RENEW, Reply, Script};
use self::server::Server;
use crate::config_error::ConfigError;
use crate::store::contract::{
    LeaseId, LookOutcome, StoreError, StoreQuery, StoreRecord, StoreSlot, TokenStore, Verdict,
};

/// Shares tokens among the processes of a fleet, in Redis or Valkey (feature `redis`).
///
/// A look is one round trip; the process that fetches makes one or two more. A token that lives for an hour costs a
/// process one to four round trips. The connection is opened on first use and closed after 10 s without use. Redis is
/// not needed at start-up, and while it does not respond each process fetches its own token.
///
/// Each client has four keys, `{prefix}wm2m1:{name}:token`, `:lease`, `:failed` and `:renewals`, in one hash slot, all
/// with a time to live. Requires Redis 5 or later, with scripts enabled. A dedicated user needs only:
///
/// ```text
/// ACL SETUSER fleet on >password resetkeys ~wm2m1:* resetchannels -@all
///     +evalsha +eval +get +getrange +set +del +pttl +pexpire +time
/// ```
///
/// and `+select` for a database other than 0.
///
/// # Examples
///
/// ```
/// use wristband_m2m::{RedisTokenStore, WristbandM2mClient};
///
/// let client = WristbandM2mClient::builder()
///     .client_id("billing-service")
///     .client_secret("s3cr3t")
///     .application_vanity_domain("acme.us.wristband.dev")
///     .token_store(RedisTokenStore::new("rediss://fleet:password@cache.internal/2")?.prefix("billing:"))
///     .build()?;
/// # Ok::<(), wristband_m2m::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
pub struct RedisTokenStore {
    connections: Arc<Connections>,
    prefix: Arc<str>,
}

impl RedisTokenStore {
    /// Uses one server. The URL is `redis://`, or `rediss://` for TLS; then optionally `user:password@`; the host;
    /// optionally a port, by default 6379; and optionally `/` and a database, by default 0. A Unix socket is `unix:`
    /// and its path.
    ///
    /// Does not connect yet.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] if the URL does not have that form, or requires TLS and no TLS backend is compiled in.
    pub fn new(url: impl AsRef<str>) -> Result<Self, ConfigError> {
        Ok(Self::on(Server::single(url.as_ref())?))
    }

    /// Uses the master that Redis Sentinels report. `master` is the master's name, or a URL with the name as its host
    /// and the master's own user, password and database: `rediss://fleet:password@mymaster/2`.
    ///
    /// After a fail-over it queries the Sentinels again, in the background.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] if there is no URL, or one does not have the form that [`new`](Self::new) takes.
    pub fn sentinel<U: AsRef<str>>(
        sentinels: impl IntoIterator<Item = U>,
        master: impl AsRef<str>,
    ) -> Result<Self, ConfigError> {
        let sentinels: Vec<U> = sentinels.into_iter().collect();
        let server = Server::sentinel(sentinels.iter().map(AsRef::as_ref), master.as_ref())?;
        Ok(Self::on(server))
    }

    /// Uses a Redis Cluster, given the URLs of some of its nodes. User, password and TLS are those of the first URL.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] if there is no URL, or one does not have the form that [`new`](Self::new) takes.
    pub fn cluster<U: AsRef<str>>(nodes: impl IntoIterator<Item = U>) -> Result<Self, ConfigError> {
        let nodes: Vec<U> = nodes.into_iter().collect();
        Ok(Self::on(Server::cluster(nodes.iter().map(AsRef::as_ref))?))
    }

    /// Prepends `prefix` to each key. Default: none. Processes only share a token under the same prefix.
    #[must_use]
    pub fn prefix(mut self, prefix: impl AsRef<str>) -> Self {
        self.prefix = prefix.as_ref().into();
        self
    }

    fn on(server: Server) -> Self {
        Self {
            connections: Arc::new(Connections::new(server)),
            prefix: "".into(),
        }
    }

    async fn run<T>(
        &self,
        script: &Script,
        slot: &StoreSlot,
        arguments: &[&[u8]],
        read: impl FnOnce(Reply) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let keys = Keys::new(&self.prefix, slot);
        self.connections.run(script, &keys, arguments, read).await
    }
}

#[async_trait]
impl TokenStore for RedisTokenStore {
    async fn look(&self, slot: &StoreSlot, query: &StoreQuery) -> Result<LookOutcome, StoreError> {
        let known = query.known();
        let verdict: &[u8] = match (known, query.verdict()) {
            (None, _) => b"unknown",
            (_, Verdict::Keep) => b"keep",
            (_, Verdict::Remove) => b"remove",
            (_, Verdict::ForceRenewal) => b"force",
        };
        let interval = StoreQuery::FORCED_RENEWAL_INTERVAL;
        let longest_debt = interval * (StoreQuery::FORCED_RENEWAL_BURST - 1);
        let arguments = [
            known.map(StoreRecord::as_bytes).unwrap_or_default(),
            verdict,
            query.lease().as_bytes(),
            &millis(query.lease_life()),
            &millis(interval),
            &millis(longest_debt),
        ];
        self.run(&LOOK, slot, &arguments, Reply::look_outcome).await
    }

    async fn put(
        &self,
        slot: &StoreSlot,
        lease: &LeaseId,
        record: &StoreRecord,
        replaces: Option<&StoreRecord>,
        life: Duration,
    ) -> Result<bool, StoreError> {
        let arguments = [
            lease.as_bytes(),
            record.as_bytes(),
            replaces.map(StoreRecord::as_bytes).unwrap_or_default(),
            &millis(life),
        ];
        self.run(&PUT, slot, &arguments, Reply::done).await
    }

    async fn renew(
        &self,
        slot: &StoreSlot,
        lease: &LeaseId,
        life: Duration,
    ) -> Result<bool, StoreError> {
        let arguments = [lease.as_bytes(), &*millis(life)];
        self.run(&RENEW, slot, &arguments, Reply::done).await
    }

    async fn fail(
        &self,
        slot: &StoreSlot,
        lease: &LeaseId,
        failure: &StoreRecord,
        life: Duration,
    ) -> Result<bool, StoreError> {
        let arguments = [lease.as_bytes(), failure.as_bytes(), &millis(life)];
        self.run(&FAIL, slot, &arguments, Reply::done).await
    }

    async fn release(&self, slot: &StoreSlot, lease: &LeaseId) -> Result<(), StoreError> {
        let arguments = [&lease.as_bytes()[..]];
        self.run(&RELEASE, slot, &arguments, Reply::done).await?;
        Ok(())
    }
}

/// At least 1: Redis rejects a time to live of zero.
fn millis(duration: Duration) -> Vec<u8> {
    duration.as_millis().max(1).to_string().into_bytes()
}
