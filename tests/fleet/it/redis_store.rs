//! The Redis store, with a real server.

use std::time::{Duration, Instant};

use tokio::time::sleep;
use wristband_m2m::testing::{MockWristband, check_token_store};
use wristband_m2m::{RedisTokenStore, StoreState};
use wristband_m2m_fleet_tests::RedisServer;

#[tokio::test(flavor = "multi_thread")]
async fn it_is_a_token_store() {
    let Some(server) = RedisServer::start() else {
        return;
    };
    check_token_store(RedisTokenStore::new(server.url()).unwrap()).await;
    let database = format!("{}/3", server.url());
    check_token_store(RedisTokenStore::new(database).unwrap().prefix("billing:")).await;
}

/// The commands in the documentation.
const COMMANDS: [&str; 10] = [
    "evalsha", "eval", "get", "getrange", "set", "del", "pttl", "pexpire", "time", "select",
];

fn set_user(server: &RedisServer, commands: &[&str]) -> String {
    let rules = "reset on >fleet-pa55word resetkeys ~wm2m1:* resetchannels -@all";
    let commands: Vec<String> = commands
        .iter()
        .map(|command| format!("+{command}"))
        .collect();
    let mut command = vec!["ACL", "SETUSER", "fleet"];
    command.extend(rules.split_whitespace());
    command.extend(commands.iter().map(String::as_str));
    assert_eq!(server.command(&command), "OK");
    format!("redis://fleet:fleet-pa55word@127.0.0.1:{}", server.port())
}

/// The user in the documentation has exactly these permissions.
#[tokio::test(flavor = "multi_thread")]
async fn it_needs_no_more_than_the_documented_permissions() {
    let Some(server) = RedisServer::start() else {
        return;
    };
    let (select, others) = COMMANDS.split_last().unwrap();
    let url = set_user(&server, others);
    check_token_store(RedisTokenStore::new(url).unwrap()).await;
    let url = set_user(&server, &[others, &[*select]].concat());
    check_token_store(RedisTokenStore::new(format!("{url}/2")).unwrap()).await;
}

/// Each permission is required, but a token is returned without it, too.
#[tokio::test(flavor = "multi_thread")]
async fn with_fewer_permissions_tokens_are_fetched_without_the_store() {
    let Some(server) = RedisServer::start() else {
        return;
    };
    let wristband = MockWristband::start().await;
    for missing in COMMANDS {
        server.command(&["FLUSHALL"]);
        server.command(&["SCRIPT", "FLUSH"]);
        let left: Vec<_> = COMMANDS
            .into_iter()
            .filter(|command| *command != missing)
            .collect();
        let url = format!("{}/2", set_user(&server, &left));
        let client = || {
            let store = RedisTokenStore::new(&url).unwrap();
            wristband.builder().token_store(store).build().unwrap()
        };
        let (one, other) = (client(), client());
        // Leases are renewed after two thirds of a second.
        wristband.set_delay(Duration::from_millis(900));
        let token = one.get_token().await.unwrap();
        wristband.set_delay(Duration::ZERO);
        other.get_token().await.unwrap();
        let mut states = [&one, &other]
            .map(|client| client.status().store())
            .to_vec();
        other.replace_token(&token).await.unwrap();
        one.replace_token(&token).await.unwrap();
        states.extend([&one, &other].map(|client| client.status().store()));
        assert!(
            states.contains(&StoreState::Degraded),
            "{missing} is not needed: {states:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_is_a_token_store() {
    let Some(server) = RedisServer::start_with(&["--cluster-enabled", "yes"]) else {
        return;
    };
    assert_eq!(
        server.command(&["CLUSTER", "ADDSLOTSRANGE", "0", "16383"]),
        "OK"
    );
    server.wait_for(&["CLUSTER", "INFO"], |info| {
        info.contains("cluster_state:ok")
    });
    check_token_store(RedisTokenStore::cluster([server.url()]).unwrap()).await;
}

/// The first master is replaced, and the store follows.
#[tokio::test(flavor = "multi_thread")]
async fn after_a_fail_over_the_new_master_is_used() {
    let Some(master) = RedisServer::start_with(&["--masterauth", RedisServer::PASSWORD]) else {
        return;
    };
    let port = master.port().to_string();
    let replica = [
        "--replicaof",
        &format!("127.0.0.1 {port}"),
        "--masterauth",
        RedisServer::PASSWORD,
    ];
    let replica = RedisServer::start_with(&replica).expect("redis-server is installed");
    replica.wait_for(&["INFO", "replication"], |info| {
        info.contains("master_link_status:up")
    });
    let sentinel = RedisServer::start_sentinel(&master);
    let name = format!("redis://:{}@mymaster", RedisServer::PASSWORD);
    let store = || RedisTokenStore::sentinel([sentinel.url()], &name).unwrap();
    check_token_store(store()).await;

    let wristband = MockWristband::start().await;
    let client = || wristband.builder().token_store(store()).build().unwrap();
    let survivor = client();
    survivor.get_token().await.unwrap();
    // Sentinel must know the replica first.
    sentinel.wait_for(&["SENTINEL", "FAILOVER", "mymaster"], |reply| reply == "OK");
    master.wait_for(&["INFO", "replication"], |info| info.contains("role:slave"));

    let start = Instant::now();
    loop {
        survivor.clear_token();
        let token = survivor.get_token().await.unwrap();
        let newcomer = client();
        let is_shared = newcomer.get_token().await.unwrap().as_str() == token.as_str();
        if is_shared && survivor.status().store() == StoreState::Ready {
            break;
        }
        assert!(
            start.elapsed() < Duration::from_secs(60),
            "{:?}",
            survivor.status()
        );
        sleep(Duration::from_millis(250)).await;
    }
    // The token is on the other server.
    assert_ne!(replica.command(&["DBSIZE"]), "0");
}
