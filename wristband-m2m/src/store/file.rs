//! The store in a directory.

mod directory;
mod format;
mod slot_file;

use std::path::PathBuf;
use std::time::Duration;

use self::directory::Directory;
use self::slot_file::SlotFile;
use crate::config_error::ConfigError;
use crate::store::contract::{
    LeaseId, LookOutcome, SlotState, StoreError, StoreQuery, StoreRecord, StoreSlot,
    impl_token_store,
};

/// Shares tokens among the processes of one user on one host, in a directory (feature `file-store`).
///
/// For commands, cron jobs and the steps of a CI job: a command that starts every minute makes one token request per
/// token life instead of one per start. The directory holds one sealed file per client, which reveals only sizes and
/// times without the client secret. Each operation runs under the operating system's file lock, replaces the file by
/// renaming, and does not block the runtime.
///
/// If the disk is full or read-only, or the directory cannot be created, the token is not shared. Do not put the
/// directory on a network file system: its locks may not work, or may block for a long time.
///
/// # Examples
///
/// ```
/// use wristband_m2m::{FileTokenStore, WristbandM2mClient};
///
/// # fn client(directory: &std::path::Path) -> Result<WristbandM2mClient, wristband_m2m::ConfigError> {
/// let client = WristbandM2mClient::builder()
///     .client_id("nightly-report")
///     .client_secret("s3cr3t")
///     .application_vanity_domain("acme.us.wristband.dev")
///     .token_store(FileTokenStore::new(directory)?) // or FileTokenStore::in_user_cache()?
///     .build()?;
/// # Ok(client)
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct FileTokenStore {
    directory: Directory,
}

impl FileTokenStore {
    /// Opens a store in `directory`, which should be used for nothing else. Creates it with mode 0700 if it is missing.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] if it exists and is a link, is not a directory, belongs to another user, or is accessible to
    /// other users. A directory that cannot be created or written to is not an error: the token is then not shared.
    pub fn new(directory: impl Into<PathBuf>) -> Result<Self, ConfigError> {
        let directory = Directory::new(directory.into());
        directory.examine()?;
        Ok(Self { directory })
    }

    /// Opens a store in the directory `wristband-m2m` in the user's cache directory: `$XDG_CACHE_HOME` or
    /// `$HOME/.cache`, on macOS `$HOME/Library/Caches`, on Windows `%LOCALAPPDATA%`.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] as for [`new`](Self::new), and if none of the variables is set to an absolute path.
    pub fn in_user_cache() -> Result<Self, ConfigError> {
        let cache = user_cache().ok_or_else(|| {
            ConfigError::new(
                "token_store",
                "must know the user's cache directory, but the environment does not name it: write FileTokenStore::new(directory)",
            )
        })?;
        Self::new(cache.join("wristband-m2m"))
    }

    /// Runs one operation on a thread that may block.
    async fn operate<T: Send + 'static>(
        &self,
        slot: &StoreSlot,
        operation: impl FnOnce(&mut SlotState, Duration) -> T + Send + 'static,
    ) -> Result<T, StoreError> {
        let file = SlotFile::new(self.directory.clone(), slot);
        tokio::task::spawn_blocking(move || file.update(operation))
            .await
            .map_err(StoreError::new)?
            .map_err(StoreError::new)
    }
}

fn user_cache() -> Option<PathBuf> {
    let directory = |variable, below: &str| {
        let directory = PathBuf::from(std::env::var_os(variable)?);
        directory.is_absolute().then(|| directory.join(below))
    };
    if cfg!(windows) {
        directory("LOCALAPPDATA", "")
    } else if cfg!(target_os = "macos") {
        directory("HOME", "Library/Caches")
    } else {
        directory("XDG_CACHE_HOME", "").or_else(|| directory("HOME", ".cache"))
    }
}

impl_token_store!(FileTokenStore);
