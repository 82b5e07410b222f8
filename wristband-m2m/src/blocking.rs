//! The client for synchronous programs (feature `blocking`).

use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Duration;
use std::{fmt, io};

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

use crate::config_error::ConfigError;
use crate::error::TokenError;
use crate::runtime::current_runtime;
use crate::status::TokenStatus;
use crate::token::AccessToken;

/// A [`WristbandM2mClient`](crate::WristbandM2mClient) whose calls block the calling thread instead of being awaited.
///
/// The cache is the one of the client that it was made from: synchronous and asynchronous parts of a program share one
/// token. Requests run on a thread of its own, which starts with the first call that has to fetch and ends with the last
/// clone. So it may be called from anywhere, inside an async program too, where it blocks the thread that it is called
/// on but never panics.
///
/// # Examples
///
/// ```no_run
/// use wristband_m2m::blocking::WristbandM2mClient;
///
/// let client = WristbandM2mClient::from_env()?;
/// let token = client.get_token()?;
/// println!("expires in {:?}", token.remaining());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// With settings of its own:
///
/// ```
/// use std::time::Duration;
/// use wristband_m2m::{WristbandM2mClient, blocking};
///
/// let client = WristbandM2mClient::builder()
///     .client_id("billing-service")
///     .client_secret("s3cr3t")
///     .application_vanity_domain("acme.us.wristband.dev")
///     .request_timeout(Duration::from_secs(5))
///     .build()?;
/// let client = blocking::WristbandM2mClient::new(client);
/// # Ok::<(), wristband_m2m::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct WristbandM2mClient {
    client: crate::WristbandM2mClient,
    worker: Arc<Mutex<Option<Worker>>>,
}

impl WristbandM2mClient {
    /// The blocking face of `client`; both share one cache. Starts nothing yet.
    #[must_use]
    pub fn new(client: crate::WristbandM2mClient) -> Self {
        Self {
            client,
            worker: Arc::default(),
        }
    }

    /// As [`WristbandM2mClient::from_env`](crate::WristbandM2mClient::from_env).
    ///
    /// # Errors
    ///
    /// [`ConfigError`] names the variable that is missing or wrong.
    pub fn from_env() -> Result<Self, ConfigError> {
        crate::WristbandM2mClient::from_env().map(Self::new)
    }

    /// As [`WristbandM2mClient::from_env_prefixed`](crate::WristbandM2mClient::from_env_prefixed).
    ///
    /// # Errors
    ///
    /// [`ConfigError`] names the variable that is missing or wrong.
    pub fn from_env_prefixed(prefix: &str) -> Result<Self, ConfigError> {
        crate::WristbandM2mClient::from_env_prefixed(prefix).map(Self::new)
    }

    /// A valid token, from the cache or fetched; see
    /// [`WristbandM2mClient::get_token`](crate::WristbandM2mClient::get_token).
    ///
    /// # Errors
    ///
    /// [`TokenError`] if there is no valid token and none can be had.
    pub fn get_token(&self) -> Result<AccessToken, TokenError> {
        self.get_token_valid_for(Duration::ZERO)
    }

    /// A token with at least `min_lifetime` left; see
    /// [`WristbandM2mClient::get_token_valid_for`](crate::WristbandM2mClient::get_token_valid_for).
    ///
    /// # Errors
    ///
    /// As [`get_token`](Self::get_token).
    pub fn get_token_valid_for(&self, min_lifetime: Duration) -> Result<AccessToken, TokenError> {
        if let Some(token) = self.client.cached_token(min_lifetime) {
            return Ok(token);
        }
        if let Some(runtime) = current_runtime()
            && Handle::current().metrics().num_workers() == 1
        {
            // A flight on the runtime that this very call blocks could never land.
            self.client.abandon_flight_on(runtime);
        }
        let (answer, outcome) = mpsc::sync_channel(1);
        let client = self.client.clone();
        self.worker()?.spawn(async move {
            // Whoever asked may have panicked meanwhile; there is nobody else to tell.
            let _ = answer.send(client.get_token_valid_for(min_lifetime).await);
        });
        outcome.recv().unwrap_or_else(|_| {
            Err(TokenError::interrupted(
                "the thread that fetches tokens has ended",
            ))
        })
    }

    /// Empties the cache; see [`WristbandM2mClient::clear_token`](crate::WristbandM2mClient::clear_token).
    pub fn clear_token(&self) {
        self.client.clear_token();
    }

    /// Clears only if `rejected` is still the cached token; see
    /// [`WristbandM2mClient::clear_token_if`](crate::WristbandM2mClient::clear_token_if).
    pub fn clear_token_if(&self, rejected: &AccessToken) -> bool {
        self.client.clear_token_if(rejected)
    }

    /// A snapshot without I/O; see [`WristbandM2mClient::status`](crate::WristbandM2mClient::status).
    #[must_use]
    pub fn status(&self) -> TokenStatus {
        self.client.status()
    }

    /// The running worker's runtime, started if need be.
    fn worker(&self) -> Result<Handle, TokenError> {
        let mut worker = self.worker.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(worker) = &*worker {
            return Ok(worker.runtime.clone());
        }
        let started = Worker::start().map_err(|error| {
            TokenError::interrupted("the thread that fetches tokens cannot be started")
                .caused_by(error.into())
        })?;
        Ok(worker.insert(started).runtime.clone())
    }
}

impl From<crate::WristbandM2mClient> for WristbandM2mClient {
    fn from(client: crate::WristbandM2mClient) -> Self {
        Self::new(client)
    }
}

impl fmt::Debug for WristbandM2mClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("blocking::WristbandM2mClient")
            .field(&self.client)
            .finish()
    }
}

/// A thread with a runtime, which is dropped there: dropping a runtime inside another one panics.
struct Worker {
    runtime: Handle,
    /// Ends the thread when dropped.
    _running: oneshot::Sender<()>,
}

impl Worker {
    fn start() -> io::Result<Self> {
        let (started, runtime) = mpsc::sync_channel(1);
        let (running, ended) = oneshot::channel();
        std::thread::Builder::new()
            .name("wristband-m2m".to_owned())
            .spawn(
                move || match Builder::new_current_thread().enable_all().build() {
                    Ok(runtime) => {
                        let _ = started.send(Ok(runtime.handle().clone()));
                        let _ = runtime.block_on(ended);
                    }
                    Err(error) => drop(started.send(Err(error))),
                },
            )?;
        let runtime = runtime.recv().map_err(io::Error::other)??;
        Ok(Self {
            runtime,
            _running: running,
        })
    }
}
