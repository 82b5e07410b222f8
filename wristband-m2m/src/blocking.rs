//! The client for synchronous programs (feature `blocking`).

use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Duration;
use std::{fmt, io};

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

use crate::config_error::ConfigError;
use crate::error::TokenError;
use crate::status::TokenStatus;
use crate::token::AccessToken;

/// A [`WristbandM2mClient`](crate::WristbandM2mClient) whose calls block the calling thread.
///
/// It shares the cache of the client that it wraps, so synchronous and asynchronous parts of a program use one token.
/// Requests run on a dedicated thread, which starts with the first call that has to fetch and ends with the last clone.
/// Callable from anywhere: inside an async program it blocks the current thread, but never panics.
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
/// With custom settings:
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
    /// Wraps `client`; both share one cache. No thread is started yet.
    #[must_use]
    pub fn new(client: crate::WristbandM2mClient) -> Self {
        Self {
            client,
            worker: Arc::default(),
        }
    }

    /// Same as [`WristbandM2mClient::from_env`](crate::WristbandM2mClient::from_env).
    ///
    /// # Errors
    ///
    /// [`ConfigError`] names the variable that is missing or wrong.
    pub fn from_env() -> Result<Self, ConfigError> {
        crate::WristbandM2mClient::from_env().map(Self::new)
    }

    /// Same as [`WristbandM2mClient::from_env_prefixed`](crate::WristbandM2mClient::from_env_prefixed).
    ///
    /// # Errors
    ///
    /// [`ConfigError`] names the variable that is missing or wrong.
    pub fn from_env_prefixed(prefix: &str) -> Result<Self, ConfigError> {
        crate::WristbandM2mClient::from_env_prefixed(prefix).map(Self::new)
    }

    /// Returns the cached token, or fetches one; see
    /// [`WristbandM2mClient::get_token`](crate::WristbandM2mClient::get_token).
    ///
    /// # Errors
    ///
    /// Returns a [`TokenError`] if there is no valid token and none could be fetched.
    pub fn get_token(&self) -> Result<AccessToken, TokenError> {
        self.get_token_valid_for(Duration::ZERO)
    }

    /// Returns a token that is valid for at least `min_lifetime`; see
    /// [`WristbandM2mClient::get_token_valid_for`](crate::WristbandM2mClient::get_token_valid_for).
    ///
    /// # Errors
    ///
    /// Same as [`get_token`](Self::get_token).
    pub fn get_token_valid_for(&self, min_lifetime: Duration) -> Result<AccessToken, TokenError> {
        if let Some(token) = self.client.fresh_token(min_lifetime) {
            return Ok(token);
        }
        let client = self.client.clone();
        self.run(async move { client.get_token_valid_for(min_lifetime).await })
    }

    /// Replaces a token that an API has rejected; see
    /// [`WristbandM2mClient::replace_token`](crate::WristbandM2mClient::replace_token).
    ///
    /// # Errors
    ///
    /// Returns a [`TokenError`] if no other token could be fetched.
    pub fn replace_token(&self, rejected: &AccessToken) -> Result<AccessToken, TokenError> {
        let (client, rejected) = (self.client.clone(), rejected.clone());
        self.run(async move { client.replace_token(&rejected).await })
    }

    /// Clears the cache; see [`WristbandM2mClient::clear_token`](crate::WristbandM2mClient::clear_token).
    pub fn clear_token(&self) {
        self.client.clear_token();
    }

    /// Clears the cache if `rejected` is still the cached token; see
    /// [`WristbandM2mClient::clear_token_if`](crate::WristbandM2mClient::clear_token_if).
    pub fn clear_token_if(&self, rejected: &AccessToken) -> bool {
        self.client.clear_token_if(rejected)
    }

    /// Returns a snapshot, without I/O; see [`WristbandM2mClient::status`](crate::WristbandM2mClient::status).
    #[must_use]
    pub fn status(&self) -> TokenStatus {
        self.client.status()
    }

    /// Runs `call` on the worker's thread, and blocks until it is done.
    fn run(
        &self,
        call: impl Future<Output = Result<AccessToken, TokenError>> + Send + 'static,
    ) -> Result<AccessToken, TokenError> {
        let (response, outcome) = mpsc::sync_channel(1);
        self.worker()?.spawn(async move {
            // The caller may have panicked meanwhile.
            let _ = response.send(call.await);
        });
        outcome.recv().unwrap_or_else(|_| {
            Err(TokenError::interrupted(
                "the thread that fetches tokens has ended",
            ))
        })
    }

    /// The running worker's runtime, started if need be.
    fn worker(&self) -> Result<Handle, TokenError> {
        let mut worker = self.worker.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(worker) = &*worker {
            return Ok(worker.runtime.clone());
        }
        let started = Worker::start().map_err(|error| {
            TokenError::interrupted("the thread that fetches tokens could not be started")
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
