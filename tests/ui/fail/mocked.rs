//! A mock is still made of a trait with a mistake.

use wristband_m2m_reqwest::{ApiError, wristband_m2m};

#[wristband_m2m]
#[mockall::automock]
pub trait Orders {
    #[get("/orders")]
    async fn list(&self) -> Result<Vec<String>, ApiError>;

    #[delete("orders/{id}")]
    async fn cancel(&self, id: u32) -> Result<(), ApiError>;
}

fn _mocks() -> impl Orders {
    let mut orders = MockOrders::new();
    orders
        .expect_list()
        .returning(|| Box::pin(async { Ok(Vec::new()) }));
    orders
        .expect_cancel()
        .returning(|_| Box::pin(async { Ok(()) }));
    orders
}

fn main() {}
