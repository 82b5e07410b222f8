//! Wristband's own API as a typed client: the users of a tenant, page by page.
//!
//! ```sh
//! cargo run -p wristband-m2m-examples --bin wristband_users
//! ```
//!
//! As it is, Wristband is a stand-in in this process. With `CLIENT_ID`, `CLIENT_SECRET` and `APPLICATION_VANITY_DOMAIN` in
//! the environment it asks Wristband itself, for the users of the tenant `TENANT_ID`. The client needs a role that may read
//! them.

use std::fmt;
use std::future::IntoFuture as _;

use anyhow::Context as _;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::get;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::AbortHandle;
use wristband_m2m_reqwest::wristband_m2m::WristbandM2mClient;
use wristband_m2m_reqwest::wristband_m2m::testing::MockWristband;
use wristband_m2m_reqwest::{ApiError, Pages, WristbandPage, wristband_m2m};

/// How many users to ask for at once.
const PAGE_SIZE: u32 = 50;

/// The part of Wristband's API that this program needs.
#[wristband_m2m(path = "/api/v1", timeout = "10s")]
trait Wristband {
    /// The users of a tenant. Nothing is requested before the first one is asked for.
    #[get("/tenants/{tenant}/users")]
    fn users(
        &self,
        tenant: TenantId,
        #[query] count: u32,
        #[query("start_index")]
        #[page]
        start: Option<u64>,
    ) -> Pages<WristbandPage<User>, ApiError>;
}

/// An id of a tenant; a type of its own, so that it cannot be mistaken for a user's.
#[derive(Clone, Debug)]
struct TenantId(String);

impl fmt::Display for TenantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What is printed here of a user.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct User {
    id: String,
    email: Option<String>,
    status: String,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    if std::env::var_os("CLIENT_ID").is_none() {
        return with_stand_in().await;
    }
    let client = WristbandM2mClient::from_env()?;
    let domain = client
        .application_vanity_domain()
        .context("the client has no domain")?;
    let tenant = std::env::var("TENANT_ID")
        .context("TENANT_ID is not set: write the id of a tenant, from the Wristband dashboard")?;
    let wristband = WristbandClient::with_base_url(format!("https://{domain}"), &client)?;
    print_users(&wristband, TenantId(tenant)).await
}

async fn print_users(wristband: &WristbandClient, tenant: TenantId) -> anyhow::Result<()> {
    let mut users = wristband.users(tenant, PAGE_SIZE, None);
    let mut count = 0;
    while let Some(user) = users.next().await {
        let user = user.map_err(explain)?;
        count += 1;
        if count <= 3 {
            let email = user.email.as_deref().unwrap_or("no address");
            println!("{} {email} {}", user.id, user.status);
        }
    }
    println!("{count} users in all");
    Ok(())
}

/// Wristband says what was wrong in a document of its own.
fn explain(error: ApiError) -> anyhow::Error {
    match error.wristband() {
        Some(problem) => {
            let (code, ticket) = (
                problem.code().to_owned(),
                problem.ticket().map(str::to_owned),
            );
            anyhow::Error::new(error).context(format!(
                "Wristband says {code}, ticket {}",
                ticket.as_deref().unwrap_or("none")
            ))
        }
        None => error.into(),
    }
}

async fn with_stand_in() -> anyhow::Result<()> {
    println!("Wristband is a stand-in on loopback; set CLIENT_ID, CLIENT_SECRET,");
    println!("APPLICATION_VANITY_DOMAIN and TENANT_ID to use the real one.\n");
    let wristband = MockWristband::start().await;
    let api = StandInApi::start(&wristband).await?;
    let users = WristbandClient::with_base_url(&api.url, wristband.client())?;

    print_users(&users, TenantId("tenant-1".to_owned())).await?;
    println!("{} token request\n", wristband.token_requests());

    let error = print_users(&users, TenantId("nobody".to_owned())).await;
    let error = error.expect_err("there is no such tenant");
    println!("another tenant: {error:#}");
    Ok(())
}

/// 120 users of `tenant-1`, for whoever has a token; it ends when this is dropped.
struct StandInApi {
    url: String,
    serving: AbortHandle,
}

impl StandInApi {
    async fn start(wristband: &MockWristband) -> std::io::Result<Self> {
        let routes = Router::new()
            .route("/api/v1/tenants/{tenant}/users", get(list_users))
            .with_state(wristband.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let serving = tokio::spawn(axum::serve(listener, routes).into_future()).abort_handle();
        Ok(Self { url, serving })
    }
}

impl Drop for StandInApi {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

#[derive(Deserialize)]
struct PageQuery {
    start_index: Option<u64>,
    count: u64,
}

async fn list_users(
    State(wristband): State<MockWristband>,
    Path(tenant): Path<String>,
    Query(query): Query<PageQuery>,
    headers: HeaderMap,
) -> (StatusCode, Json<Value>) {
    const TOTAL: u64 = 120;
    if !wristband.accepts(&headers) {
        return error(StatusCode::UNAUTHORIZED, "unauthenticated");
    }
    if tenant != "tenant-1" {
        return error(StatusCode::NOT_FOUND, "tenant_not_found");
    }
    let start = query.start_index.unwrap_or(1);
    let items: Vec<_> = (start..=TOTAL)
        .take(usize::try_from(query.count).unwrap_or(usize::MAX))
        .map(|number| User {
            id: format!("user-{number:03}"),
            email: Some(format!("user{number}@example.com")),
            status: "ACTIVE".to_owned(),
        })
        .collect();
    let page = json!({
        "totalResults": TOTAL,
        "startIndex": start,
        "itemsPerPage": items.len(),
        "items": items,
    });
    (StatusCode::OK, Json(page))
}

fn error(status: StatusCode, code: &str) -> (StatusCode, Json<Value>) {
    let document = json!({
        "type": "base_error",
        "code": code,
        "message": "This is what Wristband's errors look like.",
        "ticket": "stand-in-1",
    });
    (status, Json(document))
}
