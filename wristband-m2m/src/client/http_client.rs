//! The HTTP client for token requests.

use std::time::Duration;

use reqwest::Url;
use reqwest::redirect::Policy;

use super::endpoint_url::is_loopback;
use crate::client::WristbandM2mClient;
use crate::config_error::ConfigError;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// The HTTP client of `other`, for token requests to `url` too.
pub(super) fn shared_http_client(
    other: &WristbandM2mClient,
    url: &Url,
) -> Result<reqwest::Client, ConfigError> {
    let wrong = |problem| Err(ConfigError::new("share_connections_with", problem));
    let Some(endpoint) = other.endpoint() else {
        return wrong(
            "must not be a client with a `token_source`, which has no connections: pass a client with a token endpoint",
        );
    };
    // A client for other machines may use a proxy, and a loopback request through it would show it the secret.
    if is_loopback(url) && !is_loopback(endpoint.url()) {
        return wrong(
            "must be a client with an endpoint on loopback too, as this one is: leave it out for this client",
        );
    }
    Ok(endpoint.http().clone())
}

/// Builds the HTTP client for token requests to `url`, from the user's builder or from our own.
pub(super) fn http_client(
    http: Option<reqwest::ClientBuilder>,
    url: &Url,
) -> Result<reqwest::Client, ConfigError> {
    http.unwrap_or_else(|| own_http_client(url))
        .redirect(Policy::none())
        // The peer or the runtime of a connection kept since the last token may be gone. One handshake a token is cheap.
        .pool_max_idle_per_host(0)
        // It logs the request's header with the secret in it.
        .connection_verbose(false)
        .build()
        .map_err(|error| {
            ConfigError::new(
                "http_client",
                "could not be built: enable the feature `rustls` or `native-tls`, and install root certificates on this machine",
            )
            .caused_by(error.without_url())
        })
}

fn own_http_client(url: &Url) -> reqwest::ClientBuilder {
    // Divided by the addresses of a host, so that a dead first one leaves time for the others.
    let http = reqwest::Client::builder().connect_timeout(CONNECT_TIMEOUT);
    if is_loopback(url) {
        http.no_proxy()
    } else {
        http
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_os = "linux")]
    use std::{
        net::{SocketAddr, TcpStream},
        time::Duration,
    };

    #[cfg(target_os = "linux")]
    use tokio::net::{TcpListener, TcpSocket};

    use super::*;

    #[test]
    fn our_own_client_gives_up_connecting_in_time_and_a_loopback_endpoint_has_no_proxy() {
        let shown = |url| format!("{:?}", own_http_client(&Url::parse(url).unwrap()));
        let remote = shown("https://acme.us.wristband.dev/token");
        assert!(remote.contains("connect_timeout: 5s"), "{remote}");
        let proxies = |url| {
            let client = http_client(None, &Url::parse(url).unwrap()).unwrap();
            format!("{client:?}").contains("proxies")
        };
        assert!(proxies("https://acme.us.wristband.dev/token"));
        assert!(!proxies("http://[::ffff:127.0.0.1]/token"));
    }

    /// Holds an address that drops all attempts to connect: its queue of connections is full, and nobody accepts any.
    #[cfg(target_os = "linux")]
    fn occupy(address: SocketAddr) -> (tokio::net::TcpListener, Vec<std::net::TcpStream>) {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(address).unwrap();
        let listener = socket.listen(0).unwrap();
        let connect = || TcpStream::connect_timeout(&address, Duration::from_millis(500));
        let waiting: Vec<_> = std::iter::from_fn(|| connect().ok()).take(64).collect();
        assert!(waiting.len() < 64, "the queue has no end");
        (listener, waiting)
    }

    /// Both addresses are of one family, so that no other mechanism tries them side by side.
    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_dead_first_address_does_not_eat_the_attempt() {
        let live = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = live.local_addr().unwrap().port();
        let dead = SocketAddr::from(([127, 0, 0, 2], port));
        let _occupied = occupy(dead);
        let url = Url::parse(&format!("http://two-addresses.test:{port}/token")).unwrap();
        let addresses = [dead, live.local_addr().unwrap()];
        let http = own_http_client(&url)
            .no_proxy()
            .resolve_to_addrs("two-addresses.test", &addresses)
            .build()
            .unwrap();
        let asking = tokio::spawn(http.post(url).send());
        let accepted = tokio::time::timeout(Duration::from_secs(20), live.accept()).await;
        accepted.expect("the dead address ate 20 s").unwrap();
        asking.abort();
    }
}
