//! The published keys, cached.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use jsonwebtoken::DecodingKey;
use jsonwebtoken::jwk::{Jwk, JwkSet};
use tokio::sync::{Mutex, MutexGuard};

/// The set is read again after this time, so that a key that Wristband has withdrawn is not trusted for ever.
const MAX_AGE: Duration = Duration::from_secs(60 * 60);

/// The keys of one issuer: read at the start, and again when a token names an unknown one.
///
/// No caller can make it flood Wristband: it reads the set once per `pause` at most, and one read is under way at a time.
#[derive(Debug)]
pub struct KeySet {
    http: reqwest::Client,
    url: String,
    pause: Duration,
    cached: RwLock<Arc<CachedKeys>>,
    last_read: Mutex<Option<Instant>>,
}

#[derive(Default)]
struct CachedKeys {
    keys: HashMap<String, DecodingKey>,
    read_at: Option<Instant>,
}

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("the key set does not have the key that the token names")]
    Unknown,
    #[error("the key set could not be read")]
    Unavailable,
}

impl KeySet {
    /// A set that is read once per 5 seconds at most.
    #[must_use]
    pub fn new(http: reqwest::Client, url: impl Into<String>) -> Self {
        Self {
            http,
            url: url.into(),
            pause: Duration::from_secs(5),
            cached: RwLock::default(),
            last_read: Mutex::default(),
        }
    }

    #[must_use]
    pub fn pause(self, pause: Duration) -> Self {
        Self { pause, ..self }
    }

    /// Reads the keys, before the first token needs them. A failure is logged; the first token tries again.
    pub async fn load(&self) {
        self.read(self.last_read.lock().await).await;
    }

    /// Whether the keys were ever read: without them no token can be verified.
    #[must_use]
    pub fn is_loaded(&self) -> bool {
        self.cached().read_at.is_some()
    }

    /// Returns the key of this id.
    ///
    /// # Errors
    ///
    /// If the set does not have it, even after a renewal, or if there is no set.
    pub async fn find(&self, id: &str) -> Result<DecodingKey, KeyError> {
        let cached = self.cached();
        match cached.keys.get(id) {
            Some(key) if cached.is_recent() => return Ok(key.clone()),
            // One caller renews an old set, the others go on with it. While it cannot be read, so do all.
            Some(key) => match self.last_read.try_lock() {
                Ok(last_read) => self.read(last_read).await,
                Err(_) => return Ok(key.clone()),
            },
            None => {
                let last_read = self.last_read.lock().await;
                // Whoever had the lock before may have read what is wanted here.
                if !self.cached().keys.contains_key(id) {
                    self.read(last_read).await;
                }
            }
        }
        let cached = self.cached();
        match cached.keys.get(id) {
            Some(key) => Ok(key.clone()),
            None if cached.read_at.is_some() => Err(KeyError::Unknown),
            None => Err(KeyError::Unavailable),
        }
    }

    /// Holds the lock until the response is there.
    async fn read(&self, mut last_read: MutexGuard<'_, Option<Instant>>) {
        if last_read.is_some_and(|at| at.elapsed() < self.pause) {
            return;
        }
        *last_read = Some(Instant::now());
        match self.request().await {
            Ok(keys) => {
                tracing::info!(keys = keys.len(), "read the key set");
                let cached = CachedKeys {
                    keys,
                    read_at: *last_read,
                };
                *self.cached.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(cached);
            }
            Err(error) => tracing::warn!("the key set could not be read: {error:#}"),
        }
    }

    async fn request(&self) -> anyhow::Result<HashMap<String, DecodingKey>> {
        let response = self.http.get(&self.url).send().await?;
        let body = response.error_for_status()?.bytes().await?;
        let set: JwkSet = serde_json::from_slice(&body)?;
        Ok(set.keys.iter().filter_map(usable).collect())
    }

    fn cached(&self) -> Arc<CachedKeys> {
        Arc::clone(&self.cached.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl CachedKeys {
    fn is_recent(&self) -> bool {
        self.read_at.is_some_and(|at| at.elapsed() < MAX_AGE)
    }
}

impl fmt::Debug for CachedKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.keys.keys()).finish()
    }
}

/// A set may have keys of kinds that we do not know; they are no reason to refuse the others.
fn usable(jwk: &Jwk) -> Option<(String, DecodingKey)> {
    let key = DecodingKey::from_jwk(jwk).ok()?;
    Some((jwk.common.key_id.clone()?, key))
}
