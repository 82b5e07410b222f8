//! The orders, in memory: the part of a real service that this example is not about.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Order {
    pub(crate) id: u64,
    pub(crate) item: String,
    pub(crate) quantity: u32,
    pub(crate) ordered_by: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct NewOrder {
    pub(crate) item: String,
    pub(crate) quantity: u32,
}

/// Some orders, and where to go on.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct OrderPage {
    pub(crate) orders: Vec<Order>,
    pub(crate) next_page_token: Option<String>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct OrderBook(Arc<Mutex<Vec<Order>>>);

impl OrderBook {
    pub(crate) fn add(&self, new: NewOrder, ordered_by: String) -> Order {
        let mut orders = self.orders();
        let order = Order {
            id: orders.len() as u64 + 1,
            item: new.item,
            quantity: new.quantity,
            ordered_by,
        };
        orders.push(order.clone());
        order
    }

    pub(crate) fn find(&self, id: u64) -> Option<Order> {
        self.orders().iter().find(|order| order.id == id).cloned()
    }

    /// At most `size` orders, from the one after the order of number `after`.
    pub(crate) fn page(&self, after: u64, size: usize) -> OrderPage {
        let orders = self.orders();
        let mut rest = orders.iter().filter(|order| order.id > after);
        let page: Vec<_> = rest.by_ref().take(size).cloned().collect();
        let last = page.last().map(|order| order.id.to_string());
        OrderPage {
            next_page_token: last.filter(|_| rest.next().is_some()),
            orders: page,
        }
    }

    fn orders(&self) -> MutexGuard<'_, Vec<Order>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
