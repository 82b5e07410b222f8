//! Formats that are not JSON: XML and CSV, with a format crate of your choice.
//!
//! ```sh
//! cargo run -p wristband-m2m-examples --bin formats
//! ```
//!
//! `FromResponse` reads a response, `TryInto<reqwest::Body>` writes a body. A type for each format, written once, does for all endpoints.
//! Wristband and the API are stand-ins in this process, on loopback.

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use wristband_m2m_reqwest::wristband_m2m::testing::MockWristband;
use wristband_m2m_reqwest::{
    ApiError, ApiResponse, BoxError, Bytes, FromResponse, reqwest, wristband_m2m,
};

/// A document of XML, as response and as body.
struct Xml<T>(T);

impl<T: DeserializeOwned> FromResponse for Xml<T> {
    const ACCEPT: Option<&'static str> = Some("application/xml");

    fn from_response(response: ApiResponse<Bytes>) -> Result<Self, BoxError> {
        Ok(Self(quick_xml::de::from_reader(&response.body()[..])?))
    }
}

impl<T: Serialize> TryFrom<Xml<T>> for reqwest::Body {
    type Error = quick_xml::SeError;

    fn try_from(document: Xml<T>) -> Result<Self, Self::Error> {
        Ok(quick_xml::se::to_string(&document.0)?.into())
    }
}

/// The records of a CSV file.
struct Csv<T>(Vec<T>);

impl<T: DeserializeOwned> FromResponse for Csv<T> {
    const ACCEPT: Option<&'static str> = Some("text/csv");

    fn from_response(response: ApiResponse<Bytes>) -> Result<Self, BoxError> {
        let mut reader = csv::Reader::from_reader(&response.body()[..]);
        Ok(Self(reader.deserialize().collect::<Result<_, _>>()?))
    }
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename = "invoice")]
struct Invoice {
    #[serde(rename = "@id")]
    id: u64,
    customer: String,
    cents: u64,
}

#[derive(Debug, Deserialize)]
struct Payment {
    invoice: u64,
    cents: u64,
}

/// Invoices, of an API that was there before JSON.
#[wristband_m2m(path = "/v1")]
trait Invoices {
    /// One invoice, or `None` if there is none.
    #[get("/invoices/{id}")]
    async fn find(&self, id: u64) -> Result<Option<Xml<Invoice>>, ApiError>;

    /// Sends an invoice; the API returns it as it has stored it.
    #[post("/invoices/7")]
    async fn send(
        &self,
        #[body("application/xml")] invoice: Xml<&Invoice>,
    ) -> Result<Xml<Invoice>, ApiError>;

    /// All payments.
    #[get("/payments")]
    async fn payments(&self) -> Result<Csv<Payment>, ApiError>;
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let wristband = MockWristband::start().await;
    let base_url = start_api(&wristband).await?;
    let invoices = InvoicesClient::with_base_url(base_url, wristband.client())?;

    let invoice = Invoice {
        id: 7,
        customer: "Acme & Sons".to_owned(),
        cents: 4200,
    };
    let Xml(stored) = invoices.send(Xml(&invoice)).await?;
    println!("stored    {stored:?}");
    println!("not found {}", invoices.find(8).await?.is_none());

    let Csv(payments) = invoices.payments().await?;
    let paid: u64 = payments
        .iter()
        .filter(|payment| payment.invoice == stored.id)
        .map(|payment| payment.cents)
        .sum();
    println!("paid      {paid} of {} cents", stored.cents);
    Ok(())
}

/// An API that speaks XML and CSV to whoever has a valid token.
async fn start_api(wristband: &MockWristband) -> std::io::Result<String> {
    let api = Router::new()
        .route(
            "/v1/invoices/7",
            get(|| async { StatusCode::GONE }).post(echo),
        )
        .route("/v1/payments", get(payments))
        .with_state(wristband.clone());
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    tokio::spawn(axum::serve(listener, api).into_future());
    Ok(url)
}

async fn echo(
    State(wristband): State<MockWristband>,
    headers: HeaderMap,
    body: String,
) -> Response {
    let is_xml = headers
        .get("content-type")
        .is_some_and(|it| it == "application/xml");
    match (wristband.accepts(&headers), is_xml) {
        (false, _) => StatusCode::UNAUTHORIZED.into_response(),
        (true, false) => StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response(),
        (true, true) => ([("content-type", "application/xml")], body).into_response(),
    }
}

async fn payments(State(wristband): State<MockWristband>, headers: HeaderMap) -> Response {
    if !wristband.accepts(&headers) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    (
        [("content-type", "text/csv")],
        "invoice,cents\n7,4000\n9,100\n7,200\n",
    )
        .into_response()
}
