//! Wristband's token endpoint: one POST, its response made into a token or an error.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER, USER_AGENT};
use http::{HeaderValue, StatusCode};
use reqwest::{Response, Url};

use super::{retry_after, token_response};
use crate::deadline::Deadline;
use crate::error::{TokenError, TokenErrorKind};
use crate::fetch::IssuedToken;
use crate::fetch::secret::Secret;
use crate::runtime::within;

/// No token response comes near this.
const RESPONSE_LIMIT: usize = 64 * 1024;
/// How long an error document may take.
const DOCUMENT_TIMEOUT: Duration = Duration::from_secs(1);
const PRODUCT: &str = concat!("wristband-m2m-rust/", env!("CARGO_PKG_VERSION"));

/// The client-credentials grant of RFC 6749, section 4.4, at one address, for one client.
pub(crate) struct TokenEndpoint {
    http: reqwest::Client,
    url: Url,
    client_id: String,
    primary: Secret,
    secondary: Option<Secret>,
    prefers_secondary: AtomicBool,
}

/// Which of the two secrets a request is made with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum SecretKind {
    Primary,
    Secondary,
}

impl TokenEndpoint {
    pub(crate) fn new(
        http: reqwest::Client,
        url: Url,
        client_id: String,
        primary: Secret,
        secondary: Option<Secret>,
    ) -> Self {
        Self {
            http,
            url,
            client_id,
            primary,
            secondary,
            prefers_secondary: AtomicBool::new(false),
        }
    }

    pub(crate) fn client_id(&self) -> &str {
        &self.client_id
    }

    /// The secret that worked last.
    pub(crate) fn preferred(&self) -> SecretKind {
        if self.prefers_secondary.load(Ordering::Relaxed) {
            SecretKind::Secondary
        } else {
            SecretKind::Primary
        }
    }

    /// The secret to try next if `kind` was refused with `error`.
    pub(crate) fn alternative(&self, kind: SecretKind, error: &TokenError) -> Option<SecretKind> {
        if self.secondary.is_none() || error.oauth_error() != Some("invalid_client") {
            return None;
        }
        Some(match kind {
            SecretKind::Primary => SecretKind::Secondary,
            SecretKind::Secondary => SecretKind::Primary,
        })
    }

    pub(crate) fn prefer(&self, kind: SecretKind) {
        let secondary = kind == SecretKind::Secondary;
        if self.prefers_secondary.swap(secondary, Ordering::Relaxed) != secondary {
            tracing::info!(
                ?kind,
                "the other client secret works and is preferred from now on"
            );
        }
    }

    /// Makes one request. `deadline` covers all of it, the response body included.
    pub(crate) async fn fetch(
        &self,
        kind: SecretKind,
        deadline: &mut Deadline,
    ) -> Result<IssuedToken, TokenError> {
        let response = deadline.bound(self.request(kind).send()).await;
        let mut response = response.ok_or_else(timed_out)?.map_err(broken)?;
        let status = response.status();
        if status.is_success() {
            let body = deadline.bound(read_bounded(&mut response)).await;
            let body = body.ok_or_else(timed_out)??;
            return token_response::issued_token(&body).map_err(|error| error.with_status(status));
        }
        // The status alone says that the request failed: whatever is wrong with the document does not change it.
        let document = within(DOCUMENT_TIMEOUT, read_bounded(&mut response));
        let document = deadline.bound(document).await.flatten();
        let document = document.and_then(Result::ok).unwrap_or_default();
        Err(self.refusal(status, &document, &response))
    }

    /// The name and the key of this client's tokens in a store, for one of the secrets.
    #[cfg(feature = "token-store")]
    pub(super) fn sealer(&self, kind: SecretKind) -> Option<crate::store::Sealer> {
        let secret = self.secret(kind).expose();
        crate::store::Sealer::new(secret, self.url.as_str(), &self.client_id).ok()
    }

    fn secret(&self, kind: SecretKind) -> &Secret {
        match (kind, &self.secondary) {
            (SecretKind::Secondary, Some(secondary)) => secondary,
            _ => &self.primary,
        }
    }

    fn request(&self, kind: SecretKind) -> reqwest::RequestBuilder {
        self.http
            .post(self.url.clone())
            .header(
                AUTHORIZATION,
                self.secret(kind).basic_credential(&self.client_id),
            )
            .header(ACCEPT, HeaderValue::from_static("application/json"))
            .header(USER_AGENT, HeaderValue::from_static(PRODUCT))
            .header(
                CONTENT_TYPE,
                HeaderValue::from_static("application/x-www-form-urlencoded"),
            )
            .body("grant_type=client_credentials")
    }

    fn refusal(&self, status: StatusCode, document: &[u8], response: &Response) -> TokenError {
        let document = token_response::error_document(document, |text| self.leaks(text));
        let retry_after = response
            .headers()
            .get(RETRY_AFTER)
            .and_then(|value| retry_after::parse(value, SystemTime::now()));
        TokenError::from_status(status, document, retry_after)
    }

    /// Whether `text` repeats a secret: an endpoint that does must not make us print it.
    fn leaks(&self, text: &str) -> bool {
        std::iter::once(&self.primary)
            .chain(&self.secondary)
            .any(|secret| secret.is_in(text, &self.client_id))
    }
}

async fn read_bounded(response: &mut Response) -> Result<Vec<u8>, TokenError> {
    let too_large = || TokenError::invalid_response("the token response is larger than 64 KiB");
    if response
        .content_length()
        .is_some_and(|length| length > RESPONSE_LIMIT as u64)
    {
        return Err(too_large());
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(broken)? {
        if body.len() + chunk.len() > RESPONSE_LIMIT {
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn timed_out() -> TokenError {
    TokenError::timeout("the token endpoint did not respond within the request timeout")
}

/// reqwest's error, without the URL that its message would quote.
fn broken(error: reqwest::Error) -> TokenError {
    let error = error.without_url();
    let token_error = if error.is_timeout() {
        timed_out()
    } else if error.is_connect() {
        TokenError::new(
            TokenErrorKind::Network,
            "could not connect to the token endpoint: check the application vanity domain and the network",
        )
    } else {
        TokenError::new(
            TokenErrorKind::Network,
            "the connection to the token endpoint broke, or its response is not HTTP",
        )
    };
    token_error.caused_by(Box::new(error))
}
