//! A private directory.

use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use crate::config_error::ConfigError;
use crate::store::contract::hex;
use crate::store::random::random_id;

#[derive(Clone, Debug)]
pub(super) struct Directory(PathBuf);

impl Directory {
    pub(super) fn new(path: PathBuf) -> Self {
        Self(path)
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// Creates the directory if it is missing, and checks it. If it cannot be used at all, the operations will report
    /// it.
    pub(super) fn examine(&self) -> Result<(), ConfigError> {
        let Ok(metadata) = self.make() else {
            return Ok(());
        };
        let problem = if let Some(problem) = problem(&metadata) {
            problem
        } else if self.belongs_to_another(&metadata) {
            "belongs to another user: write a directory that the user of this process owns"
        } else {
            return Ok(());
        };
        let directory = self.0.display();
        Err(ConfigError::new(
            "token_store",
            format!("must have a private directory, but {directory} {problem}"),
        ))
    }

    /// Checks the directory again before an operation, which may run long after.
    pub(super) fn check(&self) -> io::Result<Metadata> {
        let metadata = self.make()?;
        match problem(&metadata) {
            None => Ok(metadata),
            Some(problem) => Err(io::Error::other(format!("the directory {problem}"))),
        }
    }

    fn make(&self) -> io::Result<Metadata> {
        match std::fs::symlink_metadata(&self.0) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                make_private(&self.0)?;
                std::fs::symlink_metadata(&self.0)
            }
            result => result,
        }
    }

    /// Compares the owner with that of a file that this process creates: nothing else shows which user it creates files
    /// as.
    fn belongs_to_another(&self, metadata: &Metadata) -> bool {
        let probe = self.0.join(format!("probe-{}", hex(&random_id())));
        let Ok(file) = private_file().write(true).create_new(true).open(&probe) else {
            return false;
        };
        let is_other = file
            .metadata()
            .is_ok_and(|probe| !have_one_owner(metadata, &probe));
        // If it cannot be removed it stays: it is empty.
        let _ = std::fs::remove_file(&probe);
        is_other
    }
}

/// Opens a plain file that belongs to the owner of the directory and is private: not a link, not a pipe.
pub(super) fn open_private(
    options: &OpenOptions,
    path: &Path,
    directory: &Metadata,
) -> io::Result<File> {
    let file = options.open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() || is_open_to_others(&metadata) || !have_one_owner(directory, &metadata)
    {
        return Err(io::Error::other(
            "a file of the token store is not a plain file of this user with mode 0600",
        ));
    }
    Ok(file)
}

fn problem(metadata: &Metadata) -> Option<&'static str> {
    if metadata.is_symlink() {
        Some("is a link: write the directory that it points to")
    } else if !metadata.is_dir() {
        Some("is not a directory: write another path")
    } else if is_open_to_others(metadata) {
        Some("is open to other users: set its mode to 0700")
    } else {
        None
    }
}

#[cfg(unix)]
mod system {
    use std::fs::{DirBuilder, Metadata, OpenOptions};
    use std::io;
    use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
    use std::path::Path;

    pub(in crate::store::file) fn private_file() -> OpenOptions {
        let mut options = OpenOptions::new();
        // Opening a pipe must not block until its other end is opened.
        options
            .mode(0o600)
            .custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK);
        options
    }

    pub(super) fn make_private(path: &Path) -> io::Result<()> {
        if let Some(parent) = path.parent() {
            DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(parent)?;
        }
        match DirBuilder::new().mode(0o700).create(path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            result => result,
        }
    }

    pub(super) fn is_open_to_others(metadata: &Metadata) -> bool {
        metadata.mode() & 0o077 != 0
    }

    pub(super) fn have_one_owner(one: &Metadata, other: &Metadata) -> bool {
        one.uid() == other.uid()
    }
}

/// On other systems a directory inherits its permissions, and the user's cache directory is private.
#[cfg(not(unix))]
mod system {
    use std::fs::{Metadata, OpenOptions};
    use std::io;
    use std::path::Path;

    pub(in crate::store::file) fn private_file() -> OpenOptions {
        OpenOptions::new()
    }

    pub(super) fn make_private(path: &Path) -> io::Result<()> {
        std::fs::create_dir_all(path)
    }

    pub(super) fn is_open_to_others(_: &Metadata) -> bool {
        false
    }

    pub(super) fn have_one_owner(_: &Metadata, _: &Metadata) -> bool {
        true
    }
}

pub(super) use self::system::private_file;
use self::system::{have_one_owner, is_open_to_others, make_private};
