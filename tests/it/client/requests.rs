//! What goes over the wire, for each form of argument and option.

use serde::{Deserialize, Serialize};
use wristband_m2m::testing::MockWristband;
use wristband_m2m_reqwest::{ApiError, wristband_m2m};
use wristband_m2m_tests::{ApiServer, Reply};

#[derive(Serialize, Deserialize, Debug, PartialEq)]
pub(super) struct Order {
    id: u64,
}

#[wristband_m2m(path = "/v1")]
pub(super) trait Orders {
    #[get("/orders/{id}")]
    async fn find(&self, id: u64) -> Result<Option<Order>, ApiError>;

    #[get("/orders")]
    async fn list(
        &self,
        #[query] status: Option<&str>,
        #[query("pageSize")] page_size: u32,
    ) -> Result<Vec<Order>, ApiError>;

    #[post("/orders")]
    #[header("X-Source", "billing")]
    async fn create(
        &self,
        #[header("Idempotency-Key")] key: &str,
        #[json] order: &Order,
    ) -> Result<Order, ApiError>;

    #[delete("/orders/{id}")]
    async fn cancel(&self, id: u64) -> Result<(), ApiError>;
}

#[tokio::test]
async fn quick() {
    let wristband = MockWristband::start().await;
    let api = ApiServer::start(|_| Reply::json(200, r#"{"id":7}"#)).await;
    let orders = OrdersClient::with_base_url(api.url("/base/"), wristband.client()).unwrap();
    assert_eq!(orders.find(7).await.unwrap(), Some(Order { id: 7 }));
    orders.create("k", &Order { id: 7 }).await.unwrap();
    orders.cancel(7).await.unwrap();
    println!("{}", orders.list(Some("a b"), 5).await.unwrap_err());
    println!("{:#?} {:#?}", api.requests(), orders);
}
