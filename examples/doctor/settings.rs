//! What to examine, and with which credentials.

use std::env;

use orders_api::OrdersApi;
use wristband_m2m_reqwest::reqwest::Url;
use wristband_m2m_reqwest::wristband_m2m::testing::MockWristband;
use wristband_m2m_reqwest::wristband_m2m::{WristbandM2mClient, WristbandM2mClientBuilder};

use crate::report::{Report, with_causes};

pub(crate) struct Settings {
    /// Where tokens come from, if that much is known.
    pub(crate) endpoint: Option<Url>,
    pub(crate) client: Option<WristbandM2mClient>,
    pub(crate) api: Option<Url>,
}

impl Settings {
    /// Reads the environment, and reports what is missing there.
    pub(crate) fn from_env(report: &mut Report) -> Self {
        let token_endpoint = variable("TOKEN_ENDPOINT");
        let domain = variable("APPLICATION_VANITY_DOMAIN");
        let has_secret = ["CLIENT_SECRET", "CLIENT_SECRET_FILE"]
            .iter()
            .any(|name| variable(name).is_some());
        let missing: Vec<_> = [
            ("CLIENT_ID", variable("CLIENT_ID").is_some()),
            ("CLIENT_SECRET", has_secret),
            (
                "APPLICATION_VANITY_DOMAIN",
                domain.is_some() || token_endpoint.is_some(),
            ),
        ]
        .into_iter()
        .filter_map(|(name, is_set)| (!is_set).then_some(name))
        .collect();
        let client = if missing.is_empty() {
            build(report, token_endpoint.as_deref())
        } else {
            None
        };
        for name in missing {
            report.fails("variables", &format!("{name} is not set"), advice_for(name));
        }
        let endpoint = token_endpoint
            .or_else(|| domain.map(|domain| format!("https://{domain}/api/v1/oauth2/token")));
        Self {
            endpoint: endpoint.and_then(|url| url.parse().ok()),
            client,
            api: api_url(report),
        }
    }
}

/// Wristband and an API, in this process.
pub(crate) struct StandIns {
    wristband: MockWristband,
    api: OrdersApi,
}

impl StandIns {
    pub(crate) async fn start() -> std::io::Result<Self> {
        let wristband = MockWristband::start().await;
        let api = OrdersApi::start(&wristband).await?;
        Ok(Self { wristband, api })
    }

    pub(crate) fn settings(&self) -> Settings {
        Settings {
            endpoint: self.wristband.url().parse().ok(),
            client: Some(self.wristband.client()),
            api: format!("{}/v1/orders", self.api.url()).parse().ok(),
        }
    }
}

fn build(report: &mut Report, token_endpoint: Option<&str>) -> Option<WristbandM2mClient> {
    let mut builder = WristbandM2mClientBuilder::from_env();
    if let Some(endpoint) = token_endpoint {
        builder = builder.token_endpoint(endpoint);
    }
    match builder.build() {
        Ok(client) => {
            report.works("variables", "all that are needed are set");
            Some(client)
        }
        Err(error) => {
            let advice = "set it anew: the dashboard shows the value";
            report.fails("variables", &with_causes(&error), advice);
            None
        }
    }
}

fn api_url(report: &mut Report) -> Option<Url> {
    let url = variable("API_URL")?;
    match url.parse() {
        Ok(url) => Some(url),
        Err(error) => {
            report.fails(
                "variables",
                &format!("API_URL is not a URL: {error}"),
                "write all of it, such as `https://orders.example.com/v1/orders`",
            );
            None
        }
    }
}

fn variable(name: &str) -> Option<String> {
    let value = env::var(name).ok()?;
    let value = value.trim();
    (!value.is_empty()).then(|| value.to_owned())
}

fn advice_for(name: &str) -> &'static str {
    match name {
        "APPLICATION_VANITY_DOMAIN" if variable("APPLICATION_DOMAIN").is_some() => {
            "rename APPLICATION_DOMAIN, the name of older SDKs, to APPLICATION_VANITY_DOMAIN"
        }
        "APPLICATION_VANITY_DOMAIN" => {
            "export it: the dashboard shows it under Application Settings, such as `acme.us.wristband.dev`"
        }
        _ => {
            "export it: the dashboard shows it with the machine-to-machine client, under OAuth2 Clients"
        }
    }
}
