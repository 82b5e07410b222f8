//! One call of a secret source, and its failures.

use std::error::Error;
use std::io;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use super::secret::{ClientSecret, Flaw};
use super::secret_file::SecretFileError;
use super::secret_source::SecretSource;
use crate::deadline::Deadline;
use crate::runtime::catch_panic;

/// Why a source gave no secret.
///
/// It quotes no error of an application, which may quote the secret: a parser its input, for example, or a client the
/// response. What is in there cannot be looked for, since it may be a secret that nobody has seen yet.
#[derive(Debug, thiserror::Error)]
pub(super) enum SourceFault {
    #[error(transparent)]
    File(SecretFileError),
    #[error("the source could not read the secret")]
    Io(#[source] io::Error),
    #[error("the source's own error is not shown, since it may quote the secret: log it there")]
    Hidden,
    #[error("the source gave a blank secret")]
    Blank,
    #[error("the source gave a secret with a line break or another control character")]
    ControlCharacter,
    #[error("the source did not respond within the request timeout")]
    TimedOut,
    #[error("the source panicked")]
    Panicked,
}

/// Asks `source`, for at most `limit`.
pub(super) async fn ask(
    source: &dyn SecretSource,
    limit: Duration,
) -> Result<ClientSecret, SourceFault> {
    let mut call = pin!(async { source.client_secret().await });
    let guarded =
        std::future::poll_fn(
            |context| match catch_panic(|| call.as_mut().poll(context)) {
                Some(poll) => poll.map(|given| given.map_err(|error| SourceFault::of(&*error))),
                None => Poll::Ready(Err(SourceFault::Panicked)),
            },
        );
    let given = Deadline::after(limit).bound(guarded).await;
    let secret = given.ok_or(SourceFault::TimedOut)??;
    match Flaw::of(secret.expose()) {
        None => Ok(secret),
        Some(Flaw::Blank) => Err(SourceFault::Blank),
        Some(Flaw::ControlCharacter) => Err(SourceFault::ControlCharacter),
    }
}

impl SourceFault {
    /// What may be shown of an error.
    fn of(error: &(dyn Error + 'static)) -> Self {
        let mut causes = std::iter::successors(Some(error), |&error| error.source());
        causes
            .find_map(|cause| {
                if let Some(error) = cause.downcast_ref::<SecretFileError>() {
                    return Some(Self::File(error.clone()));
                }
                let error = cause.downcast_ref::<io::Error>()?;
                Some(Self::Io(error.kind().into()))
            })
            .unwrap_or(Self::Hidden)
    }
}
