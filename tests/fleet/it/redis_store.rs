//! The store on Redis, against a real one.

use wristband_m2m::RedisTokenStore;
use wristband_m2m::testing::check_token_store;
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

/// The user of the documentation, and nothing more.
#[tokio::test(flavor = "multi_thread")]
async fn it_needs_no_more_than_the_documented_permissions() {
    let Some(server) = RedisServer::start() else {
        return;
    };
    let rules = "on >fleet-pa55word resetkeys ~wm2m1:* resetchannels -@all \
                 +evalsha +eval +get +getrange +set +del +pttl +pexpire +time";
    let mut command = vec!["ACL", "SETUSER", "fleet"];
    command.extend(rules.split_whitespace());
    assert_eq!(server.command(&command), "OK");
    let url = format!("redis://fleet:fleet-pa55word@127.0.0.1:{}", server.port());
    check_token_store(RedisTokenStore::new(url).unwrap()).await;
}
