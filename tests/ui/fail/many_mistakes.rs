//! All of them in one run.

use wristband_m2m_reqwest::wristband_m2m::WristbandM2mClient;
use wristband_m2m_reqwest::{ApiError, wristband_m2m};

pub struct Opaque;

#[wristband_m2m(base_url = "orders.example.com", timeout = "soon", clinet = Billing, dyn = DynOrders)]
pub trait Orders {
    #[get("/orders")]
    async fn list(&self) -> Result<Vec<String>, ApiError>;

    #[gett("/orders/{id}")]
    async fn find(&self, id: u32) -> Result<Opaque, ApiError>;

    #[post("orders", timeout = "2 s")]
    async fn create(&self, order: &str, #[jsn] note: &str) -> Result<(), ApiError>;

    #[delete("/orders/{ordr_id}")]
    async fn cancel(&self, order_id: Option<u32>) -> Result<(), ApiError>;

    fn forgotten(&self);
}

fn _connects(token: WristbandM2mClient) -> impl Orders {
    Billing::new(token).expect("a sound base URL")
}

async fn _calls(orders: &Billing) {
    let _ = orders.list().await;
    let _ = orders.find(7).await;
    let _ = orders.create("a", "b").await;
    let _ = orders.cancel(Some(7)).await;
    let _ = orders.forgotten().await;
}

struct Fake;

impl Orders for Fake {
    async fn list(&self) -> Result<Vec<String>, ApiError> {
        Ok(Vec::new())
    }

    async fn find(&self, _id: u32) -> Result<Opaque, ApiError> {
        Ok(Opaque)
    }
}

fn _is_an_object(orders: Billing) -> std::sync::Arc<dyn DynOrders> {
    std::sync::Arc::new(orders)
}

fn _spawns(orders: std::sync::Arc<dyn DynOrders>) -> impl Send {
    async move { orders.list().await }
}

fn main() {}
