//! One `ApiConnection` for several traits.

use std::time::Duration;

use wristband_m2m_reqwest::{ApiConnection, ApiError, NotRetried, wristband_m2m};
use wristband_m2m_tests::Reply;

use super::World;

#[wristband_m2m(path = "/orders", timeout = "20s")]
#[header("X-Trait", "orders")]
trait Orders {
    #[get("/{id}")]
    async fn find(&self, id: u64) -> Result<String, ApiError>;
}

#[wristband_m2m(path = "/users")]
#[header("X-Source", "users")]
trait Users {
    #[get("/{id}")]
    async fn find(&self, id: u64) -> Result<String, ApiError>;
}

fn connection(world: &World) -> ApiConnection {
    ApiConnection::builder(world.token_client())
        .base_url(world.api.url("/v1"))
        .header("X-Source", "connection")
        .timeout(Duration::from_secs(30))
        .build()
        .unwrap()
}

#[tokio::test]
async fn clients_of_one_connection_share_its_sockets() {
    let world = World::new(|_| Reply::text(200, "found")).await;
    let connection = connection(&world);
    let (orders, users) = (OrdersClient::on(&connection), UsersClient::on(&connection));
    for id in 0..5 {
        orders.find(id).await.unwrap();
        users.find(id).await.unwrap();
        // Whatever is made later, and whatever is dropped.
        UsersClient::on(&connection.clone()).find(id).await.unwrap();
    }
    assert_eq!(world.api.requests().len(), 15);
    assert_eq!(world.api.connections(), 1);
    assert_eq!(world.wristband.token_requests(), 1);
}

#[tokio::test]
async fn options_of_the_traits_apply_on_top() {
    let world = World::new(|_| Reply::text(200, "found")).await;
    let connection = connection(&world);
    OrdersClient::on(&connection).find(7).await.unwrap();
    connection.client::<UsersClient>().find(7).await.unwrap();
    let requests = world.api.requests();
    let seen: Vec<_> = requests
        .iter()
        .map(|request| {
            let headers = (request.header("x-source"), request.header("x-trait"));
            (request.target.as_str(), headers)
        })
        .collect();
    assert_eq!(
        seen,
        [
            ("/v1/orders/7", (Some("connection"), Some("orders"))),
            ("/v1/users/7", (Some("users"), None)),
        ]
    );
}

/// Failed renewals are counted per API, whichever client made them.
#[tokio::test]
async fn clients_of_one_connection_share_its_circuit_breaker() {
    let world = World::new(|_| Reply::text(401, "")).await;
    let connection = connection(&world);
    let (orders, users) = (OrdersClient::on(&connection), UsersClient::on(&connection));
    for id in 0..2 {
        orders.find(id).await.unwrap_err();
    }
    users.find(0).await.unwrap_err();
    assert_eq!(world.wristband.token_requests(), 4);
    let error = users.find(1).await.unwrap_err();
    assert!(error.is_unauthorized());
    let outcome = error.auth_outcome().unwrap();
    assert_eq!(outcome.not_retried(), Some(NotRetried::CircuitOpen));
    let error = orders.find(2).await.unwrap_err();
    assert_eq!(
        error.auth_outcome().unwrap().not_retried(),
        Some(NotRetried::CircuitOpen)
    );
    assert_eq!(world.wristband.token_requests(), 4);
}

#[tokio::test]
async fn a_base_url_is_required_and_none_is_guessed() {
    let world = World::new(|_| Reply::text(200, "")).await;
    let error = ApiConnection::builder(world.token_client())
        .build()
        .unwrap_err();
    assert!(error.to_string().contains("base_url"), "{error}");
    world.assert_nothing_was_sent();
}
