//! Metrics of a store.

use std::time::Duration;

use wristband_m2m::testing::MockWristband;
use wristband_m2m::{
    FileTokenStore, LeaseId, LookOutcome, StoreError, StoreQuery, StoreRecord, StoreSlot,
    TokenStore, WristbandM2mClient, async_trait,
};
use wristband_m2m_fleet_tests::TestDirectory;
use wristband_m2m_tests::Meter;

fn operations(operation: &str, outcome: &str) -> String {
    format!(
        "wristband_m2m_token_store_operations_total{{operation={operation:?},outcome={outcome:?}}}"
    )
}

fn stores(state: &str) -> String {
    format!("wristband_m2m_token_stores{{state={state:?}}}")
}

#[test]
fn adopted_tokens_are_counted_beside_requests() {
    let meter = Meter::default();
    let directory = TestDirectory::new();
    meter.record(async {
        let wristband = MockWristband::start().await;
        let client = || -> WristbandM2mClient {
            let store = FileTokenStore::new(directory.path()).unwrap();
            wristband.builder().token_store(store).build().unwrap()
        };
        let clients = [client(), client(), client()];
        for client in &clients {
            client.get_token().await.unwrap();
        }
        assert_eq!(meter.value("wristband_m2m_tokens_adopted_total"), 2.0);
        assert_eq!(meter.total("wristband_m2m_token_requests_total"), 1.0);
        assert_eq!(wristband.token_requests(), 1);
        assert_eq!(meter.value(&operations("look", "success")), 3.0);
        meter.until(&operations("put", "success"), 1.0).await;
        assert_eq!(meter.value(&stores("ready")), 3.0);
    });
    assert_eq!(meter.value(&stores("ready")), 0.0);
}

/// A store that fails at once, or never responds.
struct Broken {
    hangs: bool,
}

impl Broken {
    async fn broken<T>(&self) -> Result<T, StoreError> {
        if self.hangs {
            std::future::pending::<()>().await;
        }
        Err(StoreError::new("it is broken"))
    }
}

#[async_trait]
impl TokenStore for Broken {
    async fn look(&self, _: &StoreSlot, _: &StoreQuery) -> Result<LookOutcome, StoreError> {
        self.broken().await
    }

    async fn put(
        &self,
        _: &StoreSlot,
        _: &LeaseId,
        _: &StoreRecord,
        _: Option<&StoreRecord>,
        _: Duration,
    ) -> Result<bool, StoreError> {
        self.broken().await
    }

    async fn renew(&self, _: &StoreSlot, _: &LeaseId, _: Duration) -> Result<bool, StoreError> {
        self.broken().await
    }

    async fn fail(
        &self,
        _: &StoreSlot,
        _: &LeaseId,
        _: &StoreRecord,
        _: Duration,
    ) -> Result<bool, StoreError> {
        self.broken().await
    }

    async fn release(&self, _: &StoreSlot, _: &LeaseId) -> Result<(), StoreError> {
        self.broken().await
    }
}

#[test]
fn a_broken_store_and_a_hanging_one_have_different_outcomes() {
    let meter = Meter::default();
    meter.record(async {
        let wristband = MockWristband::start().await;
        let client = |hangs| -> WristbandM2mClient {
            let store = Broken { hangs };
            wristband.builder().token_store(store).build().unwrap()
        };
        let (broken, hanging) = (client(false), client(true));
        broken.get_token().await.unwrap();
        hanging.get_token().await.unwrap();
        assert_eq!(meter.value(&operations("look", "error")), 1.0);
        assert_eq!(meter.value(&operations("look", "timeout")), 1.0);
        assert_eq!(meter.value(&stores("degraded")), 2.0);
        assert_eq!(meter.value(&stores("ready")), 0.0);
    });
}
