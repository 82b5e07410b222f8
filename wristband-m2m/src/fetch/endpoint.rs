//! Wristband's token endpoint: one POST, its response made into a token or an error.

use std::time::{Duration, SystemTime};

use http::HeaderValue;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER, USER_AGENT};
use reqwest::{Response, Url};

use super::{retry_after, token_response};
use crate::deadline::Deadline;
use crate::error::{TokenError, TokenErrorKind};
use crate::fetch::IssuedToken;
use crate::fetch::secret::ClientSecret;
use crate::fetch::secrets::Secrets;
use crate::runtime::within;

/// Far larger than any token response.
const RESPONSE_LIMIT: usize = 64 * 1024;
/// How long an error document may take.
const DOCUMENT_TIMEOUT: Duration = Duration::from_secs(1);
const PRODUCT: &str = concat!("wristband-m2m-rust/", env!("CARGO_PKG_VERSION"));

/// The client-credentials grant of RFC 6749, section 4.4, at one address, for one client.
pub(crate) struct TokenEndpoint {
    http: reqwest::Client,
    url: Url,
    client_id: String,
    pub(super) secrets: Secrets,
}

impl TokenEndpoint {
    pub(crate) fn new(
        http: reqwest::Client,
        url: Url,
        client_id: String,
        secrets: Secrets,
    ) -> Self {
        Self {
            http,
            url,
            client_id,
            secrets,
        }
    }

    pub(crate) fn http(&self) -> &reqwest::Client {
        &self.http
    }

    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    pub(crate) fn client_id(&self) -> &str {
        &self.client_id
    }

    /// Makes one request. `deadline` covers all of it, the response body included.
    pub(crate) async fn fetch(
        &self,
        secret: &ClientSecret,
        deadline: &mut Deadline,
    ) -> Result<IssuedToken, TokenError> {
        let response = deadline.bound(self.request(secret).send()).await;
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
        Err(self.refusal(&response, &document, secret))
    }

    /// The name and the key of this client's tokens in a store, for one secret.
    #[cfg(feature = "token-store")]
    pub(super) fn sealer(&self, secret: &ClientSecret) -> Option<crate::store::Sealer> {
        crate::store::Sealer::new(secret.expose(), self.url.as_str(), &self.client_id).ok()
    }

    fn request(&self, secret: &ClientSecret) -> reqwest::RequestBuilder {
        self.http
            .post(self.url.clone())
            .header(AUTHORIZATION, secret.basic_credential(&self.client_id))
            .header(ACCEPT, HeaderValue::from_static("application/json"))
            .header(USER_AGENT, HeaderValue::from_static(PRODUCT))
            .header(
                CONTENT_TYPE,
                HeaderValue::from_static("application/x-www-form-urlencoded"),
            )
            .body("grant_type=client_credentials")
    }

    fn refusal(&self, response: &Response, document: &[u8], sent: &ClientSecret) -> TokenError {
        // The secret that was sent may have been rotated meanwhile.
        let document = token_response::error_document(document, |text| {
            sent.is_in(text, &self.client_id) || self.secrets.leak(text, &self.client_id)
        });
        let retry_after = response
            .headers()
            .get(RETRY_AFTER)
            .and_then(|value| retry_after::parse(value, SystemTime::now()));
        TokenError::from_status(response.status(), document, retry_after)
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
