//! What can go wrong, and what the public sees of it.

use std::error::Error;
use std::time::Duration;

use axum::Json;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use wristband_m2m_reqwest::ApiError;

/// A failure of this service. `From<ApiError>` makes it the error type of the typed client's methods.
#[derive(Debug, thiserror::Error)]
pub enum StorefrontError {
    #[error("there is no such order")]
    NotFound,
    /// The orders service says what is wrong with the order, in words for whoever made it.
    #[error("{detail}")]
    Refused { detail: String },
    /// Ours or theirs, it may pass: the orders service or Wristband is slow, busy or down.
    #[error("the orders service cannot be reached")]
    Unavailable {
        retry_after: Duration,
        source: ApiError,
    },
    /// A mistake in this service or in its setup: a wrong secret, a missing role, a changed API.
    #[error("the orders service and this service do not agree")]
    Broken(#[source] ApiError),
}

impl From<ApiError> for StorefrontError {
    fn from(error: ApiError) -> Self {
        if error.is_transient() {
            return Self::Unavailable {
                retry_after: error.retry_after().unwrap_or(Duration::from_secs(1)),
                source: error,
            };
        }
        let detail = error.problem().and_then(|problem| {
            (error.status() == Some(StatusCode::UNPROCESSABLE_ENTITY))
                .then(|| problem.detail().map(str::to_owned))
                .flatten()
        });
        match detail {
            Some(detail) => Self::Refused { detail },
            None => Self::Broken(error),
        }
    }
}

impl IntoResponse for StorefrontError {
    fn into_response(self) -> Response {
        let status = match &self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Refused { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Unavailable { .. } => StatusCode::SERVICE_UNAVAILABLE,
            Self::Broken(_) => StatusCode::BAD_GATEWAY,
        };
        if status.is_server_error() {
            // The causes are for our log only. None of them has a token, a secret, a query or a body in it.
            tracing::error!(causes = causes(&self), "{self}");
        }
        let document = json!({
            "title": status.canonical_reason(),
            "status": status.as_u16(),
            "detail": self.to_string(),
        });
        let mut response = (status, Json(document)).into_response();
        let headers = response.headers_mut();
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if let Self::Unavailable { retry_after, .. } = &self {
            headers.insert(RETRY_AFTER, retry_after.as_secs().max(1).into());
        }
        response
    }
}

fn causes(error: &dyn Error) -> String {
    let causes = std::iter::successors(error.source(), |&cause| cause.source());
    let causes: Vec<_> = causes.map(ToString::to_string).collect();
    causes.join(": ")
}
