//! The only type that may hold a client secret.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use http::HeaderValue;

/// A client secret, as a [`SecretSource`](crate::SecretSource) gives it.
///
/// `Debug` shows nothing of it, there is no `Display` and no `Serialize`, and no way to read it.
///
/// # Examples
///
/// ```
/// use wristband_m2m::ClientSecret;
///
/// let secret = ClientSecret::from("s3cr3t".to_owned());
/// assert_eq!(format!("{secret:?}"), "[redacted]");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ClientSecret(Arc<str>);

/// Why a text cannot be a secret.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Flaw {
    Blank,
    ControlCharacter,
}

impl ClientSecret {
    pub(crate) fn new(value: &str) -> Self {
        Self(value.into())
    }

    /// For checks, and for the names and keys that are derived from it.
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

    /// Whether `text` repeats this secret: as it is, in base64, inside the credential that was sent, or one of these
    /// percent-encoded. Only what is printable is compared, so that nothing can be hidden between its characters.
    pub(crate) fn is_in(&self, text: &str, client_id: &str) -> bool {
        let text = printable(text.bytes());
        let texts = [
            percent_decoded(&text),
            // A space may be encoded as `+`.
            percent_decoded(&text.replace('+', "")),
            text,
        ];
        let credential = format!("{client_id}:{}", self.0);
        let forms = [
            self.0.to_string(),
            STANDARD_NO_PAD.encode(&*self.0),
            URL_SAFE_NO_PAD.encode(&*self.0),
            STANDARD_NO_PAD.encode(&credential),
            URL_SAFE_NO_PAD.encode(&credential),
        ];
        forms.iter().any(|form| {
            let form = printable(form.bytes());
            texts.iter().any(|text| text.contains(&form))
        })
    }
}

/// The printable ASCII characters, without spaces.
fn printable(bytes: impl Iterator<Item = u8>) -> String {
    bytes.filter(u8::is_ascii_graphic).map(char::from).collect()
}

fn percent_decoded(text: &str) -> String {
    let hex = |byte: Option<&u8>| char::from(*byte?).to_digit(16);
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let pair = (hex(bytes.get(at + 1)), hex(bytes.get(at + 2)));
        match (byte, pair) {
            (b'%', (Some(high), Some(low))) => {
                decoded.push((high * 16 + low) as u8);
                at += 3;
            }
            _ => {
                decoded.push(*byte);
                at += 1;
            }
        }
    }
    printable(decoded.into_iter())
}

impl Flaw {
    /// What is wrong with `text`, which may also be another setting that a person copies.
    pub(crate) fn of(text: &str) -> Option<Self> {
        if text.trim().is_empty() {
            Some(Self::Blank)
        } else if text.chars().any(char::is_control) {
            Some(Self::ControlCharacter)
        } else {
            None
        }
    }
}

impl From<String> for ClientSecret {
    fn from(secret: String) -> Self {
        Self(secret.into())
    }
}

impl fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn debug_shows_nothing_of_the_secret() {
        let secret = ClientSecret::new("hunter2");
        assert_eq!(format!("{secret:?} {secret:#?}"), "[redacted] [redacted]");
    }

    #[test]
    fn the_basic_credential_is_encoded_and_sensitive() {
        let credential = ClientSecret::new("open sesame").basic_credential("Aladdin");
        // The example of RFC 7617, section 2.
        assert_eq!(credential, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
        assert!(credential.is_sensitive());
        assert_eq!(format!("{credential:?}"), "Sensitive");
    }

    #[test]
    fn a_repeated_secret_is_found_in_every_form_that_is_sent() {
        let secret = ClientSecret::new("open sesame");
        for text in [
            "wrong secret 'open sesame'",
            "got Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
            "open+sesame",
            "open%20sesame",
            "op\u{ad}en ses\u{2060}ame",
        ] {
            assert!(secret.is_in(text, "Aladdin"), "{text}");
        }
        assert!(!secret.is_in("the client is unknown", "Aladdin"));
        assert!(!secret.is_in("100% open, ses%2", "Aladdin"));
    }

    fn percent_encoded(text: &str, lower: bool, all: bool) -> String {
        text.bytes()
            .map(|byte| match byte {
                byte if !all && byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
                byte if lower => format!("%{byte:02x}"),
                byte => format!("%{byte:02X}"),
            })
            .collect()
    }

    proptest! {
        #[test]
        fn a_repeated_secret_is_found_at_each_offset_in_each_form(
            secret in "[ -~]{8,40}".prop_filter("not blank", |secret| !secret.trim().is_empty()),
            id in "[a-z0-9-]{1,20}",
            before in "[ -$&-~]{0,80}",
            after in "[ -$&-~]{0,80}",
            form in 0..4usize,
            encoding in 0..5usize,
            hidden in prop::sample::select(vec!['\u{0}', '\n', '\u{ad}', '\u{61c}', '\u{200b}', '\u{2060}', '\u{feff}']),
            hidden_at: prop::sample::Index,
        ) {
            let credential = format!("{id}:{secret}");
            let repeated = match form {
                0 => secret.clone(),
                1 => STANDARD.encode(&secret),
                2 => STANDARD.encode(&credential),
                _ => URL_SAFE_NO_PAD.encode(&credential),
            };
            let mut repeated = match encoding {
                0 => repeated,
                1 => percent_encoded(&repeated, false, false),
                2 => percent_encoded(&repeated, true, false),
                3 => percent_encoded(&repeated, true, true),
                _ => percent_encoded(&repeated, false, false).replace("%20", "+"),
            };
            repeated.insert(hidden_at.index(repeated.len()), hidden);
            let text = format!("{before}{repeated}{after}");
            prop_assert!(ClientSecret::new(&secret).is_in(&text, &id), "{text:?}");
        }
    }
}
