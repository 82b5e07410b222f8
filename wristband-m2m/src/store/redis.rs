//! A store on Redis, Valkey, or anything that speaks their protocol and runs their scripts.

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
/// One round trip a look, one or two more for the process that fetches; a token that lives for an hour costs a process
/// one to four of them. The connection is made on first use and closed when it has been idle for 10 s. Redis is not
/// needed to start, and while it does not respond each process fetches its own token.
///
/// Four keys per client, `{prefix}wm2m1:{name}:token`, `:lease`, `:failed` and `:renewals`, in one hash slot; all of them
/// end by themselves. Redis 5 or later, with scripts. A user for this alone needs no more than:
///
/// ```text
/// ACL SETUSER fleet on >password resetkeys ~wm2m1:* resetchannels -@all
///     +evalsha +eval +get +getrange +set +del +pttl +pexpire +time
/// ```
///
/// and `+select` for another database than 0.
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
    /// Uses one server: `redis://` or, with TLS, `rediss://`; then `user:password@` if need be, the host, a port other
    /// than 6379, and `/` with a database other than 0. `unix:` and a path is a socket.
    ///
    /// Nothing is connected yet.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] if the URL is not of that form, or asks for TLS and no TLS backend is compiled in.
    pub fn new(url: impl AsRef<str>) -> Result<Self, ConfigError> {
        Ok(Self::on(Server::single(url.as_ref())?))
    }

    /// Uses the master that Redis Sentinels name. `master` is the master's name, or a URL with the name in place of the
    /// host and with what the master wants: `rediss://fleet:password@mymaster/2`.
    ///
    /// After a fail-over it asks the Sentinels again, off the callers' way.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] if there is no URL, or one is not of the form that [`new`](Self::new) takes.
    pub fn sentinel<U: AsRef<str>>(
        sentinels: impl IntoIterator<Item = U>,
        master: impl AsRef<str>,
    ) -> Result<Self, ConfigError> {
        let sentinels: Vec<U> = sentinels.into_iter().collect();
        let server = Server::sentinel(sentinels.iter().map(AsRef::as_ref), master.as_ref())?;
        Ok(Self::on(server))
    }

    /// Uses a Redis Cluster, of which some nodes are given; user, password and TLS are the first URL's.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] if there is no URL, or one is not of the form that [`new`](Self::new) takes.
    pub fn cluster<U: AsRef<str>>(nodes: impl IntoIterator<Item = U>) -> Result<Self, ConfigError> {
        let nodes: Vec<U> = nodes.into_iter().collect();
        Ok(Self::on(Server::cluster(nodes.iter().map(AsRef::as_ref))?))
    }

    /// Puts `prefix` before each key; none by default. Processes that should share must have the same.
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

/// Redis takes no life of zero.
fn millis(duration: Duration) -> Vec<u8> {
    duration.as_millis().max(1).to_string().into_bytes()
}
