//! JSON responses.

use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Bytes;
use serde_json::json;

pub(super) fn refusal(status: StatusCode, error: &str) -> Response<Full<Bytes>> {
    response(status, json!({ "error": error }).to_string())
}

pub(super) fn method_not_allowed(allowed: &'static str) -> Response<Full<Bytes>> {
    let mut response = refusal(StatusCode::METHOD_NOT_ALLOWED, "invalid_request");
    response
        .headers_mut()
        .insert(ALLOW, HeaderValue::from_static(allowed));
    response
}

pub(super) fn response(status: StatusCode, document: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(document));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
