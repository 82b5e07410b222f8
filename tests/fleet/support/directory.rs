//! A directory for one test.

use std::hash::{BuildHasher as _, RandomState};
use std::path::{Path, PathBuf};

/// A directory that only this user can access, removed on drop.
#[derive(Debug)]
pub struct TestDirectory(PathBuf);

impl TestDirectory {
    /// Creates a directory.
    ///
    /// # Panics
    ///
    /// If it cannot be created.
    #[must_use]
    pub fn new() -> Self {
        let random = RandomState::new().hash_one(std::process::id());
        let path = std::env::temp_dir().join(format!("wristband-m2m-{random:016x}"));
        std::fs::create_dir(&path).expect("a directory for temporary files");
        set_mode(&path, 0o700);
        Self(path)
    }

    /// Returns its path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Default for TestDirectory {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for TestDirectory {
    fn drop(&mut self) {
        // A directory left behind is small and harmless.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("own directory");
}

#[cfg(not(unix))]
fn set_mode(_: &Path, _: u32) {}
