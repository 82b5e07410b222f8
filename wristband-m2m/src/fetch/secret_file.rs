//! A client secret in a file.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;

use super::secret::{ClientSecret, Flaw};
use super::secret_source::{BoxError, SecretSource};

/// Far larger than any secret.
const SIZE_LIMIT: u64 = 64 * 1024;

/// Reads the client secret from a file: a Kubernetes or Docker secret, or one that Vault Agent writes.
///
/// The file is read anew before each fetch of a token, off the async threads, so a rotated secret is used without a
/// restart. One line break at its end is cut. A file that is missing, empty, unreadable or not a single line of text
/// fails, and the secret that was read before is used; see [`SecretSource`]. So is a file that was read while
/// half written: the endpoint refuses what was read, and the secret before is tried at once.
///
/// # Examples
///
/// ```
/// use wristband_m2m::{SecretFile, WristbandM2mClient};
///
/// let client = WristbandM2mClient::builder()
///     .client_id("billing-service")
///     .client_secret_source(SecretFile::new("/run/secrets/wristband"))
///     .application_vanity_domain("acme.us.wristband.dev")
///     .build()?;
/// # Ok::<(), wristband_m2m::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
pub struct SecretFile {
    path: Arc<Path>,
}

/// Why a file gave no secret. It shows the path, and nothing of the content.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the secret file `{path}` {problem}", path = path.display())]
pub(crate) struct SecretFileError {
    path: PathBuf,
    problem: Problem,
    #[source]
    cause: Option<Arc<io::Error>>,
}

#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
enum Problem {
    #[error("could not be read: check that it is mounted and that this process may read it")]
    Unreadable,
    #[error("is not a regular file: write the path of the file that has the secret in it")]
    NotAFile,
    #[error("is larger than 64 KiB: write the path of a file that has only the secret in it")]
    TooLarge,
    #[error("is empty: write the secret into it")]
    Empty,
    #[error("is not one line of text: write only the secret into it")]
    NotOneLine,
}

impl SecretFile {
    /// Names the file. Nothing is read before the first fetch of a token, so the file may be written later than that
    /// the client is built.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into().into(),
        }
    }
}

#[async_trait]
impl SecretSource for SecretFile {
    async fn client_secret(&self) -> Result<ClientSecret, BoxError> {
        let path = Arc::clone(&self.path);
        let secret = tokio::task::spawn_blocking(move || read(&path)).await??;
        Ok(secret)
    }
}

fn read(path: &Path) -> Result<ClientSecret, SecretFileError> {
    let failed = |problem, cause: Option<io::Error>| SecretFileError {
        path: path.to_owned(),
        problem,
        cause: cause.map(Arc::new),
    };
    let unreadable = |error| failed(Problem::Unreadable, Some(error));
    // Opening a pipe would block until somebody writes to it.
    if !path.metadata().map_err(unreadable)?.is_file() {
        return Err(failed(Problem::NotAFile, None));
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(SIZE_LIMIT + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() as u64 > SIZE_LIMIT {
        return Err(failed(Problem::TooLarge, None));
    }
    // The error would quote where the text ends, which is of no help.
    let text = String::from_utf8(bytes).map_err(|_| failed(Problem::NotOneLine, None))?;
    let line = text.strip_suffix('\n').unwrap_or(&text);
    let line = line.strip_suffix('\r').unwrap_or(line);
    match Flaw::of(line) {
        None => Ok(ClientSecret::new(line)),
        Some(Flaw::Blank) => Err(failed(Problem::Empty, None)),
        Some(Flaw::ControlCharacter) => Err(failed(Problem::NotOneLine, None)),
    }
}

#[cfg(all(test, not(shuttle)))]
mod tests {
    use super::*;

    fn file(name: &str) -> PathBuf {
        let name = format!("wristband-m2m-secret-file-{name}-{}", std::process::id());
        std::env::temp_dir().join(name)
    }

    fn read_from(name: &str, content: &[u8]) -> Result<ClientSecret, SecretFileError> {
        let path = file(name);
        std::fs::write(&path, content).unwrap();
        let secret = read(&path);
        std::fs::remove_file(&path).unwrap();
        secret
    }

    #[test]
    fn one_line_break_at_the_end_is_cut() {
        for content in ["s3 cr3t", "s3 cr3t\n", "s3 cr3t\r\n"] {
            let secret = read_from("line-break", content.as_bytes()).unwrap();
            assert_eq!(secret.expose(), "s3 cr3t", "{content:?}");
        }
    }

    #[test]
    fn what_is_no_secret_is_named_and_not_quoted() {
        let large = vec![b'x'; 64 * 1024 + 1];
        let table: [(&[u8], Problem); 8] = [
            (b"", Problem::Empty),
            (b"\n", Problem::Empty),
            (b"  \r\n", Problem::Empty),
            (b"s3cr3t\n\n", Problem::NotOneLine),
            (b"s3cr3t\ns3cr3t", Problem::NotOneLine),
            (b"s3cr3t\0", Problem::NotOneLine),
            (b"s3cr3t\xff", Problem::NotOneLine),
            (&large, Problem::TooLarge),
        ];
        for (content, problem) in table {
            let error = read_from("flaw", content).unwrap_err();
            assert_eq!(error.problem, problem, "{error}");
            assert!(!format!("{error} {error:?}").contains("s3cr3t"));
        }
    }

    #[test]
    fn a_file_that_is_not_there_and_a_directory_are_named() {
        let path = file("missing");
        let error = read(&path).unwrap_err();
        assert_eq!(error.problem, Problem::Unreadable);
        assert!(error.to_string().contains(&*path.to_string_lossy()));
        let error = read(&std::env::temp_dir()).unwrap_err();
        assert_eq!(error.problem, Problem::NotAFile);
    }
}
