//! Audience: who may see the token.

use reqwest::Url;

use crate::origin::{Origin, is_loopback};

/// The origins that a token is sent to.
#[derive(Debug)]
pub(crate) enum Audience {
    /// Whatever is reached over TLS, or without leaving the machine.
    Secure,
    /// These and no others.
    Listed(Vec<Origin>),
}

/// What is done with a request to a URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Admission {
    /// It carries the token.
    Signed,
    /// It goes as it is.
    Unsigned,
    /// It is not sent: the token would travel in the clear (RFC 6750, section 5.3), and without it the call is in vain.
    Refused(Origin),
}

impl Audience {
    /// Allocates nothing, but for a refusal.
    pub(crate) fn admit(&self, url: &Url) -> Admission {
        match self {
            Self::Listed(origins) if origins.iter().any(|origin| origin.contains(url)) => {
                Admission::Signed
            }
            Self::Listed(_) => Admission::Unsigned,
            Self::Secure if url.scheme() == "https" || is_loopback(url) => Admission::Signed,
            // What has no origin is no HTTP; that error is reqwest's.
            Self::Secure => Origin::of(url).map_or(Admission::Unsigned, Admission::Refused),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admit(audience: &Audience, url: &str) -> Admission {
        audience.admit(&url.parse().expect("a URL"))
    }

    #[test]
    fn without_a_list_tls_and_loopback_are_signed_and_plain_http_is_refused() {
        for url in [
            "https://api.example.com/a",
            "https://10.0.0.1",
            "http://localhost:3000",
            "http://127.0.0.1",
            "http://[::1]:3000",
        ] {
            assert_eq!(admit(&Audience::Secure, url), Admission::Signed, "{url}");
        }
        for url in [
            "http://api.example.com/a",
            "http://10.0.0.1",
            "http://[::2]",
        ] {
            let admission = admit(&Audience::Secure, url);
            assert!(matches!(admission, Admission::Refused(_)), "{url}");
        }
        assert_eq!(
            admit(&Audience::Secure, "ftp://example.com"),
            Admission::Unsigned
        );
    }

    #[test]
    fn with_a_list_only_what_is_on_it_is_signed() {
        let origins = ["https://api.example.com", "http://mesh.internal:8080"];
        let origins = origins.map(|origin| Origin::parse(origin).expect("an origin"));
        let listed = Audience::Listed(origins.into());
        for url in [
            "https://API.example.com:443/a?b",
            "http://mesh.internal.:8080/a",
        ] {
            assert_eq!(admit(&listed, url), Admission::Signed, "{url}");
        }
        for url in [
            "https://example.com",
            "http://api.example.com",
            "https://mesh.internal:8080",
            "http://mesh.internal",
            "http://localhost",
            "http://other.internal",
        ] {
            assert_eq!(admit(&listed, url), Admission::Unsigned, "{url}");
        }
    }
}
