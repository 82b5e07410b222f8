//! A faulty Redis fails no call, costs little time, and is used again once it has recovered.

use std::time::Duration;

use tokio::time::{Instant, sleep};
use wristband_m2m::http::HeaderMap;
use wristband_m2m::testing::MockWristband;
use wristband_m2m::{AccessToken, RedisTokenStore, StoreState, WristbandM2mClient};
use wristband_m2m_fleet_tests::{Proxy, ProxyMode, RedisServer, signal};

/// Flights in one trial. Each operation that times out takes 250 ms, so together they would take five seconds.
const FLIGHTS: u32 = 20;
const MOST_ADDED: Duration = Duration::from_secs(3);

struct Fleet {
    redis: RedisServer,
    wristband: MockWristband,
}

impl Fleet {
    async fn start() -> Option<Self> {
        Some(Self {
            redis: RedisServer::start()?,
            wristband: MockWristband::start().await,
        })
    }

    fn client(&self, url: &str) -> WristbandM2mClient {
        let store = RedisTokenStore::new(url).unwrap();
        self.wristband.builder().token_store(store).build().unwrap()
    }

    /// Returns a token, and asserts that the endpoint has issued it.
    async fn token(&self, client: &WristbandM2mClient) -> AccessToken {
        let token = client.get_token().await.unwrap();
        let mut headers = HeaderMap::new();
        headers.insert("authorization", token.authorization().clone());
        assert!(
            self.wristband.accepts(&headers),
            "the endpoint did not issue this token"
        );
        token
    }

    /// Returns a token from a new flight, with an empty cache.
    async fn flight(&self, client: &WristbandM2mClient) -> AccessToken {
        client.clear_token();
        self.token(client).await
    }

    /// Makes flights while the store is faulty, and compares their time with that of a client without a store.
    async fn withstands(&self, client: &WristbandM2mClient, url: &str) {
        let alone = self.wristband.client();
        let (mut with_store, mut without) = (Duration::ZERO, Duration::ZERO);
        for _ in 0..FLIGHTS {
            let start = Instant::now();
            self.flight(client).await;
            let middle = Instant::now();
            self.flight(&alone).await;
            with_store += middle - start;
            without += middle.elapsed();
        }
        assert!(
            with_store < without + MOST_ADDED,
            "{FLIGHTS} flights took {with_store:?}, and {without:?} without a store"
        );
        // A process that starts now has never seen a healthy store.
        self.token(&self.client(url)).await;
    }

    /// Waits until a process that has met the fault shares its token again.
    async fn recovers(&self, client: &WristbandM2mClient, url: &str) {
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(60) {
            let token = self.flight(client).await;
            if client.status().store() == StoreState::Ready {
                let other = self.client(url);
                let is_shared = self.token(&other).await.as_str() == token.as_str();
                if is_shared && other.status().token_requests() == 0 {
                    return;
                }
            }
            sleep(Duration::from_millis(250)).await;
        }
        panic!(
            "the token is not shared within a minute: {:?}",
            client.status()
        );
    }

