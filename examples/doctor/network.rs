//! The way to the token endpoint: name, connection, TLS, and what the server thinks the time is.

use std::env;
use std::net::SocketAddr;
use std::time::{Duration, Instant, SystemTime};

use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use wristband_m2m_reqwest::reqwest::{Client, Response, Url, redirect};

use crate::report::{Report, with_causes};

const MAX_WAIT: Duration = Duration::from_secs(5);
/// `Date` has whole seconds, and responses take a moment; more than this is the clock's.
const TOLERATED_SKEW: Duration = Duration::from_secs(30);

pub(crate) async fn examine(report: &mut Report, endpoint: &Url) {
    let Some(host) = endpoint.host_str() else {
        return report.fails(
            "name",
            &format!("{endpoint} has no host"),
            "write a whole URL",
        );
    };
    let port = endpoint.port_or_known_default().unwrap_or(443);
    if let Some(proxy) = proxy_for(endpoint) {
        report.skipped("name", &format!("{proxy} is set: the proxy looks it up"));
    } else {
        let Some(addresses) = resolve(report, host, port).await else {
            return;
        };
        if !connect(report, &addresses).await {
            return;
        }
    }
    if let Some(response) = handshake(report, endpoint).await {
        compare_clocks(report, &response);
    }
}

async fn resolve(report: &mut Report, host: &str, port: u16) -> Option<Vec<SocketAddr>> {
    // A literal IPv6 address stands in brackets in a URL, and nowhere else.
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let found = match timeout(MAX_WAIT, lookup_host((bare, port))).await {
        Ok(Ok(addresses)) => addresses.collect(),
        Ok(Err(error)) => {
            report.fails(
                "name",
                &format!("{host} cannot be resolved: {error}"),
                "compare it with the vanity domain in the dashboard; then look at this machine's DNS",
            );
            return None;
        }
        Err(_) => {
            report.fails(
                "name",
                &format!("{host} was not resolved within {MAX_WAIT:?}"),
                "look at this machine's DNS: the server in /etc/resolv.conf does not respond",
            );
            return None;
        }
    };
    let found: Vec<SocketAddr> = found;
    let first = found.first()?;
    report.works(
        "name",
        &format!(
            "{host} is {}, {} in all",
            first.ip(),
            count(found.len(), "address")
        ),
    );
    Some(found)
}

async fn connect(report: &mut Report, addresses: &[SocketAddr]) -> bool {
    let start = Instant::now();
    let error = match timeout(MAX_WAIT, TcpStream::connect(addresses)).await {
        Ok(Ok(stream)) => {
            let peer = stream.peer_addr().map(|peer| peer.to_string());
            report.works(
                "connection",
                &format!("{} in {:.0?}", peer.unwrap_or_default(), start.elapsed()),
            );
            return true;
        }
        Ok(Err(error)) => error.to_string(),
        Err(_) => format!("no response within {MAX_WAIT:?}"),
    };
    report.fails(
        "connection",
        &error,
        "let this machine out to that address and port: a firewall, a network policy or a missing HTTPS_PROXY stops it",
    );
    false
}

/// A request for the public key set: it needs no credentials.
async fn handshake(report: &mut Report, endpoint: &Url) -> Option<Response> {
    let http = Client::builder()
        .timeout(MAX_WAIT)
        .redirect(redirect::Policy::none())
        .build();
    let key_set = endpoint.join("jwks").unwrap_or_else(|_| endpoint.clone());
    let sent = match http {
        Ok(http) => http.get(key_set).send().await,
        Err(error) => Err(error),
    };
    match sent {
        Ok(response) if endpoint.scheme() == "https" => {
            report.works("TLS", "the server's certificate is trusted");
            Some(response)
        }
        Ok(response) => {
            report.skipped("TLS", "the endpoint is plain http, on loopback");
            Some(response)
        }
        Err(error) => {
            let causes = with_causes(&error.without_url());
            report.fails("TLS", &causes, advice_for(&causes));
            None
        }
    }
}

fn compare_clocks(report: &mut Report, response: &Response) {
    let date = response.headers().get("date");
    let date = date
        .and_then(|date| date.to_str().ok())
        .and_then(|date| httpdate::parse_http_date(date).ok());
    let Some(theirs) = date else {
        return report.skipped("clock", "the server does not say what time it is");
    };
    let ours = SystemTime::now();
    let (skew, direction) = match ours.duration_since(theirs) {
        Ok(ahead) => (ahead, "ahead of"),
        Err(behind) => (behind.duration(), "behind"),
    };
    let found = format!("{} s {direction} the server's", skew.as_secs());
    if skew <= TOLERATED_SKEW {
        report.works("clock", &found);
    } else {
        report.fails(
            "clock",
            &found,
            "set this machine's clock (NTP): APIs on it refuse tokens that seem to be of another time",
        );
    }
}

fn advice_for(causes: &str) -> &'static str {
    let causes = causes.to_lowercase();
    if causes.contains("certificate") || causes.contains("issuer") {
        "trust the authority that signed it: a proxy that inspects TLS has its own root, which goes into the system's store or SSL_CERT_FILE"
    } else if causes.contains("timed out") {
        "find out what holds the connection open without a response: a proxy, or a firewall that drops packets"
    } else {
        "make sure that the port speaks TLS, and that nothing between here and there responds in its place"
    }
}

/// The variable that sends requests to this endpoint through a proxy.
fn proxy_for(endpoint: &Url) -> Option<&'static str> {
    let variables: &[&str] = match endpoint.scheme() {
        "https" => &["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"],
        // The clients that we build send nothing on loopback through a proxy.
        _ => &[],
    };
    let mut set = variables
        .iter()
        .filter(|name| env::var_os(name).is_some_and(|value| !value.is_empty()));
    set.next().copied()
}

fn count(count: usize, noun: &str) -> String {
    match count {
        1 => format!("1 {noun}"),
        _ => format!("{count} {noun}es"),
    }
}
