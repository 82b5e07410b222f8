//! The door: a layer that lets nobody in without a good token.

use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::key_set::KeyError;
use super::{TokenRejection, TokenVerifier};
use crate::problem::problem;

/// The service that calls; handlers take it as an `Extension`.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) client_id: String,
}

/// Stands before a whole group of routes, so that a new one cannot forget it.
pub(crate) async fn require_token(
    State(verifier): State<TokenVerifier>,
    mut request: Request,
    next: Next,
) -> Result<Response, TokenRejection> {
    let token = bearer(request.headers()).ok_or(TokenRejection::Missing)?;
    let claims = verifier.verify(token).await?;
    request.extensions_mut().insert(Caller {
        client_id: claims.client_id,
    });
    Ok(next.run(request).await)
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token)
}

impl IntoResponse for TokenRejection {
    fn into_response(self) -> Response {
        // The reason is for our log: whoever tries tokens learns nothing from the response.
        tracing::debug!(reason = ?self, "refused");
        let challenge = match self {
            // A 401 would make callers throw away tokens that are good.
            Self::Key(KeyError::Unavailable) => {
                return problem(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "tokens cannot be verified now",
                );
            }
            // RFC 6750, section 3.1: no error code for a request without a token.
            Self::Missing => "Bearer",
            _ => r#"Bearer error="invalid_token""#,
        };
        let mut response = problem(StatusCode::UNAUTHORIZED, "a valid token is needed");
        response
            .headers_mut()
            .insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        response
    }
}
