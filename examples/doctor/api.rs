//! An API of the user's, with and without the token.

use std::time::Duration;

use wristband_m2m_reqwest::http::StatusCode;
use wristband_m2m_reqwest::reqwest::{Client, Response, Url};
use wristband_m2m_reqwest::reqwest_middleware::{self, ClientBuilder, ClientWithMiddleware};
use wristband_m2m_reqwest::wristband_m2m::WristbandM2mClient;
use wristband_m2m_reqwest::{SkipWristbandAuth, WristbandAuth, same_origin_redirects};

use crate::report::{Report, with_causes};

pub(crate) async fn examine(
    report: &mut Report,
    url: &Url,
    client: Option<&WristbandM2mClient>,
    has_token: bool,
) {
    let http = match connect(client) {
        Ok(http) => http,
        Err(error) => {
            return report.fails("API", &with_causes(&error), "install root certificates");
        }
    };
    let request = http.get(url.clone()).with_extension(SkipWristbandAuth);
    match request.send().await {
        Ok(response) if response.status() == StatusCode::UNAUTHORIZED => {
            report.works("API", "without a token it returns 401, as it should");
        }
        Ok(response) if response.status().is_success() => report.doubtful(
            "API",
            &format!("without a token it returns {}", response.status()),
            "make sure that this route is meant to be open to everybody",
        ),
        Ok(response) => report.skipped(
            "API",
            &format!("without a token it returns {}", response.status()),
        ),
        Err(error) => {
            return report.fails(
                "API",
                &causes_without_url(error),
                "see that it runs, and that API_URL is right",
            );
        }
    }
    if !has_token {
        return report.skipped("API", "there is no token to try it with");
    }
    match http.get(url.clone()).send().await {
        Ok(response) => judge(report, &response),
        Err(error) => report.fails(
            "API",
            &causes_without_url(error),
            "use https, or loopback: the token is sent nowhere else",
        ),
    }
}

fn judge(report: &mut Report, response: &Response) {
    let status = response.status();
    let found = format!("with the token it returns {status}");
    match status {
        StatusCode::UNAUTHORIZED => {
            let challenge = response.headers().get("www-authenticate");
            let challenge = challenge.and_then(|challenge| challenge.to_str().ok());
            report.fails(
                "API",
                &format!("{found}, {}", challenge.unwrap_or("without a reason")),
                "compare the claims above with what it wants: issuer (iss), audience (aud), and the key set of that issuer",
            );
        }
        StatusCode::FORBIDDEN => report.fails(
            "API",
            &format!("{found}: it knows the client, and does not let it"),
            "give the machine-to-machine client the role or permission that this route wants, in the dashboard",
        ),
        _ if status.is_server_error() => {
            report.fails("API", &found, "look at that API's own log: it is not the token");
        }
        _ => report.works("API", &found),
    }
}

fn connect(
    client: Option<&WristbandM2mClient>,
) -> reqwest_middleware::Result<ClientWithMiddleware> {
    let http = Client::builder()
        .timeout(Duration::from_secs(10))
        .redirect(same_origin_redirects())
        .build()?;
    let mut builder = ClientBuilder::new(http);
    if let Some(client) = client {
        builder = builder.with(WristbandAuth::new(client.clone()));
    }
    Ok(builder.build())
}

fn causes_without_url(error: reqwest_middleware::Error) -> String {
    with_causes(&error.without_url())
}
