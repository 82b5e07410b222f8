//! Two ways of calling an API with a token.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use serde::Deserialize;
use tokio::sync::Mutex;
use wristband_m2m_reqwest::reqwest;
use wristband_m2m_reqwest::reqwest_middleware::{ClientBuilder, ClientWithMiddleware};
use wristband_m2m_reqwest::wristband_m2m::testing::MockWristband;
use wristband_m2m_reqwest::{WristbandAuth, same_origin_redirects};

use crate::stand_ins::StandIns;

pub(crate) trait Caller: Send + Sync + 'static {
    /// Makes one call; fails unless the API returns 2xx.
    fn call(&self) -> impl Future<Output = anyhow::Result<()>> + Send;
}

/// This SDK's middleware, with windows that suit tokens of a few seconds.
pub(crate) struct SdkCaller {
    http: ClientWithMiddleware,
    url: String,
}

/// What one writes by hand: the token is kept until it ends, and fetched when there is none.
pub(crate) struct PlainCaller {
    http: reqwest::Client,
    url: String,
    token_endpoint: String,
    cached: Mutex<Option<(String, Instant)>>,
}

#[derive(Deserialize)]
struct TokenResponse {
    access_token: String,
    expires_in: u64,
}

/// Everything is on loopback: no proxy, and no certificates to load.
pub(crate) fn http() -> reqwest::ClientBuilder {
    reqwest::Client::builder().no_proxy().tls_certs_only([])
}

impl SdkCaller {
    pub(crate) fn new(stand_ins: &StandIns) -> anyhow::Result<Self> {
        let client = stand_ins
            .wristband()
            .builder()
            .token_endpoint(&stand_ins.token_endpoint())
            .token_expiration_buffer(Duration::from_secs(2))
            .refresh_ahead(Duration::from_secs(1))
            .build()?;
        let http = http().redirect(same_origin_redirects()).build()?;
        Ok(Self {
            http: ClientBuilder::new(http)
                .with(WristbandAuth::new(client))
                .build(),
            url: stand_ins.api_url(),
        })
    }
}

impl Caller for SdkCaller {
    async fn call(&self) -> anyhow::Result<()> {
        let response = self.http.get(&self.url).send().await?;
        response.error_for_status()?;
        Ok(())
    }
}

impl PlainCaller {
    pub(crate) fn new(stand_ins: &StandIns) -> anyhow::Result<Self> {
        Ok(Self {
            http: http().build()?,
            url: stand_ins.api_url(),
            token_endpoint: stand_ins.token_endpoint(),
            cached: Mutex::new(None),
        })
    }

    async fn token(&self) -> anyhow::Result<String> {
        let mut cached = self.cached.lock().await;
        if let Some((token, end)) = &*cached
            && Instant::now() < *end
        {
            return Ok(token.clone());
        }
        let request = self
            .http
            .post(&self.token_endpoint)
            .basic_auth(MockWristband::CLIENT_ID, Some(MockWristband::CLIENT_SECRET))
            .header("content-type", "application/x-www-form-urlencoded")
            .body("grant_type=client_credentials");
        let sent = Instant::now();
        let response = request.send().await?.error_for_status()?;
        let issued: TokenResponse =
            serde_json::from_slice(&response.bytes().await?).context("no token")?;
        let end = sent + Duration::from_secs(issued.expires_in);
        *cached = Some((issued.access_token.clone(), end));
        Ok(issued.access_token)
    }
}

impl Caller for PlainCaller {
    async fn call(&self) -> anyhow::Result<()> {
        let token = self.token().await?;
        let request = self.http.get(&self.url).bearer_auth(token);
        request.send().await?.error_for_status()?;
        Ok(())
    }
}
