//! The only type that may hold a client secret.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;

/// A client secret: it cannot be printed, and leaves only inside a Basic credential or to redact a text.
#[derive(Clone)]
pub(crate) struct Secret(Box<str>);

impl Secret {
    pub(crate) fn new(value: &str) -> Self {
        Self(value.into())
    }

    /// For the builder's checks alone.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    /// `Basic base64(client_id:client_secret)` (RFC 7617, section 2), marked sensitive.
    pub(crate) fn basic_credential(&self, client_id: &str) -> HeaderValue {
        let pair = STANDARD.encode(format!("{client_id}:{}", self.0));
        // Base64 has no character that a header value refuses, so the fallback is never taken.
        let mut value = HeaderValue::from_str(&format!("Basic {pair}"))
            .unwrap_or(HeaderValue::from_static("Basic"));
        value.set_sensitive(true);
        value
    }

    /// Whether `text` repeats this secret, as it is or inside the credential that was sent.
    pub(crate) fn is_in(&self, text: &str, client_id: &str) -> bool {
        text.contains(&*self.0)
            || text.contains(&STANDARD.encode(&*self.0))
            || text.contains(&STANDARD.encode(format!("{client_id}:{}", self.0)))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_nothing_of_the_secret() {
        let secret = Secret::new("hunter2");
        assert_eq!(format!("{secret:?} {secret:#?}"), "[redacted] [redacted]");
    }

    #[test]
    fn the_basic_credential_is_encoded_and_sensitive() {
        let credential = Secret::new("open sesame").basic_credential("Aladdin");
        // The example of RFC 7617, section 2.
        assert_eq!(credential, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
        assert!(credential.is_sensitive());
        assert_eq!(format!("{credential:?}"), "Sensitive");
    }

    #[test]
    fn a_repeated_secret_is_found_in_every_form_that_is_sent() {
        let secret = Secret::new("open sesame");
        assert!(secret.is_in("wrong secret 'open sesame'", "Aladdin"));
        assert!(secret.is_in("got Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Aladdin"));
        assert!(!secret.is_in("the client is unknown", "Aladdin"));
    }
}
