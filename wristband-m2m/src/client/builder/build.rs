//! The validation of the settings, and the client that comes of it.

#[cfg(feature = "token-store")]
use std::sync::Arc;
use std::time::Duration;

use reqwest::Url;

use super::{SecretSetting, WristbandM2mClientBuilder};
use crate::cache::{BackgroundRefresh, TokenCache};
use crate::client::WristbandM2mClient;
use crate::client::endpoint_url::{domain_url, endpoint_url};
use crate::client::http_client::{http_client, shared_http_client};
use crate::config_error::ConfigError;
use crate::fetch::endpoint::TokenEndpoint;
use crate::fetch::secret::Flaw;
use crate::fetch::secrets::Secrets;
use crate::fetch::{Backend, Fetcher};
#[cfg(feature = "token-store")]
use crate::store::SharedTokens;
use crate::token::expiry::ExpiryPolicy;

const SHORTEST_BACKGROUND_INTERVAL: Duration = Duration::from_secs(60);

impl WristbandM2mClientBuilder {
    /// Validates the settings and creates the client. Sends nothing, spawns nothing and needs no runtime.
    ///
    /// # Errors
    ///
    /// Returns a [`ConfigError`] that names the first setting that is missing or wrong, and says what to write instead.
    pub fn build(mut self) -> Result<WristbandM2mClient, ConfigError> {
        let environment = std::mem::take(&mut self.environment);
        environment.check()?;
        let client = self.into_client();
        client.map_err(|error| environment.explain(error))
    }

    fn into_client(self) -> Result<WristbandM2mClient, ConfigError> {
        self.check_settings()?;
        let policy = ExpiryPolicy {
            buffer: self.token_expiration_buffer,
            refresh_ahead: self.refresh_ahead,
        };
        let interval = self.background_token_refresh_interval;
        let domain = self.application_vanity_domain.clone();
        // Checked even with a custom source, since `application_vanity_domain()` returns it.
        let domain_url = domain
            .as_deref()
            .map(|domain| domain_url(checked("application_vanity_domain", domain)?))
            .transpose()?;
        let retry = self.retry.clone();
        let request_timeout = self.request_timeout;
        #[cfg(feature = "token-store")]
        let store = self.shared_tokens(policy)?;
        let fetcher = Fetcher::new(self.backend(domain_url)?, retry, request_timeout);
        #[cfg(feature = "token-store")]
        let fetcher = fetcher.with_store(store);
        let longest_fast_path = interval.map(BackgroundRefresh::longest_silence);
        Ok(WristbandM2mClient::new(
            TokenCache::new(fetcher, policy, longest_fast_path),
            interval.map(BackgroundRefresh::new),
            domain,
        ))
    }

    fn check_settings(&self) -> Result<(), ConfigError> {
        if self.share_connections_with.is_some() && self.http_client.is_some() {
            return Err(ConfigError::new(
                "share_connections_with",
                "must not be combined with `http_client`, since it brings a client that is finished: leave one of them out",
            ));
        }
        if self.retry.attempts == 0 {
            return Err(ConfigError::new(
                "retry",
                "must make at least 1 attempt: write `TokenRetry::none()` for a single one",
            ));
        }
        if self.request_timeout.is_zero() {
            return Err(ConfigError::new(
                "request_timeout",
                "must not be zero: write how long one attempt may take, such as 30 seconds",
            ));
        }
        if let Some(interval) = self.background_token_refresh_interval
            && interval < SHORTEST_BACKGROUND_INTERVAL
        {
            return Err(ConfigError::new(
                "background_token_refresh_interval",
                "must be at least 60 seconds: write a longer interval, or leave it out",
            ));
        }
        Ok(())
    }

    #[cfg(feature = "token-store")]
    fn shared_tokens(
        &self,
        policy: ExpiryPolicy,
    ) -> Result<Option<Arc<SharedTokens>>, ConfigError> {
        let Some(store) = &self.token_store else {
            return Ok(None);
        };
        if self.token_source.is_some() {
            return Err(ConfigError::new(
                "token_store",
                "must not be combined with `token_source`, because records are encrypted with a key derived from the client secret: leave one of them out",
            ));
        }
        Ok(Some(Arc::new(SharedTokens::new(Arc::clone(store), policy))))
    }

    fn backend(self, domain_url: Option<Url>) -> Result<Backend, ConfigError> {
        if let Some(source) = self.token_source {
            return Ok(Backend::Custom(source));
        }
        let client_id = required("client_id", self.client_id.as_deref())?;
        if client_id.contains(':') {
            return Err(ConfigError::new(
                "client_id",
                "must not have a colon, which separates the id from the secret in a Basic credential: write the id alone",
            ));
        }
        let secret = self.client_secret.ok_or_else(|| missing("client_secret"))?;
        if let SecretSetting::Fixed(secret) = &secret {
            checked("client_secret", secret.expose())?;
        }
        if let Some(secondary) = &self.secondary_client_secret {
            checked("secondary_client_secret", secondary.expose())?;
        }
        let url = match (&self.token_endpoint, domain_url) {
            (Some(url), _) => endpoint_url(url)?,
            (None, Some(url)) => url,
            (None, None) => return Err(missing("application_vanity_domain")),
        };
        let http = match self.share_connections_with {
            Some(other) => shared_http_client(&other, &url)?,
            None => http_client(self.http_client.or(self.default_http_client), &url)?,
        };
        let client_id = client_id.to_owned();
        let secondary = self.secondary_client_secret;
        let secrets = match secret {
            SecretSetting::Fixed(secret) => Secrets::fixed(secret, secondary),
            SecretSetting::Source(source) => Secrets::from_source(source, secondary),
        };
        Ok(Backend::Endpoint(TokenEndpoint::new(
            http, url, client_id, secrets,
        )))
    }
}

fn required<'a>(setting: &'static str, value: Option<&'a str>) -> Result<&'a str, ConfigError> {
    checked(setting, value.ok_or_else(|| missing(setting))?)
}

/// Checks that a text is not blank. No message quotes it, for it may be a secret.
fn checked<'a>(setting: &'static str, value: &'a str) -> Result<&'a str, ConfigError> {
    let problem = match Flaw::of(value) {
        None => return Ok(value),
        Some(Flaw::Blank) => "must not be blank: write the value from the Wristband dashboard",
        Some(Flaw::ControlCharacter) => {
            "must not have a line break or another control character: write the value alone"
        }
    };
    Err(ConfigError::new(setting, problem))
}

fn missing(setting: &'static str) -> ConfigError {
    ConfigError::new(
        setting,
        "is missing: write the value from the Wristband dashboard",
    )
}
