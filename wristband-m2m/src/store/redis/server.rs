//! The address of Redis, and how to connect to it.

use std::fmt;
use std::time::Duration;

use redis::aio::{ConnectionLike, MultiplexedConnection};
use redis::cluster::{ClusterClient, ClusterClientBuilder};
use redis::cluster_async::ClusterConnection;
use redis::{
    AsyncConnectionConfig, Client, Cmd, ConnectionAddr, ConnectionInfo, ErrorKind,
    IntoConnectionInfo as _, Pipeline, RedisFuture, RedisResult, Value,
};

use crate::config_error::ConfigError;

/// The time limit of a connection that is opened in the background. In an operation, the client's limit is shorter.
const CONNECT_LIMIT: Duration = Duration::from_secs(2);

pub(super) enum Server {
    Single(Client),
    Sentinel {
        sentinels: Vec<Client>,
        master: String,
        /// The master, with its name as the host.
        node: ConnectionInfo,
    },
    Cluster(ClusterClient),
}

/// A connection that many operations share. Cheap to clone.
#[derive(Clone)]
pub(super) enum Connection {
    Single(MultiplexedConnection),
    Cluster(ClusterConnection),
}

impl Server {
    pub(super) fn single(url: &str) -> Result<Self, ConfigError> {
        Ok(Self::Single(client(connection_info(url)?)?))
    }

    pub(super) fn sentinel<'a>(
        sentinels: impl Iterator<Item = &'a str>,
        master: &str,
    ) -> Result<Self, ConfigError> {
        let sentinels: Vec<Client> = sentinels
            .map(|url| client(connection_info(url)?))
            .collect::<Result<_, _>>()?;
        if sentinels.is_empty() {
            return Err(problem("must have at least one Sentinel: write its URL"));
        }
        let node = if master.contains("://") {
            connection_info(master)?
        } else {
            connection_info(&format!("redis://{master}"))?
        };
        let master = match node.addr() {
            ConnectionAddr::Tcp(name, _) | ConnectionAddr::TcpTls { host: name, .. } => {
                name.clone()
            }
            _ => {
                return Err(problem(
                    "must name the master: write its name, or a URL with its name as the host",
                ));
            }
        };
        Ok(Self::Sentinel {
            sentinels,
            master,
            node,
        })
    }

    pub(super) fn cluster<'a>(nodes: impl Iterator<Item = &'a str>) -> Result<Self, ConfigError> {
        let nodes: Vec<ConnectionInfo> = nodes.map(connection_info).collect::<Result<_, _>>()?;
        if nodes.is_empty() {
            return Err(problem("must have at least one node: write its URL"));
        }
        ClusterClientBuilder::new(nodes)
            .connection_timeout(CONNECT_LIMIT)
            .response_timeout(CONNECT_LIMIT)
            .retries(1)
            .build()
            .map(Self::Cluster)
            .map_err(|_| problem("must have the same user and password in the URLs of all nodes"))
    }

    pub(super) async fn connect(&self) -> RedisResult<Connection> {
        match self {
            Self::Single(client) => connect(client).await.map(Connection::Single),
            Self::Cluster(client) => client.get_async_connection().await.map(Connection::Cluster),
            Self::Sentinel {
                sentinels,
                master,
                node,
            } => {
                let mut last_error = None;
                for sentinel in sentinels {
                    match connect_to_master(sentinel, master, node).await {
                        Ok(connection) => return Ok(Connection::Single(connection)),
                        Err(error) => last_error = Some(error),
                    }
                }
                Err(last_error.unwrap_or_else(no_master))
            }
        }
    }
}

/// Connects to the master that a Sentinel reports. If it has just been demoted, writing to it will fail, and the next
/// connection queries the Sentinels again.
async fn connect_to_master(
    sentinel: &Client,
    master: &str,
    node: &ConnectionInfo,
) -> RedisResult<MultiplexedConnection> {
    let mut sentinel = connect(sentinel).await?;
    let address: Option<(String, u16)> = redis::cmd("SENTINEL")
        .arg("GET-MASTER-ADDR-BY-NAME")
        .arg(master)
        .query_async(&mut sentinel)
        .await?;
    let (host, port) = address.ok_or_else(no_master)?;
    let address = match node.addr() {
        ConnectionAddr::TcpTls { insecure, .. } => ConnectionAddr::TcpTls {
            host,
            port,
            insecure: *insecure,
            tls_params: None,
        },
        _ => ConnectionAddr::Tcp(host, port),
    };
    connect(&Client::open(node.clone().set_addr(address))?).await
}

async fn connect(client: &Client) -> RedisResult<MultiplexedConnection> {
    let config = AsyncConnectionConfig::new()
        .set_connection_timeout(Some(CONNECT_LIMIT))
        .set_response_timeout(Some(CONNECT_LIMIT));
    client
        .get_multiplexed_async_connection_with_config(&config)
        .await
}

fn no_master() -> redis::RedisError {
    (
        ErrorKind::MasterNameNotFoundBySentinel,
        "no Sentinel knows the master",
    )
        .into()
}

fn connection_info(url: &str) -> Result<ConnectionInfo, ConfigError> {
    // The error of the `redis` crate is left out: it may quote the URL, and so a password.
    let info = url.into_connection_info().map_err(|_| {
        if url.starts_with("rediss:") && cfg!(not(any(feature = "rustls", feature = "native-tls"))) {
            problem("must not require TLS without a TLS backend: enable the feature `rustls` or `native-tls`")
        } else {
            problem("must have a URL such as `rediss://user:password@cache.internal:6379/0`: write one of that form")
        }
    })?;
    // CLIENT SETINFO would need a permission of its own, for nothing that the operator of Redis needs.
    let settings = info.redis_settings().clone().set_skip_set_lib_name();
    Ok(info.set_redis_settings(settings))
}

fn client(info: ConnectionInfo) -> Result<Client, ConfigError> {
    Client::open(info).map_err(|_| {
        problem("must have a URL with which Redis can be reached: write the host and the port")
    })
}

fn problem(problem: &'static str) -> ConfigError {
    ConfigError::new("token_store", problem)
}

impl ConnectionLike for Connection {
    fn req_packed_command<'a>(&'a mut self, command: &'a Cmd) -> RedisFuture<'a, Value> {
        match self {
            Self::Single(connection) => connection.req_packed_command(command),
            Self::Cluster(connection) => connection.req_packed_command(command),
        }
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        commands: &'a Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        match self {
            Self::Single(connection) => connection.req_packed_commands(commands, offset, count),
            Self::Cluster(connection) => connection.req_packed_commands(commands, offset, count),
        }
    }

    fn get_db(&self) -> i64 {
        match self {
            Self::Single(connection) => connection.get_db(),
            Self::Cluster(connection) => connection.get_db(),
        }
    }
}

/// Hides addresses, users and passwords.
impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Single(_) => "one server",
            Self::Sentinel { .. } => "Sentinel",
            Self::Cluster(_) => "Cluster",
        })
    }
}
