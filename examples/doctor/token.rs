//! The token request.

use std::time::Instant;

use wristband_m2m_reqwest::wristband_m2m::{
    AccessToken, TokenError, TokenErrorKind, WristbandM2mClient,
};

use crate::report::{Report, with_causes};

pub(crate) async fn examine(
    report: &mut Report,
    client: &WristbandM2mClient,
) -> Option<AccessToken> {
    let start = Instant::now();
    match client.get_token().await {
        Ok(token) => {
            let life = token.remaining().as_secs_f64().round();
            report.works(
                "token",
                &format!("issued in {:.0?}, for {life} s", start.elapsed()),
            );
            Some(token)
        }
        Err(error) => {
            let mut found = with_causes(&error);
            for (name, value) in [
                ("error", error.oauth_error()),
                ("code", error.code()),
                ("ticket", error.ticket()),
            ] {
                if let Some(value) = value.filter(|value| !found.contains(value)) {
                    found = format!("{found}, {name} {value}");
                }
            }
            report.fails("token", &found, advice_for(&error));
            None
        }
    }
}

fn advice_for(error: &TokenError) -> &'static str {
    match error.kind() {
        TokenErrorKind::Rejected if error.oauth_error() == Some("invalid_client") => {
            "copy id and secret once more, from the machine-to-machine client of this very application"
        }
        TokenErrorKind::Rejected if error.is_transient() => {
            "wait, then find out who asks so often: a service needs one token request per hour"
        }
        TokenErrorKind::Rejected => {
            "check that the domain is the vanity domain of the application, and that its client has the type Machine-to-Machine"
        }
        TokenErrorKind::Unavailable => {
            "try again later; if it stays so, give Wristband's support the ticket"
        }
        TokenErrorKind::Network | TokenErrorKind::Timeout => {
            "mend the connection first: see the lines above"
        }
        TokenErrorKind::InvalidResponse => {
            "find out what responds there: it is not Wristband's token endpoint (a gateway, a login page)"
        }
        _ => "look at the cause",
    }
}
