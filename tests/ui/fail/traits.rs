//! What kind of trait a client can have.

use wristband_m2m_reqwest::wristband_m2m::WristbandM2mClient;
use wristband_m2m_reqwest::{ApiError, wristband_m2m};

#[wristband_m2m]
pub trait Generic<Id: std::fmt::Display>
where
    Id: Send,
{
    #[get("/orders/{id}")]
    async fn find(&self, id: Id) -> Result<String, ApiError>;
}

#[wristband_m2m]
pub unsafe trait Unsafe {
    #[get("/orders")]
    async fn list(&self) -> Result<Vec<String>, ApiError>;
}

#[wristband_m2m]
pub trait Items {
    const VERSION: u32;
    type Id: std::fmt::Display;

    #[get("/orders")]
    async fn list(&self) -> Result<Vec<String>, ApiError>;
}

#[wristband_m2m]
pub trait Macro {
    include!("more_endpoints.rs");

    #[get("/orders")]
    async fn list(&self) -> Result<Vec<String>, ApiError>;
}

#[wristband_m2m]
pub trait Empty {}

#[wristband_m2m]
pub struct NoTrait {
    pub id: u32,
}

pub struct Fake;

#[wristband_m2m]
impl Empty for Fake {}

#[wristband_m2m]
#[get("/orders")]
#[wristband_m2m(timeout = "2s")]
#[heder("X-Source", "billing")]
pub trait Attributes {
    #[get("/orders")]
    async fn list(&self) -> Result<Vec<String>, ApiError>;
}

fn _connects(token: WristbandM2mClient) -> impl Unsafe {
    UnsafeClient::with_base_url("https://orders.example.com", token).expect("a sound base URL")
}

async fn _calls(client: &MacroClient, no_trait: NoTrait) -> Result<Vec<String>, ApiError> {
    let _ = no_trait.id;
    client.list().await
}

fn main() {}
