//! What stands in the braces of a path, and the argument that fills it.

use wristband_m2m_reqwest::{ApiError, wristband_m2m};

#[wristband_m2m]
pub trait Orders {
    #[get("/orders/:id")]
    async fn colon(&self, id: u32) -> Result<(), ApiError>;

    #[get("/orders/<id>")]
    async fn angles(&self, id: u32) -> Result<(), ApiError>;

    #[get("/orders/{id:u32}/{}/{self}")]
    async fn not_names(&self, id: u32) -> Result<(), ApiError>;

    #[get("/orders/{id")]
    async fn unclosed(&self, id: u32) -> Result<(), ApiError>;

    #[get("/orders/{")]
    async fn alone(&self) -> Result<(), ApiError>;

    #[get("/orders/id}")]
    async fn unopened(&self) -> Result<(), ApiError>;

    #[get("/orders/{id}/items/{id}")]
    async fn twice(&self, id: u32) -> Result<(), ApiError>;

    #[get("/orders/{*rest}/items")]
    async fn rest_not_last(&self, rest: &[&str]) -> Result<(), ApiError>;

    #[get("/orders/{rest..}")]
    async fn other_rest(&self, rest: &[&str]) -> Result<(), ApiError>;

    #[get("/orders/{id}")]
    async fn without_argument(&self) -> Result<(), ApiError>;

    #[get("/orders/{order}/{item}")]
    async fn nearly_named(&self, order: u32, itm: u32) -> Result<(), ApiError>;

    #[get("/orders/{order}")]
    async fn nearly_marked(&self, #[path("ordr")] id: u32) -> Result<(), ApiError>;

    #[get("/orders/{id}")]
    async fn marked_with_another(&self, #[path("number")] id: u32) -> Result<(), ApiError>;

    #[get("/orders")]
    async fn without_placeholder(&self, #[path] id: u32) -> Result<(), ApiError>;

    #[get("/orders/{id}")]
    async fn filled_twice(&self, id: u32, #[path("id")] other: u32) -> Result<(), ApiError>;

    #[get("/orders/{id}")]
    async fn role_and_placeholder(&self, #[query] id: u32) -> Result<(), ApiError>;

    #[get("/orders/{id}")]
    async fn optional(&self, id: Option<u32>) -> Result<(), ApiError>;

    #[get]
    async fn no_path(&self, #[url] url: &str, #[path] id: u32) -> Result<(), ApiError>;
}

async fn _calls(orders: &OrdersClient) -> Result<(), ApiError> {
    orders.colon(7).await?;
    orders.nearly_named(7, 8).await?;
    orders.optional(None).await
}

fn main() {}
