//! The file of one slot, and its lock.

use std::fs::{File, Metadata, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::directory::{Directory, open_private, private_file};
use super::format::{LONGEST, decode, encode};
use crate::store::contract::{SlotState, StoreSlot};

/// Less than the 250 ms that an operation may take.
const LONGEST_WAIT: Duration = Duration::from_millis(200);
const SHORTEST_PAUSE: Duration = Duration::from_millis(1);
const LONGEST_PAUSE: Duration = Duration::from_millis(10);

pub(super) struct SlotFile {
    directory: Directory,
    state: PathBuf,
    lock: PathBuf,
    draft: PathBuf,
}

impl SlotFile {
    pub(super) fn new(directory: Directory, slot: &StoreSlot) -> Self {
        let path = |ending| directory.path().join(format!("{}.{ending}", slot.name()));
        Self {
            state: path("token"),
            lock: path("lock"),
            draft: path("draft"),
            directory,
        }
    }

    /// Reads the slot, runs `operation` on it and writes it back if it has changed, all under the lock.
    pub(super) fn update<T>(
        &self,
        operation: impl FnOnce(&mut SlotState, Duration) -> T,
    ) -> io::Result<T> {
        let directory = self.directory.check()?;
        let lock = open_private(
            private_file().read(true).write(true).create(true),
            &self.lock,
            &directory,
        );
        let lock = match lock {
            Ok(file) => Some(locked(file)?),
            // If nothing can be written there is nothing to lock, but a token can still be adopted.
            Err(error) if is_read_only(&error) => None,
            Err(error) => return Err(error),
        };
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let mut state = self.read(&directory)?;
        state.expire(now);
        let before = state.clone();
        let outcome = operation(&mut state, now);
        if state != before {
            if lock.is_none() {
                return Err(io::ErrorKind::ReadOnlyFilesystem.into());
            }
            self.write(&state, &directory)?;
        }
        Ok(outcome)
    }

    /// Reads the slot. A file that cannot be decoded counts as empty and will be replaced.
    fn read(&self, directory: &Metadata) -> io::Result<SlotState> {
        let file = match open_private(private_file().read(true), &self.state, directory) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(SlotState::default());
            }
            Err(error) => return Err(error),
        };
        let mut bytes = Vec::new();
        file.take(LONGEST as u64 + 1).read_to_end(&mut bytes)?;
        Ok(decode(&bytes).unwrap_or_default())
    }

    /// Replaces the file, so that a reader sees the old one or the new one. Without a flush to disk: a slot that is
    /// lost in a power cut counts as empty.
    fn write(&self, state: &SlotState, directory: &Metadata) -> io::Result<()> {
        remove(&self.draft)?;
        let mut draft = open_private(
            private_file().write(true).create_new(true),
            &self.draft,
            directory,
        )?;
        let written = draft
            .write_all(&encode(state))
            .and_then(|()| std::fs::rename(&self.draft, &self.state));
        if written.is_err() {
            remove(&self.draft)?;
        }
        written
    }
}

/// Waits for the lock, but not for long: its holder may have been stopped.
fn locked(file: File) -> io::Result<File> {
    let start = Instant::now();
    let mut pause = SHORTEST_PAUSE;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::Error(error)) => return Err(error),
            Err(TryLockError::WouldBlock) if start.elapsed() < LONGEST_WAIT => {
                std::thread::sleep(pause);
                pause = LONGEST_PAUSE.min(pause * 2);
            }
            Err(TryLockError::WouldBlock) => {
                return Err(io::Error::other(
                    "another process holds the lock of the token store for too long",
                ));
            }
        }
    }
}

fn is_read_only(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ReadOnlyFilesystem
            | io::ErrorKind::PermissionDenied
            | io::ErrorKind::StorageFull
    )
}

fn remove(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
