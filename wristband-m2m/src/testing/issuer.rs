//! The tokens: what they claim, who signs them, which ones are good.

use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};
use tokio::time::Instant;

use super::MockWristband;
use super::signing_key::SigningKey;

pub(super) struct Issuer {
    name: String,
    /// Added to the usual claims, or in place of them.
    set_claims: Map<String, Value>,
    /// How many times the keys were rotated.
    generation: usize,
    /// The end of each token that was issued and not revoked.
    issued: HashMap<String, Instant>,
}

impl Issuer {
    pub(super) fn new(name: String) -> Self {
        Self {
            name,
            set_claims: Map::new(),
            generation: 0,
            issued: HashMap::new(),
        }
    }

    pub(super) fn issue(&mut self, life: Duration) -> String {
        let token = SigningKey::of_generation(self.generation).sign(&self.claims(life));
        self.issued.insert(token.clone(), Instant::now() + life);
        token
    }

    pub(super) fn set_claim(&mut self, name: String, value: Value) {
        self.set_claims.insert(name, value);
    }

    pub(super) fn rotate_keys(&mut self) {
        self.generation += 1;
    }

    /// Returns the key set (RFC 7517, section 5): the key that signs, and the one before it.
    pub(super) fn key_set(&self) -> Value {
        let keys: Vec<_> = (self.generation.saturating_sub(1)..=self.generation)
            .rev()
            .map(|generation| SigningKey::of_generation(generation).public_jwk())
            .collect();
        json!({ "keys": keys })
    }

    pub(super) fn accepts(&self, token: &str) -> bool {
        self.issued
            .get(token)
            .is_some_and(|expires_at| Instant::now() < *expires_at)
    }

    pub(super) fn revoke_all(&mut self) {
        self.issued.clear();
    }

    fn claims(&self, life: Duration) -> Map<String, Value> {
        let issued_at = SystemTime::UNIX_EPOCH
            .elapsed()
            .unwrap_or_default()
            .as_secs();
        let mut claims = Map::from_iter([
            ("iss".to_owned(), json!(self.name)),
            ("sub".to_owned(), json!(MockWristband::CLIENT_ID)),
            ("client_id".to_owned(), json!(MockWristband::CLIENT_ID)),
            ("iat".to_owned(), json!(issued_at)),
            ("exp".to_owned(), json!(issued_at + life.as_secs())),
            ("jti".to_owned(), json!(random_id())),
        ]);
        claims.extend(self.set_claims.clone());
        claims.retain(|_, value| !value.is_null());
        claims
    }
}

fn random_id() -> String {
    let mut id = [0; 16];
    aws_lc_rs::rand::fill(&mut id).expect("the operating system has random bytes");
    URL_SAFE_NO_PAD.encode(id)
}
