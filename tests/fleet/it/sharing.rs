//! Clients that share a store, as processes would.

use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::task::JoinSet;
use wristband_m2m::testing::MockWristband;
use wristband_m2m::{
    AccessToken, FileTokenStore, IssuedToken, StoreState, TokenError, TokenSource,
    WristbandM2mClient, async_trait,
};
use wristband_m2m_fleet_tests::TestDirectory;

struct Fleet {
    wristband: MockWristband,
    directory: TestDirectory,
}

impl Fleet {
    async fn new() -> Self {
        Self {
            wristband: MockWristband::start().await,
            directory: TestDirectory::new(),
        }
    }

    fn client(&self) -> WristbandM2mClient {
        let store = FileTokenStore::new(self.directory.path()).unwrap();
        self.wristband.builder().token_store(store).build().unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_that_start_at_once_make_one_request() {
    let fleet = Fleet::new().await;
    fleet.wristband.set_delay(Duration::from_millis(100));
    let mut calls = JoinSet::new();
    for _ in 0..10 {
        let client = fleet.client();
        calls.spawn(async move { client.get_token().await.unwrap().as_str().to_owned() });
    }
    let tokens = calls.join_all().await;
    assert!(tokens.iter().all(|token| *token == tokens[0]));
    assert_eq!(fleet.wristband.token_requests(), 1);
}

#[tokio::test]
async fn starts_one_after_another_make_one_request() {
    let fleet = Fleet::new().await;
    for _ in 0..100 {
        let client = fleet.client();
        client.get_token().await.unwrap();
        assert_eq!(client.status().store(), StoreState::Ready);
    }
    assert_eq!(fleet.wristband.token_requests(), 1);
}

#[tokio::test]
async fn a_replacement_is_adopted() {
    let fleet = Fleet::new().await;
    let clients: Vec<_> = (0..10).map(|_| fleet.client()).collect();
    let mut tokens: Vec<AccessToken> = Vec::new();
    for client in &clients {
        tokens.push(client.get_token().await.unwrap());
    }
    fleet.wristband.revoke_all();
    for (client, token) in clients.iter().zip(&tokens) {
        let replacement = client.replace_token(token).await.unwrap();
        assert_ne!(replacement.as_str(), token.as_str());
        let has_fetched = client.status().token_requests() > 0;
        assert_eq!(client.is_adopted(&replacement), !has_fetched);
    }
    assert_eq!(fleet.wristband.token_requests(), 2);
}

#[tokio::test]
async fn a_cleared_token_is_replaced() {
    let fleet = Fleet::new().await;
    let (one, other) = (fleet.client(), fleet.client());
    let first = one.get_token().await.unwrap();
    other.get_token().await.unwrap();
    one.clear_token();
    let second = one.get_token().await.unwrap();
    assert_ne!(first.as_str(), second.as_str());
    other.clear_token();
    assert_eq!(other.get_token().await.unwrap().as_str(), second.as_str());
    assert_eq!(fleet.wristband.token_requests(), 2);
}

#[tokio::test]
async fn a_rotated_secret_costs_one_request_and_one_refused_request_per_process() {
    let fleet = Fleet::new().await;
    fleet.client().get_token().await.unwrap();
    let rotated = || {
        let store = FileTokenStore::new(fleet.directory.path()).unwrap();
        fleet
            .wristband
            .builder()
            .client_secret("wrong by now")
            .secondary_client_secret(MockWristband::CLIENT_SECRET)
            .token_store(store)
            .build()
            .unwrap()
    };
    for refused in 1..=3 {
        let client = rotated();
        client.get_token().await.unwrap();
        assert_eq!(client.status().token_requests(), 1);
        assert_eq!(fleet.wristband.token_requests(), 1 + refused);
    }
}

/// A cache hit does not involve the store.
#[tokio::test]
async fn a_cached_token_costs_no_allocation() {
    let fleet = Fleet::new().await;
    let client = fleet.client();
    client.get_token().await.unwrap();
    let counted = allocation_counter::measure(|| {
        for _ in 0..1000 {
            let mut call = pin!(client.get_token());
            let polled = call.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            assert!(matches!(polled, Poll::Ready(Ok(_))));
        }
    });
    assert_eq!(counted.count_total, 0);
}

#[tokio::test]
async fn without_a_store_its_status_is_off() {
    let wristband = MockWristband::start().await;
    assert_eq!(wristband.client().status().store(), StoreState::Off);
}

#[tokio::test]
async fn a_store_cannot_be_combined_with_a_token_source() {
    struct Source;
    #[async_trait]
    impl TokenSource for Source {
        async fn fetch_token(&self) -> Result<IssuedToken, TokenError> {
            Ok(IssuedToken::new("token", Duration::from_secs(60)))
        }
    }
    let directory = TestDirectory::new();
    let error = WristbandM2mClient::builder()
        .token_source(Source)
        .token_store(FileTokenStore::new(directory.path()).unwrap())
        .build()
        .unwrap_err();
    assert_eq!(error.setting(), "token_store");
    assert!(
        error.to_string().contains("leave one of them out"),
        "{error}"
    );
}

/// Calls succeed even if the directory is unusable.
#[tokio::test]
async fn an_unusable_directory_degrades_the_store_and_fails_no_call() {
    let fleet = Fleet::new().await;
    let file = fleet.directory.path().join("file");
    std::fs::write(&file, "").unwrap();
    let store = FileTokenStore::new(file.join("below")).unwrap();
    let client = fleet
        .wristband
        .builder()
        .token_store(store)
        .build()
        .unwrap();
    client.get_token().await.unwrap();
    let status = client.status();
    assert_eq!(status.store(), StoreState::Degraded);
    assert!(status.store_error().is_some());
}
