//! The RSA keys that sign the mock's tokens.

use std::sync::OnceLock;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

/// Key pairs that are in this repository for everybody to read: they protect nothing. They are embedded because making
/// one takes seconds in a debug build. Made by `openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048`.
static KEY_PAIRS: [EmbeddedKeyPair; 3] = [
    EmbeddedKeyPair::new(
        include_bytes!("keys/1.der"),
        "pTf9u2X5wLUwxsoT9jZIKTDxjsVfREcRiENng65IVg-0Y7zqhZxVvvp_QfOg0c-Jrb4--9jK2u7ujHU6pISGJPjo7qPemWda4pkETRIWnD4N\
         z2MKAf8eNnF8j2-V3mE4bnq5C9yAtfY_3y8mx8RzW2xqwHuRrRtzsbFAlESA_R6S2dwOUkAym1yZq-MgttDxP2xHrWGR85RTg2OZtEBKt9PO\
         zz3MC0yUKJoL17ySgNiMOd3q4w3IPdCfTJmLJmXNrzXmnYhqy-JsGhPHvzI6JH776q-oi3D0d2uiiqh_2pWULbq35okSYSWTt7DTvXqf8z6J\
         Ff1f8pXsmKeuApeRbw",
    ),
    EmbeddedKeyPair::new(
        include_bytes!("keys/2.der"),
        "sB3LtWwGT9kiB1vFmHvvpKisufSMvG0Nwu2XN2lFHjNbn5WGI0vItlbfVblKlwJfJluqEqloSzcmviZCzc5j5dBi3NaYnkRYMRpaFpUhd3hk\
         Mqd9f-cHE_Fvo_TYDhQG8Cl9-fejYNMqBAZpNu2USsngqGnpsQXiIc9IMcL0l5gPFLwNhRau9UREhF8t9JK5UNvQ20Ng1BCXbI5Y75HoUoI0\
         eHjQmaZiUaeG7U09PIuM-vVnl6F6WCGzJK9asZhabSJtOk3ErFzeRhyznPLASUArKCKDJlG0myv9wO8Ebxe_9lNZHQZ5PTGoNkHgp2sy_r2K\
         0rdLhc93vev7uidG2w",
    ),
    EmbeddedKeyPair::new(
        include_bytes!("keys/3.der"),
        "5pkt6P6vj1H4facDDWq_jOaayGxB7cGHu0V1ptQGnlXO-QOiAXlzFhbTv3vbzh2arKm65v82RjusDJZgv9OqDehNGadP6BOMCLEho18ckjGm\
         HCCOcpytsUqXgDYhn_ZTnj027CwX59TM6pds5cKqZ2jLiIRkyS7haWRIFmFBoUH9RjWT-kRK-PV1eCpSv_-9m4EqUG16JNRP0zZToGCnhkId\
         6Zn6_VGS_5JR-2kCvLLRNeptJiyw70yEZv1qX-I8EU3TEVBmBCPFSsXxuSDiFHnrQr80By6b5HNAtu5cMZWZmemaB7t4ZBafXhiyIskM-Evr\
         QrWmN9KlczogHD_5_w",
    ),
];

struct EmbeddedKeyPair {
    pkcs8: &'static [u8],
    /// In base64url, as the key set shows it.
    modulus: &'static str,
    /// Parsed when it first signs.
    parsed: OnceLock<RsaKeyPair>,
}

/// The key of one generation. Each has a key id of its own, even where the key pairs repeat, so that an API that has
/// cached the key set meets an unknown id.
#[derive(Clone, Copy)]
pub(super) struct SigningKey {
    generation: usize,
}

impl EmbeddedKeyPair {
    const fn new(pkcs8: &'static [u8], modulus: &'static str) -> Self {
        Self {
            pkcs8,
            modulus,
            parsed: OnceLock::new(),
        }
    }

    fn parsed(&self) -> &RsaKeyPair {
        self.parsed.get_or_init(|| {
            RsaKeyPair::from_pkcs8(self.pkcs8).expect("an embedded key is an RSA key in PKCS #8")
        })
    }
}

impl SigningKey {
    pub(super) fn of_generation(generation: usize) -> Self {
        Self { generation }
    }

    /// Returns a JWT in compact form (RFC 7515, section 7.1), signed with RS256.
    pub(super) fn sign(self, claims: &Map<String, Value>) -> String {
        // Wristband marks its access tokens as RFC 9068 says.
        let header = json!({ "alg": "RS256", "kid": self.id(), "typ": "at+JWT" });
        let header = URL_SAFE_NO_PAD.encode(header.to_string());
        let claims = URL_SAFE_NO_PAD.encode(Value::from(claims.clone()).to_string());
        let mut token = format!("{header}.{claims}");
        let key_pair = self.key_pair().parsed();
        let mut signature = vec![0; key_pair.public_modulus_len()];
        key_pair
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                token.as_bytes(),
                &mut signature,
            )
            .expect("an embedded key signs");
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        token
    }

    /// Returns the public key as a JSON Web Key (RFC 7517).
    pub(super) fn public_jwk(self) -> Value {
        json!({
            "kty": "RSA",
            "use": "sig",
            "alg": "RS256",
            "kid": self.id(),
            "n": self.key_pair().modulus,
            "e": "AQAB",
        })
    }

    fn id(self) -> String {
        format!("mock-key-{}", self.generation + 1)
    }

    fn key_pair(self) -> &'static EmbeddedKeyPair {
        &KEY_PAIRS[self.generation % KEY_PAIRS.len()]
    }
}
