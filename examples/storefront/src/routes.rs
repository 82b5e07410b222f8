//! The public routes.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use wristband_m2m_reqwest::wristband_m2m::WristbandM2mClient;

use crate::error::StorefrontError;
use crate::orders_client::{DynOrders, NewOrder, Order, Orders as _};

/// How many orders to request at once.
const PAGE_SIZE: u32 = 50;

/// What all requests share. A test puts a fake in place of the API.
#[derive(Clone)]
pub struct Storefront {
    pub orders: Arc<dyn DynOrders>,
    pub client: WristbandM2mClient,
}

pub fn app(storefront: Storefront) -> Router {
    Router::new()
        .route("/orders", get(list).post(create))
        .route("/orders/{id}", get(find))
        .route("/health", get(StatusCode::OK))
        .route("/ready", get(ready))
        .with_state(storefront)
}

#[derive(Deserialize)]
struct ListQuery {
    limit: Option<usize>,
}

async fn list(
    State(storefront): State<Storefront>,
    Query(query): Query<ListQuery>,
) -> Result<Json<Vec<Order>>, StorefrontError> {
    let limit = query.limit.unwrap_or(100);
    let mut orders = storefront.orders.list(PAGE_SIZE, None);
    let mut found = Vec::new();
    while found.len() < limit
        && let Some(order) = orders.next().await
    {
        found.push(order?);
    }
    Ok(Json(found))
}

async fn find(
    State(storefront): State<Storefront>,
    Path(id): Path<u64>,
) -> Result<Json<Order>, StorefrontError> {
    let found = storefront.orders.find(id).await?;
    found.map(Json).ok_or(StorefrontError::NotFound)
}

async fn create(
    State(storefront): State<Storefront>,
    Json(order): Json<NewOrder>,
) -> Result<(StatusCode, Json<Order>), StorefrontError> {
    let made = storefront.orders.create(&order).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// Ready as long as there is a valid token, even while refreshes fail. A probe waits for nothing, but it
/// starts the fetch that is due: a service that gets no traffic until it is ready would never fetch a token otherwise.
async fn ready(State(storefront): State<Storefront>) -> (StatusCode, Json<Value>) {
    let status = storefront.client.status();
    let code = match storefront.client.cached_token() {
        Some(_) => StatusCode::OK,
        None => StatusCode::SERVICE_UNAVAILABLE,
    };
    let report = json!({
        "token": format!("{:?}", status.state()),
        "expires_in": status.expires_in().map(|left| left.as_secs()),
        "last_error": status.last_error().map(|error| error.to_string()),
    });
    (code, Json(report))
}
