//! OriginPolicy: who may see the token.

use reqwest::Url;

use crate::middleware::origin::{Origin, is_loopback};

/// The origins that a token is sent to.
#[derive(Debug)]
pub(crate) enum OriginPolicy {
    /// All origins that are reached over TLS or on this machine.
    Secure,
    /// These and no others.
    AllowList(Vec<Origin>),
}

/// The decision about a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TokenDecision {
    /// Attach the token.
    Attach,
    /// Send it without a token.
    Skip,
    /// Do not send it: the token would travel in the clear (RFC 6750, section 5.3), and without it the call would fail.
    Reject(Origin),
}

impl OriginPolicy {
    /// Allocates nothing, but for a refusal.
    pub(crate) fn decide(&self, url: &Url) -> TokenDecision {
        match self {
            Self::AllowList(origins) if origins.iter().any(|origin| origin.contains(url)) => {
                TokenDecision::Attach
            }
            Self::AllowList(_) => TokenDecision::Skip,
            Self::Secure if url.scheme() == "https" || is_loopback(url) => TokenDecision::Attach,
            // A URL without an origin is not HTTP; reqwest reports that.
            Self::Secure => Origin::of(url).map_or(TokenDecision::Skip, TokenDecision::Reject),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decide(origin_policy: &OriginPolicy, url: &str) -> TokenDecision {
        origin_policy.decide(&url.parse().expect("a URL"))
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
            assert_eq!(
                decide(&OriginPolicy::Secure, url),
                TokenDecision::Attach,
                "{url}"
            );
        }
        for url in [
            "http://api.example.com/a",
            "http://10.0.0.1",
            "http://[::2]",
        ] {
            let decision = decide(&OriginPolicy::Secure, url);
            assert!(matches!(decision, TokenDecision::Reject(_)), "{url}");
        }
        assert_eq!(
            decide(&OriginPolicy::Secure, "ftp://example.com"),
            TokenDecision::Skip
        );
    }

    #[test]
    fn with_a_list_only_what_is_on_it_is_signed() {
        let origins = ["https://api.example.com", "http://mesh.internal:8080"];
        let origins = origins.map(|origin| Origin::parse(origin).expect("an origin"));
        let allow_list = OriginPolicy::AllowList(origins.into());
        for url in [
            "https://API.example.com:443/a?b",
            "http://mesh.internal.:8080/a",
        ] {
            assert_eq!(decide(&allow_list, url), TokenDecision::Attach, "{url}");
        }
        for url in [
            "https://example.com",
            "http://api.example.com",
            "https://mesh.internal:8080",
            "http://mesh.internal",
            "http://localhost",
            "http://other.internal",
        ] {
            assert_eq!(decide(&allow_list, url), TokenDecision::Skip, "{url}");
        }
    }
}
