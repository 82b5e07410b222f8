//! The middleware, with APIs that accept, reject, hang and redirect.

mod allocations;
mod cancellation;
mod circuit_breaker;
mod coincidences;
mod crowd;
mod extensions;
mod origins;
mod recovery;
mod redirects;
mod stack;
mod tls;
mod traces;

use wristband_m2m_reqwest::reqwest_middleware::{ClientBuilder, ClientWithMiddleware};
use wristband_m2m_reqwest::wristband_m2m::WristbandM2mClient;
use wristband_m2m_reqwest::wristband_m2m::testing::MockWristband;
use wristband_m2m_reqwest::{AuthOutcome, NotRetried, WristbandAuth, reqwest};
use wristband_m2m_tests::{ApiServer, Recorded, Reply};

/// An API that accepts the tokens of this endpoint, and rejects others with 401.
async fn protected_api(wristband: &MockWristband) -> ApiServer {
    let wristband = wristband.clone();
    ApiServer::start(move |request| guard(&wristband, request)).await
}

fn guard(wristband: &MockWristband, request: &Recorded) -> Reply {
    if wristband.accepts(&request.headers) {
        Reply::text(200, "welcome")
    } else {
        Reply::text(401, "who are you?")
    }
}

/// An API that rejects every token.
async fn hostile_api() -> ApiServer {
    ApiServer::start(|_| Reply::text(401, "go away")).await
}

fn authenticated(client: &WristbandM2mClient) -> ClientWithMiddleware {
    with_auth(WristbandAuth::new(client.clone()))
}

fn with_auth(auth: WristbandAuth) -> ClientWithMiddleware {
    // OpenSSL, the other backend of this build, takes longer to load its roots than most tests run.
    let http = reqwest::Client::builder().tls_backend_rustls().build();
    let http = http.expect("an HTTP client");
    ClientBuilder::new(http).with(auth).build()
}

#[track_caller]
fn outcome(response: &reqwest::Response) -> AuthOutcome {
    *response
        .extensions()
        .get()
        .expect("an outcome on every response")
}

#[track_caller]
fn not_retried(response: &reqwest::Response) -> NotRetried {
    assert_eq!(response.status(), 401);
    assert!(!outcome(response).retried());
    outcome(response).not_retried().expect("a reason")
}
