//! An implementation is generated, not annotated.

use wristband_m2m_reqwest::{ApiError, wristband_m2m};

pub trait Orders {
    fn list(&self, status: &str) -> impl Future<Output = Result<Vec<String>, ApiError>>;
}

pub struct Fake;

#[wristband_m2m]
impl Orders for Fake {
    #[get("/orders")]
    async fn list(&self, #[query] status: &str) -> Result<Vec<String>, ApiError> {
        Ok(vec![status.to_owned()])
    }
}

async fn _calls(orders: &Fake) {
    let _ = orders.list("open").await;
}

fn main() {}
