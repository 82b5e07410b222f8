//! How users replace a typed client in their own tests.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use http::{HeaderMap, StatusCode};
use mockall::predicate::eq;
use mockall::{automock, mock};
use serde::{Deserialize, Serialize};
use wristband_m2m::testing::MockWristband;
use wristband_m2m_reqwest::{ApiError, wristband_m2m};
use wristband_m2m_tests::{ApiServer, Reply};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Order {
    id: u64,
    note: String,
}

#[wristband_m2m(dyn = DynOrders)]
pub(crate) trait Orders {
    #[get("/orders/{id}")]
    async fn find(&self, id: u64) -> Result<Option<Order>, ApiError>;

    #[post("/orders")]
    async fn create(
        &self,
        #[header("Idempotency-Key")] key: &str,
        #[json] order: &Order,
    ) -> Result<Order, ApiError>;

    /// A provided method, which the macro leaves unchanged.
    fn label(&self) -> &'static str {
        "orders"
    }
}

/// User code: generic over the trait, and spawned.
async fn note_of<O: Orders + Clone + 'static>(orders: &O, id: u64) -> String {
    let orders = orders.clone();
    let find = tokio::spawn(async move { orders.find(id).await });
    match find.await.unwrap() {
        Ok(Some(order)) => order.note,
        Ok(None) => "none".to_owned(),
        Err(error) => error.to_string(),
    }
}

fn order(id: u64) -> Order {
    Order {
        id,
        note: format!("order {id}"),
    }
}

#[derive(Default)]
struct FakeOrders(Mutex<HashMap<u64, Order>>);

impl Orders for FakeOrders {
    async fn find(&self, id: u64) -> Result<Option<Order>, ApiError> {
        if id == 0 {
            let (status, headers) = (StatusCode::BAD_REQUEST, HeaderMap::new());
            return Err(ApiError::from_response(status, headers, "no such thing"));
        }
        Ok(self.0.lock().unwrap().get(&id).cloned())
    }

    async fn create(&self, _key: &str, order: &Order) -> Result<Order, ApiError> {
        self.0.lock().unwrap().insert(order.id, order.clone());
        Ok(order.clone())
    }
}

#[tokio::test]
async fn a_fake_is_a_plain_impl() {
    let fake = FakeOrders::default();
    fake.create("key", &order(7)).await.unwrap();
    assert_eq!(fake.find(7).await.unwrap(), Some(order(7)));
    assert_eq!(
        fake.find(0).await.unwrap_err().status(),
        Some(StatusCode::BAD_REQUEST)
    );
    assert_eq!(fake.label(), "orders");
}

#[tokio::test]
async fn a_trait_object_is_injected_cloned_and_spawned() {
    let fake: Arc<dyn DynOrders> = Arc::new(FakeOrders::default());
    fake.create("key", &order(7)).await.unwrap();
    assert_eq!(note_of(&fake, 7).await, "order 7");
    assert_eq!(note_of(&fake, 8).await, "none");
    assert_eq!(note_of(&fake, 0).await, "the call returned 400 Bad Request");
    let shared = fake.clone();
    let spawned = tokio::spawn(async move { shared.find(7).await });
    assert_eq!(spawned.await.unwrap().unwrap(), Some(order(7)));
}

/// The lifetime of an argument may be shorter than that of the trait object or of another argument.
#[tokio::test]
async fn a_trait_object_borrows_only_during_the_call() {
    async fn create(orders: &dyn DynOrders, key: &str) -> Order {
        let created = {
            let order = order(7);
            orders.create(key, &order).await
        };
        created.unwrap()
    }
    let key = String::from("key");
    assert_eq!(create(&FakeOrders::default(), &key).await, order(7));
}

