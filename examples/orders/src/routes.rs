//! What may be asked.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Extension, Json, Router};
use serde::Deserialize;

use crate::book::{NewOrder, OrderBook, OrderPage};
use crate::problem::problem;
use crate::token::{Caller, TokenVerifier, require_token};

/// The service: orders for those who have a token, and its own state for whoever runs it.
pub fn app(verifier: TokenVerifier) -> Router {
    let protected = Router::new()
        .route("/v1/orders", get(list).post(create))
        .route("/v1/orders/{id}", get(find))
        .layer(from_fn_with_state(verifier.clone(), require_token))
        .with_state(OrderBook::default());
    Router::new()
        .route("/health", get(StatusCode::OK))
        .route("/ready", get(ready))
        .with_state(verifier)
        .merge(protected)
}

async fn ready(State(verifier): State<TokenVerifier>) -> StatusCode {
    if verifier.keys().is_loaded() {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    }
}

#[derive(Deserialize)]
struct PageQuery {
    page_token: Option<String>,
    page_size: Option<usize>,
}

async fn list(
    State(book): State<OrderBook>,
    Query(query): Query<PageQuery>,
) -> Result<Json<OrderPage>, Response> {
    let after = query.page_token.as_deref().unwrap_or("0").parse();
    let Ok(after) = after else {
        return Err(problem(
            StatusCode::BAD_REQUEST,
            "page_token is not one of ours",
        ));
    };
    let size = query.page_size.unwrap_or(20).clamp(1, 100);
    Ok(Json(book.page(after, size)))
}

async fn find(State(book): State<OrderBook>, Path(id): Path<u64>) -> Response {
    match book.find(id) {
        Some(order) => Json(order).into_response(),
        None => problem(StatusCode::NOT_FOUND, "there is no such order"),
    }
}

async fn create(
    State(book): State<OrderBook>,
    Extension(caller): Extension<Caller>,
    Json(new): Json<NewOrder>,
) -> Response {
    if new.quantity == 0 {
        return problem(
            StatusCode::UNPROCESSABLE_ENTITY,
            "quantity must be at least 1",
        );
    }
    let order = book.add(new, caller.client_id);
    (StatusCode::CREATED, Json(order)).into_response()
}
