//! The repository's pages: their links, their lists, and what they quote from the code.

mod architecture;
mod links;
mod observability;
mod sources;
mod troubleshooting;

use std::fs;
use std::path::{Path, PathBuf};

/// The root of the repository.
fn root() -> &'static Path {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().expect("a folder of the repository")
}

fn read(page: &str) -> String {
    fs::read_to_string(root().join(page)).expect("a page of the repository")
}

/// Returns all files below `folder` with this extension, except build output.
fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in folder.read_dir().expect("a folder") {
        let entry = entry.expect("an entry");
        let path = entry.path();
        let is_folder = entry.file_type().expect("a type").is_dir();
        if is_folder && !path.ends_with("target") && !path.ends_with(".git") {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|found| found == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}
