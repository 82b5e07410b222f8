//! The secrets of one client: which one a fetch tries first, and which one after it.

use std::sync::Arc;
use std::time::Duration;

use super::secret::ClientSecret;
use super::secret_request::{SourceFault, ask};
use super::secret_source::SecretSource;
use crate::error::TokenError;
use crate::runtime::{Mutex, lock};
use crate::telemetry;

/// A rotation has no single moment: the source, the endpoint and other processes learn of it one after another. So the
/// secret that is given now is kept beside those that worked before.
pub(crate) struct Secrets {
    source: Option<Arc<dyn SecretSource>>,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    /// The configured secret, or the last one that the source returned.
    given: Option<ClientSecret>,
    /// The given secret, if it was refused and another one worked.
    refused: Option<ClientSecret>,
    /// The secret that worked last.
    good: Option<ClientSecret>,
    /// The one that was good before it; until then the secondary secret of the settings.
    spare: Option<ClientSecret>,
    /// Returns why an earlier secret is used.
    error: Option<TokenError>,
}

/// The secrets of one fetch.
pub(super) struct SecretTrial {
    pub(super) secret: ClientSecret,
    /// What to try if that one is refused.
    other: Option<ClientSecret>,
    pub(super) refused: Option<RefusedSecret>,
    /// Whether the source gave a secret for this fetch.
    is_given: bool,
}

/// The secret that was tried first and refused.
pub(super) struct RefusedSecret {
    secret: ClientSecret,
    pub(super) error: TokenError,
}

/// What is traced, once the lock is released.
enum Change {
    Preferred,
    Failing(TokenError),
    Recovered,
}

impl Secrets {
    pub(crate) fn fixed(primary: ClientSecret, secondary: Option<ClientSecret>) -> Self {
        let known = Known {
            given: Some(primary),
            spare: secondary,
            ..Known::default()
        };
        Self {
            source: None,
            known: Mutex::new(known),
        }
    }

    pub(crate) fn from_source(
        source: Arc<dyn SecretSource>,
        secondary: Option<ClientSecret>,
    ) -> Self {
        let known = Known {
            spare: secondary,
            ..Known::default()
        };
        Self {
            source: Some(source),
            known: Mutex::new(known),
        }
    }

    /// Begins a fetch. Asks the source, if there is one, for at most `limit`.
    ///
    /// # Errors
    ///
    /// The source failed, and no secret is known from before.
    pub(super) async fn begin(&self, limit: Duration) -> Result<SecretTrial, TokenError> {
        let given = match &self.source {
            None => None,
            Some(source) => Some(ask(&**source, limit).await),
        };
        let (trial, change) = {
            let mut known = lock(&self.known);
            let (is_given, change) = match given {
                None => (true, None),
                Some(Ok(secret)) => (true, known.give(secret)),
                Some(Err(fault)) => (false, known.miss(fault)?),
            };
            (known.trial(is_given).ok_or_else(no_secret)?, change)
        };
        trace(change);
        Ok(trial)
    }

    /// Switches to another secret, if that of `trial` was refused and there is another. Returns whether it did.
    ///
    /// The source is asked again, since the rotation may have come in between.
    pub(super) async fn switch(
        &self,
        trial: &mut SecretTrial,
        error: &TokenError,
        limit: Duration,
    ) -> bool {
        if error.oauth_error() != Some("invalid_client") {
            return false;
        }
        let mut other = trial.other.take();
        if let Some(source) = &self.source
            && let Ok(secret) = ask(&**source, limit).await
            && secret != trial.secret
        {
            let change = lock(&self.known).give(secret.clone());
            trace(change);
            trial.is_given = true;
            other = Some(secret);
        }
        let Some(other) = other else {
            return false;
        };
        let refused = std::mem::replace(&mut trial.secret, other);
        trial.refused = Some(RefusedSecret {
            secret: refused,
            error: error.clone(),
        });
        true
    }