    /// Tests a fault that makes the store unusable.
    async fn fault(
        &mut self,
        url: &str,
        break_it: impl FnOnce(&mut RedisServer),
        mend_it: impl FnOnce(&mut RedisServer),
    ) {
        let client = self.client(url);
        self.token(&client).await;
        assert_eq!(client.status().store(), StoreState::Ready);
        break_it(&mut self.redis);
        self.withstands(&client, url).await;
        assert_eq!(client.status().store(), StoreState::Degraded);
        mend_it(&mut self.redis);
        self.recovers(&client, url).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_redis() {
    let Some(mut fleet) = Fleet::start().await else {
        return;
    };
    let url = fleet.redis.url();
    let (stop, go_on) = (
        |redis: &mut RedisServer| redis.signal("STOP"),
        |redis: &mut RedisServer| redis.signal("CONT"),
    );
    fleet.fault(&url, stop, go_on).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_redis_that_comes_back_empty() {
    let Some(mut fleet) = Fleet::start().await else {
        return;
    };
    let url = fleet.redis.url();
    fleet
        .fault(&url, RedisServer::kill, RedisServer::restart_empty)
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_restarted_between_two_operations() {
    let Some(mut fleet) = Fleet::start().await else {
        return;
    };
    let client = fleet.client(&fleet.redis.url());
    fleet.token(&client).await;
    fleet.redis.restart_empty();
    // The open connection is replaced within the same operation.
    let token = fleet.flight(&client).await;
    assert_eq!(client.status().store(), StoreState::Ready);
    let other = fleet.client(&fleet.redis.url());
    assert_eq!(fleet.token(&other).await.as_str(), token.as_str());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_only_replica() {
    let Some(mut fleet) = Fleet::start().await else {
        return;
    };
    let url = fleet.redis.url();
    let replica = |master: &'static [&'static str]| {
        move |redis: &mut RedisServer| {
            assert_eq!(redis.command(&[&["REPLICAOF"], master].concat()), "OK");
        }
    };
    // The master does not exist, so the replica keeps its data.
    fleet
        .fault(&url, replica(&["127.0.0.1", "1"]), replica(&["NO", "ONE"]))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_out_of_memory() {
    let Some(mut fleet) = Fleet::start().await else {
        return;
    };
    let url = fleet.redis.url();
    let memory = |limit: &'static str| {
        move |redis: &mut RedisServer| {
            assert_eq!(redis.command(&["CONFIG", "SET", "maxmemory", limit]), "OK");
        }
    };
    fleet.fault(&url, memory("1"), memory("0")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_that_may_not_write() {
    let Some(mut fleet) = Fleet::start().await else {
        return;
    };
    let user = |rule: &'static str| {
        move |redis: &mut RedisServer| {
            let command = [
                "ACL",
                "SETUSER",
                "fleet",
                "on",
                ">pa55word",
                "~*",
                "+@all",
                rule,
            ];
            assert_eq!(redis.command(&command), "OK");
        }
    };
    user("+set")(&mut fleet.redis);
    let url = format!("redis://fleet:pa55word@127.0.0.1:{}", fleet.redis.port());
    fleet.fault(&url, user("-set"), user("+set")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_that_is_slow() {
    let Some(mut fleet) = Fleet::start().await else {
        return;
    };
    let proxy = Proxy::start(fleet.redis.port()).await;
    let url = fleet.redis.url_at(proxy.port());
    let slow = |_: &mut RedisServer| proxy.set(ProxyMode::Delay(Duration::from_millis(800)));
    let fast = |_: &mut RedisServer| proxy.set(ProxyMode::Forward);
    fleet.fault(&url, slow, fast).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_cut_after_any_byte() {
    let Some(fleet) = Fleet::start().await else {
        return;
    };
    let proxy = Proxy::start(fleet.redis.port()).await;
    let url = fleet.redis.url_at(proxy.port());
    // The largest limit is beyond the replies to the password, the look and the put.
    for limit in (0..12).chain((12..400).step_by(11)) {
        fleet.redis.command(&["FLUSHALL"]);
        fleet.redis.command(&["SCRIPT", "FLUSH"]);
        proxy.set(ProxyMode::CutRepliesAfter(limit));
        let (client, other) = (fleet.client(&url), fleet.client(&url));
        let token = fleet.token(&client).await;
        client.replace_token(&token).await.unwrap();
        fleet.token(&other).await;
    }
    proxy.set(ProxyMode::Forward);
    fleet.recovers(&fleet.client(&url), &url).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn corrupted_bytes() {
    let Some(fleet) = Fleet::start().await else {
        return;
    };
    let proxy = Proxy::start(fleet.redis.port()).await;
    let url = fleet.redis.url_at(proxy.port());
    for (every, at) in (0..40)
        .map(|at| (97, at * 2))
        .chain((0..10).map(|at| (1009, at * 101)))
    {
        fleet.redis.command(&["FLUSHALL"]);
        let good = fleet.client(&fleet.redis.url());
        fleet.flight(&good).await;
        proxy.set(ProxyMode::Corrupt { every, at });
        let client = fleet.client(&url);
        let token = fleet.token(&client).await;
        client.replace_token(&token).await.unwrap();
        fleet.flight(&client).await;
    }
    proxy.set(ProxyMode::Forward);
    // A corrupted command may have left records, which expire.
    fleet.recovers(&fleet.client(&url), &url).await;
}

/// Each flush costs no more than another fetch.
#[tokio::test(flavor = "multi_thread")]
async fn a_redis_that_is_flushed_constantly() {
    let Some(fleet) = Fleet::start().await else {
        return;
    };
    let url = fleet.redis.url();
    let clients: Vec<_> = (0..4).map(|_| fleet.client(&url)).collect();
    for _ in 0..5 {
        for client in &clients {
            let flight = fleet.flight(client);
            let flush = async {
                for _ in 0..5 {
                    tokio::task::yield_now().await;
                    fleet.redis.command(&["FLUSHALL"]);
                }
            };
            tokio::join!(flight, flush);
        }
    }
    fleet.recovers(&clients[0], &url).await;
}

/// A test must not mistake a signal that was not delivered for a fault.
#[test]
#[should_panic(expected = "kill -STOP")]
fn a_signal_that_is_not_delivered_panics() {
    signal(u32::MAX / 2, "STOP");
}
