//! The protected API, as this service sees it.

use serde::{Deserialize, Serialize};
use wristband_m2m_reqwest::{Page, Pages, wristband_m2m};

use crate::error::StorefrontError;

/// The orders service.
#[wristband_m2m(path = "/v1", timeout = "5s", dyn = DynOrders)]
pub trait Orders {
    /// One order, or `None` when there is no such order.
    #[get("/orders/{id}")]
    async fn find(&self, id: u64) -> Result<Option<Order>, StorefrontError>;

    /// All orders, read page by page as they are asked for.
    #[get("/orders")]
    fn list(
        &self,
        #[query] page_size: u32,
        #[query]
        #[page]
        page_token: Option<String>,
    ) -> Pages<OrderPage, StorefrontError>;

    /// Makes an order.
    #[post("/orders")]
    async fn create(&self, #[json] order: &NewOrder) -> Result<Order, StorefrontError>;
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Order {
    pub id: u64,
    pub item: String,
    pub quantity: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NewOrder {
    pub item: String,
    pub quantity: u32,
}

#[derive(Clone, Debug, Deserialize)]
pub struct OrderPage {
    pub orders: Vec<Order>,
    pub next_page_token: Option<String>,
}

impl Page for OrderPage {
    type Item = Order;
    type Cursor = String;

    fn next(&self) -> Option<String> {
        self.next_page_token.clone()
    }

    fn into_items(self) -> Vec<Order> {
        self.orders
    }
}
