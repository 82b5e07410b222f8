//! A small protected API for the examples to call: orders, for whoever has a valid token.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use tokio::task::AbortHandle;
use wristband_m2m::testing::MockWristband;

/// An order, as the API sends it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Order {
    /// Its number.
    pub id: u64,
    /// What was ordered.
    pub item: String,
}

/// An order to be made.
#[derive(Debug, Serialize, Deserialize)]
pub struct NewOrder {
    /// What to order.
    pub item: String,
}

/// A running API; it ends when this is dropped.
#[derive(Debug)]
pub struct OrdersApi {
    url: String,
    shop: Shop,
    serving: AbortHandle,
}

#[derive(Clone, Debug)]
struct Shop {
    wristband: MockWristband,
    orders: Arc<Mutex<Vec<Order>>>,
    refused: Arc<AtomicU64>,
}

impl OrdersApi {
    /// Serves on a free port of the loopback interface, for tokens of `wristband`.
    ///
    /// # Errors
    ///
    /// If no port can be bound.
    pub async fn start(wristband: &MockWristband) -> std::io::Result<Self> {
        let shop = Shop {
            wristband: wristband.clone(),
            orders: Arc::new(Mutex::new(vec![Order {
                id: 1,
                item: "coffee".to_owned(),
            }])),
            refused: Arc::default(),
        };
        let routes = Router::new()
            .route("/v1/orders", get(list).post(create))
            .layer(from_fn_with_state(shop.clone(), guard))
            .with_state(shop.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let serving = tokio::spawn(async move { drop(axum::serve(listener, routes).await) });
        Ok(Self {
            url,
            shop,
            serving: serving.abort_handle(),
        })
    }

    /// Scheme, host and port.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// How many requests got a 401.
    #[must_use]
    pub fn refused(&self) -> u64 {
        self.shop.refused.load(Ordering::Relaxed)
    }
}

impl Drop for OrdersApi {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn guard(State(shop): State<Shop>, request: Request, next: Next) -> Response {
    if shop.wristband.accepts(request.headers()) {
        next.run(request).await
    } else {
        shop.refused.fetch_add(1, Ordering::Relaxed);
        StatusCode::UNAUTHORIZED.into_response()
    }
}

async fn list(State(shop): State<Shop>) -> Json<Vec<Order>> {
    let orders = shop.orders.lock().unwrap_or_else(PoisonError::into_inner);
    Json(orders.clone())
}

async fn create(State(shop): State<Shop>, Json(new): Json<NewOrder>) -> (StatusCode, Json<Order>) {
    let mut orders = shop.orders.lock().unwrap_or_else(PoisonError::into_inner);
    let order = Order {
        id: orders.len() as u64 + 1,
        item: new.item,
    };
    orders.push(order.clone());
    (StatusCode::CREATED, Json(order))
}