    /// Notes that the secret of `trial` works.
    pub(super) fn settle(&self, trial: &SecretTrial) {
        let is_rotating = self.source.is_some();
        let change = lock(&self.known).settle(trial, is_rotating);
        trace(change);
    }

    /// Returns why an earlier secret is used.
    pub(super) fn error(&self) -> Option<TokenError> {
        lock(&self.known).error.clone()
    }

    /// Whether `text` repeats a secret.
    pub(super) fn leak(&self, text: &str, client_id: &str) -> bool {
        let known = lock(&self.known);
        let mut secrets = [&known.given, &known.good, &known.spare]
            .into_iter()
            .flatten();
        secrets.any(|secret| secret.is_in(text, client_id))
    }
}

impl Known {
    /// The source gave `secret`.
    fn give(&mut self, secret: ClientSecret) -> Option<Change> {
        if self.given.as_ref() != Some(&secret) {
            self.given = Some(secret);
            self.refused = None;
        }
        match self.refused {
            Some(_) => None,
            None => self.clear_error(),
        }
    }

    /// The source gave nothing.
    fn miss(&mut self, fault: SourceFault) -> Result<Option<Change>, TokenError> {
        if self.in_order(false).next().is_none() {
            return Err(no_secret().caused_by(Box::new(fault)));
        }
        let error = TokenError::secret_source(
            "the client secret source failed, so the last secret that worked is used: check the source",
        );
        Ok(self.note_error(error.caused_by(Box::new(fault))))
    }

    fn trial(&self, is_given: bool) -> Option<SecretTrial> {
        let mut secrets = self.in_order(is_given);
        let first = secrets.next()?;
        Some(SecretTrial {
            secret: first.clone(),
            other: secrets.find(|secret| *secret != first).cloned(),
            refused: None,
            is_given,
        })
    }

    /// The secrets in the order in which they are tried, some twice. `is_given`: the source has just returned one.
    fn in_order(&self, is_given: bool) -> impl Iterator<Item = &ClientSecret> {
        let given = self.given.as_ref();
        let trusted = given.filter(|_| is_given && self.refused.is_none());
        [trusted, self.good.as_ref(), given, self.spare.as_ref()]
            .into_iter()
            .flatten()
    }

    fn settle(&mut self, trial: &SecretTrial, has_source: bool) -> Option<Change> {
        let secret = &trial.secret;
        if self.good.as_ref() != Some(secret) {
            let before = self.good.replace(secret.clone());
            self.spare = before.or(self.spare.take());
        }
        if self.given.as_ref() == Some(secret) {
            return match self.refused.take() {
                Some(_) if !has_source => Some(Change::Preferred),
                Some(_) if trial.is_given => self.clear_error(),
                _ => None,
            };
        }
        let refused = trial.refused.as_ref()?;
        if self.given.as_ref() != Some(&refused.secret) {
            return None;
        }
        self.refused = Some(refused.secret.clone());
        if !has_source {
            return Some(Change::Preferred);
        }
        let error = TokenError::secret_source(
            "the secret that the client secret source gives was refused, so the one before it is used: check the source",
        );
        self.note_error(error.caused_by(Box::new(refused.error.clone())))
    }

    /// Warns when it begins, and not at each failure after it.
    fn note_error(&mut self, error: TokenError) -> Option<Change> {
        let before = self.error.replace(error.clone());
        before.is_none().then_some(Change::Failing(error))
    }

    fn clear_error(&mut self) -> Option<Change> {
        self.error.take().map(|_| Change::Recovered)
    }
}

fn no_secret() -> TokenError {
    TokenError::secret_source(
        "the client secret source failed and has not given any secret yet: check the source",
    )
}

fn trace(change: Option<Change>) {
    match change {
        None => {}
        Some(Change::Preferred) => {
            telemetry::secret_switched();
        }
        Some(Change::Failing(error)) => {
            telemetry::secret_source_failed(&error);
        }
        Some(Change::Recovered) => {
            telemetry::secret_source_recovered();
        }
    }
}

#[cfg(all(test, not(shuttle)))]
mod tests;
