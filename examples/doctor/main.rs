//! Says what works on the way to a token and to an API, and what to do about what does not.
//!
//! ```sh
//! cargo run -p wristband-m2m-examples --bin doctor
//! cargo run -p wristband-m2m-examples --bin doctor -- --stand-in
//! ```
//!
//! It reads `CLIENT_ID`, `CLIENT_SECRET` and `APPLICATION_VANITY_DOMAIN`; `TOKEN_ENDPOINT` for a gateway in front of
//! Wristband, and `API_URL` for an API of yours to try with `GET`. It prints neither secret nor token.
//!
//! It ends with 0 when everything works, with 1 when something does not, and with 2 when it was called wrongly.

mod api;
mod claims;
mod network;
mod report;
mod settings;
mod token;

use std::process::ExitCode;

use report::{Color, Report};
use settings::Settings;

const USAGE: &str = "usage: doctor [--stand-in] [--color auto|always|never]";

#[tokio::main]
async fn main() -> ExitCode {
    let (mut stand_in, mut color) = (false, Color::Auto);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match (argument.as_str(), &mut arguments) {
            ("--stand-in", _) => stand_in = true,
            ("--color", values) => match values.next().as_deref().and_then(Color::named) {
                Some(named) => color = named,
                None => return misused("--color is `auto`, `always` or `never`"),
            },
            _ => return misused(&format!("`{argument}` is not an option")),
        }
    }
    let mut report = Report::new(color);
    if stand_in {
        match settings::StandIns::start().await {
            Ok(stand_ins) => examine(&mut report, stand_ins.settings()).await,
            Err(error) => return misused(&format!("no stand-ins: {error}")),
        }
    } else {
        let settings = Settings::from_env(&mut report);
        examine(&mut report, settings).await;
    }
    report.conclude()
}

/// Along the way of a call. What comes after a fault is tried all the same, as far as it can be.
async fn examine(report: &mut Report, settings: Settings) {
    if let Some(endpoint) = &settings.endpoint {
        network::examine(report, endpoint).await;
    }
    let token = match &settings.client {
        Some(client) => token::examine(report, client).await,
        None => {
            report.skipped("token", "there are no credentials to ask with");
            None
        }
    };
    if let Some(token) = &token {
        claims::examine(report, token);
    }
    match &settings.api {
        Some(url) => api::examine(report, url, settings.client.as_ref(), token.is_some()).await,
        None => report.skipped("API", "set API_URL to have one tried"),
    }
}

fn misused(what: &str) -> ExitCode {
    eprintln!("{what}\n{USAGE}");
    ExitCode::from(2)
}
