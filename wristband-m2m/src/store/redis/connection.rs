//! The connection for all operations: opened on first use, reopened when broken, closed when idle.

use std::fmt;
use std::sync::{Arc, Weak};
use std::time::Duration;

use redis::{ErrorKind, RedisError, RedisResult, ServerErrorKind};
use tokio::runtime::{Handle, Id};
use tokio::time::Instant;

use super::scripts::{Keys, Reply, Script};
use super::server::{Connection, Server};
use crate::runtime::{Mutex, lock, sleep, spawn};
use crate::store::contract::StoreError;

/// A connection that is idle for this long is closed: it is not needed until the token is due.
const LONGEST_IDLE: Duration = Duration::from_secs(10);

pub(super) struct Connections {
    server: Server,
    open: Mutex<Option<Open>>,
}

struct Open {
    connection: Connection,
    /// The runtime that drives it. That may have stopped when an operation comes from another one.
    runtime: Option<Id>,
    last_used: Instant,
}

impl Connections {
    pub(super) fn new(server: Server) -> Self {
        Self {
            server,
            open: Mutex::new(None),
        }
    }

    /// Runs a script. If it is dropped early it closes the connection, on which a reply is still due.
    pub(super) async fn run<T>(
        self: &Arc<Self>,
        script: &Script,
        keys: &Keys,
        arguments: &[&[u8]],
        read: impl FnOnce(Reply) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut attempt = Attempt {
            connections: self,
            is_over: false,
        };
        let result = self.run_healing(script, keys, arguments).await;
        attempt.is_over = true;
        let outcome = match result {
            Ok(reply) => read(reply),
            Err(error) => Err(StoreError::new(Failure::of(&error))),
        };
        match outcome {
            Ok(_) => self.keep_until_idle(),
            // After an unexpected reply, the next one may belong to another command.
            Err(_) => self.replace(),
        }
        outcome
    }

    /// The server may have closed an idle connection. Then this opens another one, once.
    async fn run_healing(
        &self,
        script: &Script,
        keys: &Keys,
        arguments: &[&[u8]],
    ) -> RedisResult<Reply> {
        if let Some(mut connection) = self.idle() {
            match evaluate(&mut connection, script, keys, arguments).await {
                Err(error) if is_broken(&error) => self.close(),
                result => return result,
            }
        }
        let mut connection = self.connect().await?;
        evaluate(&mut connection, script, keys, arguments).await
    }

    fn idle(&self) -> Option<Connection> {
        let mut open = lock(&self.open);
        let runtime = current_runtime();
        let known = open.as_mut().filter(|open| open.runtime == runtime)?;
        known.last_used = Instant::now();
        Some(known.connection.clone())
    }

    async fn connect(&self) -> RedisResult<Connection> {
        let connection = self.server.connect().await?;
        *lock(&self.open) = Some(Open {
            connection: connection.clone(),
            runtime: current_runtime(),
            last_used: Instant::now(),
        });
        Ok(connection)
    }

    fn close(&self) {
        lock(&self.open).take();
    }

    /// Closes the connection and opens another in the background: after a fail-over there is another master, and
    /// finding it may take longer than a caller waits.
    fn replace(self: &Arc<Self>) {
        self.close();
        let connections = Arc::clone(self);
        spawn(async move {
            // If this fails, the next operation tries again and reports it.
            if connections.connect().await.is_ok() {
                connections.keep_until_idle();
            }
        });
    }

    fn keep_until_idle(self: &Arc<Self>) {
        spawn(close_when_idle(Arc::downgrade(self)));
    }
}

/// Each operation spawns one of these. The last one finds the connection idle.
async fn close_when_idle(connections: Weak<Connections>) {
    sleep(LONGEST_IDLE).await;
    if let Some(connections) = connections.upgrade() {
        lock(&connections.open).take_if(|open| open.last_used.elapsed() >= LONGEST_IDLE);
    }
}

/// Sends the script's hash first, and its text if Redis does not know the hash.
async fn evaluate(
    connection: &mut Connection,
    script: &Script,
    keys: &Keys,
    arguments: &[&[u8]],
) -> RedisResult<Reply> {
    let command = |name: &str, script: &str| {
        let mut command = redis::cmd(name);
        command.arg(script).arg(keys.0.len()).arg(&keys.0[..]);
        for argument in arguments {
            command.arg(*argument);
        }
        command
    };
    let by_hash = command("EVALSHA", &script.sha1);
    match by_hash.query_async(connection).await {
        Err(error) if error.kind() == ErrorKind::Server(ServerErrorKind::NoScript) => {
            let by_text = command("EVAL", script.text);
            by_text.query_async(connection).await.map(Reply)
        }
        result => result.map(Reply),
    }
}

fn current_runtime() -> Option<Id> {
    Handle::try_current().ok().map(|handle| handle.id())
}

fn is_broken(error: &RedisError) -> bool {
    error.is_io_error() && !error.is_timeout()
}

struct Attempt<'a> {
    connections: &'a Arc<Connections>,
    is_over: bool,
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        if !self.is_over {
            self.connections.replace();
        }
    }
}

/// What went wrong, with Redis's error code. Its message is left out: it may quote the command, and so a password.
#[derive(Debug)]
struct Failure {
    what: &'static str,
    code: Option<String>,
}

impl Failure {
    fn of(error: &RedisError) -> Self {
        let what = match error.kind() {
            ErrorKind::Io if error.is_connection_refusal() => {
                "nothing is listening at the address of Redis"
            }
            ErrorKind::Io if error.is_timeout() => "Redis did not respond in time",
            ErrorKind::Io => "the connection to Redis could not be opened, or broke",
            ErrorKind::AuthenticationFailed => "Redis rejected the user or the password",
            ErrorKind::Server(ServerErrorKind::NoPerm) => "the Redis user lacks a permission",
            ErrorKind::Server(ServerErrorKind::ReadOnly) => "the Redis server is read-only",
            ErrorKind::MasterNameNotFoundBySentinel => "no Sentinel knows the master",
            ErrorKind::Parse | ErrorKind::UnexpectedReturnType => {
                "the server that responded is not Redis"
            }
            _ => "Redis rejected the operation",
        };
        let code = error.code().map(|code| {
            let is_plain = |character: &char| character.is_ascii_alphanumeric();
            code.chars().filter(is_plain).take(20).collect()
        });
        Self { what, code }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.what)?;
        match &self.code {
            Some(code) => write!(f, " ({code})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Failure {}

impl fmt::Debug for Connections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connections")
            .field("server", &self.server)
            .finish_non_exhaustive()
    }
}
