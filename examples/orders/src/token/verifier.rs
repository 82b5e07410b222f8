//! What makes a token good.

use std::sync::Arc;

use jsonwebtoken::{Algorithm, Validation, decode, decode_header};
use serde::Deserialize;

use super::key_set::{KeyError, KeySet};

/// Verifies tokens of one issuer. Clones share the cached keys.
#[derive(Clone, Debug)]
pub struct TokenVerifier {
    keys: Arc<KeySet>,
    validation: Arc<Validation>,
}

/// What this service wants to know of a caller.
#[derive(Clone, Debug, Deserialize)]
pub struct Claims {
    pub client_id: String,
}

/// Why a request is not let in.
#[derive(Debug, thiserror::Error)]
pub enum TokenRejection {
    #[error("the request has no bearer token")]
    Missing,
    #[error("the token names no key")]
    NoKeyId,
    #[error("the token is not valid")]
    Invalid(#[from] jsonwebtoken::errors::Error),
    #[error(transparent)]
    Key(#[from] KeyError),
}

impl TokenVerifier {
    #[must_use]
    pub fn new(issuer: &str, keys: KeySet) -> Self {
        // The algorithm is ours to say, never the token's: else a caller signs with what it likes.
        let mut validation = Validation::new(Algorithm::RS256);
        validation.set_issuer(&[issuer]);
        validation.set_required_spec_claims(&["exp", "iss", "sub"]);
        validation.validate_nbf = true;
        // For clocks that differ; the default is a minute, in which a token that has ended would live on.
        validation.leeway = 5;
        Self {
            keys: Arc::new(keys),
            validation: Arc::new(validation),
        }
    }

    #[must_use]
    pub fn keys(&self) -> &KeySet {
        &self.keys
    }

    /// Verifies signature, algorithm, issuer and end of a token.
    ///
    /// # Errors
    ///
    /// If any of them is wrong, or the keys cannot be read.
    pub async fn verify(&self, token: &str) -> Result<Claims, TokenRejection> {
        let header = decode_header(token)?;
        let key_id = header.kid.ok_or(TokenRejection::NoKeyId)?;
        let key = self.keys.find(&key_id).await?;
        Ok(decode(token, &key, &self.validation)?.claims)
    }
}