#[tokio::test]
async fn the_real_client_takes_the_place_of_a_fake() {
    let wristband = MockWristband::start().await;
    let api = ApiServer::start(|_| Reply::json(200, r#"{"id": 7, "note": "real"}"#)).await;
    let client = OrdersClient::with_base_url(api.url(""), wristband.client()).unwrap();
    assert_eq!(note_of(&client, 7).await, "real");
    let object: Arc<dyn DynOrders> = Arc::new(client);
    assert_eq!(note_of(&object, 7).await, "real");
    assert_eq!(wristband.token_requests(), 1);
}

mock! {
    ByHand {}
    impl Orders for ByHand {
        async fn find(&self, id: u64) -> Result<Option<Order>, ApiError>;
        async fn create(&self, key: &str, order: &Order) -> Result<Order, ApiError>;
    }
}

#[tokio::test]
async fn a_mock_by_hand_expects_calls() {
    let mut mock = MockByHand::new();
    mock.expect_find()
        .with(eq(7))
        .times(1)
        .returning(|id| Ok(Some(order(id))));
    mock.expect_create()
        .withf(|key, order| key == "key" && order.id == 8)
        .returning(|_, order| Ok(order.clone()));
    let mock: Arc<dyn DynOrders> = Arc::new(mock);
    assert_eq!(note_of(&mock, 7).await, "order 7");
    assert_eq!(mock.create("key", &order(8)).await.unwrap(), order(8));
}

#[wristband_m2m(dyn = DynCustomers)]
#[automock]
pub(crate) trait Customers {
    #[get("/customers/{id}")]
    async fn find(&self, id: u64) -> Result<Option<String>, ApiError>;

    #[get("/customers")]
    async fn search(&self, #[query] name: &str) -> Result<Vec<u64>, ApiError>;
}

#[tokio::test]
async fn an_automock_below_ours_expects_calls() {
    let mut mock = MockCustomers::new();
    mock.expect_find()
        .with(eq(7))
        .times(1)
        .returning(|id| Box::pin(async move { Ok(Some(format!("customer {id}"))) }));
    mock.expect_search()
        .with(eq("Ada"))
        .returning(|_| Box::pin(async { Ok(vec![7]) }));
    let mock: Arc<dyn DynCustomers> = Arc::new(mock);
    let spawned = tokio::spawn({
        let mock = mock.clone();
        async move { mock.find(7).await }
    });
    assert_eq!(
        spawned.await.unwrap().unwrap().as_deref(),
        Some("customer 7")
    );
    assert_eq!(mock.search("Ada").await.unwrap(), [7]);
}

/// A trait with all kinds of methods that are not endpoints.
#[wristband_m2m(dyn = DynInventory)]
pub(crate) trait Inventory {
    #[get("/items/{id}")]
    async fn item(&self, id: u64) -> Result<Order, ApiError>;

    /// A method that combines several calls.
    async fn notes(&self, ids: &[u64], separator: &str) -> Result<String, ApiError> {
        let mut notes = Vec::new();
        for id in ids {
            notes.push(self.item(*id).await?.note);
        }
        Ok(notes.join(separator))
    }

    async fn pair(
        &self,
        (first, second): (u64, u64),
        mut glue: String,
    ) -> Result<String, ApiError> {
        glue.push(' ');
        self.notes(&[first, second], &glue).await
    }

    fn shelf(&self) -> &str {
        "nowhere"
    }

    async fn each<T: AsRef<str> + Send>(&self, names: Vec<T>) -> usize {
        names.len()
    }
}

struct Shelf;

impl Inventory for Shelf {
    async fn item(&self, id: u64) -> Result<Order, ApiError> {
        Ok(order(id))
    }

    async fn notes(&self, ids: &[u64], _separator: &str) -> Result<String, ApiError> {
        Ok(format!("{} on the shelf", ids.len()))
    }

    fn shelf(&self) -> &str {
        "third"
    }

    async fn each<T: AsRef<str> + Send>(&self, _names: Vec<T>) -> usize {
        7
    }
}

async fn spawned<I: Inventory + 'static>(inventory: I) -> String {
    let notes = async move { inventory.notes(&[1, 2], ", ").await };
    tokio::spawn(notes).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_provided_async_method_is_send_and_inherent() {
    mod elsewhere {
        /// The trait is not in scope here.
        pub(super) async fn notes(client: &super::InventoryClient) -> String {
            client.notes(&[1, 2], ", ").await.unwrap()
        }
    }
    let wristband = MockWristband::start().await;
    let api = ApiServer::start(|_| Reply::json(200, r#"{"id": 7, "note": "real"}"#)).await;
    let client = InventoryClient::with_base_url(api.url(""), wristband.client()).unwrap();
    assert_eq!(elsewhere::notes(&client).await, "real, real");
    assert_eq!(
        client.pair((1, 2), "+".to_owned()).await.unwrap(),
        "real+ real"
    );
    assert_eq!(client.each(vec!["a"]).await, 1);
    assert_eq!(spawned(client).await, "real, real");
}

#[tokio::test]
async fn a_trait_object_forwards_methods_that_are_not_endpoints() {
    let object: Arc<dyn DynInventory> = Arc::new(Shelf);
    assert_eq!(object.notes(&[1], "").await.unwrap(), "1 on the shelf");
    assert_eq!((*object).notes(&[1], "").await.unwrap(), "1 on the shelf");
    assert_eq!(
        object.pair((1, 2), String::new()).await.unwrap(),
        "2 on the shelf"
    );
    assert_eq!(object.shelf(), "third");
    assert_eq!(spawned(object.clone()).await, "2 on the shelf");
    // A generic method cannot be dispatched, so only the body in the trait exists.
    assert_eq!(object.each(vec!["a"]).await, 1);
}
