//! Somebody is typing a method: the compiler's own error is the only one, and all the rest can be used.

use wristband_m2m_reqwest::{ApiError, wristband_m2m};

mod name {
    use super::*;

    #[wristband_m2m(base_url = "https://orders.example.com", dyn = DynOrders)]
    pub trait Orders {
        #[get("/orders/{id}")]
        async fn find(&self, id: u64) -> Result<String, ApiError>;

        #[get("/orders/count")]
        async fn

        #[get("/orders")]
        async fn list(&self) -> Result<Vec<String>, ApiError>;
    }

    pub async fn uses(orders: &OrdersClient, any: &dyn DynOrders) -> Result<(), ApiError> {
        let mut all = orders.list().await?;
        all.push(any.find(1).await?);
        Ok(())
    }
}

mod argument {
    use super::*;

    #[wristband_m2m]
    pub trait Orders {
        #[get("/orders/count")]
        async fn count(&self, #[query] sta) -> Result<u64, ApiError>;

        #[get("/orders")]
        async fn list(&self) -> Result<Vec<String>, ApiError>;
    }

    pub async fn uses(orders: &OrdersClient) -> Result<usize, ApiError> {
        Ok(orders.list().await?.len())
    }
}

mod semicolon {
    use super::*;

    #[wristband_m2m]
    pub trait Orders {
        #[get("/orders/count/{status}")]
        async fn count(&self) -> Result<u64, ApiError>

        #[get("/orders")]
        async fn list(&self) -> Result<Vec<String>, ApiError>;
    }

    pub async fn uses(orders: &OrdersClient) -> Result<bool, ApiError> {
        Ok(orders.count().await? == orders.list().await?.len() as u64)
    }
}

mod attribute {
    use super::*;

    #[wristband_m2m]
    pub trait Orders {
        #[get("/orders")]
        async fn list(&self) -> Result<Vec<String>, ApiError>;

        #[]
    }

    pub async fn uses(orders: &OrdersClient) -> Result<usize, ApiError> {
        Ok(orders.list().await?.len())
    }
}

fn main() {
    let _ = (name::uses, argument::uses, semicolon::uses, attribute::uses);
}
