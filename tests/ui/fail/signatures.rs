//! What the signature of an endpoint may look like.

use wristband_m2m_reqwest::{ApiError, async_trait, wristband_m2m};

#[wristband_m2m]
pub trait Orders {
    #[delete("/orders")]
    fn not_async(&self) -> Result<(), ApiError>;

    #[delete("/orders")]
    fn future(&self) -> impl Future<Output = Result<(), ApiError>> + Send;

    #[delete("/orders")]
    async fn returns_impl(&self) -> Result<impl Send, ApiError>;

    #[delete("/orders")]
    async fn nothing(&self);

    #[get("/orders/count")]
    async fn not_a_result(&self) -> (u32, u32);

    #[get("/orders/first")]
    async fn borrowed<'a>(&'a self) -> Result<&'a str, ApiError>;

    #[get("/orders/all")]
    async fn borrowed_inside(&self) -> Result<Vec<&str>, ApiError>;

    #[delete("/orders/{id}")]
    async fn without_self(id: u32) -> Result<(), ApiError>;

    #[delete("/orders")]
    async fn mut_self(&mut self) -> Result<(), ApiError>;

    #[delete("/orders")]
    async fn self_by_value(self) -> Result<(), ApiError>;

    #[post("/orders")]
    async fn type_parameter<T>(&self, #[json] order: &T) -> Result<(), ApiError>;

    #[post("/orders")]
    async fn const_parameter<const N: usize>(
        &self,
        #[json] orders: [u32; N],
    ) -> Result<(), ApiError>;

    #[delete("/orders/{id}")]
    async fn impl_argument(&self, id: impl std::fmt::Display) -> Result<(), ApiError>;

    #[delete("/orders")]
    async unsafe fn not_safe(&self) -> Result<(), ApiError>;

    #[delete("/orders")]
    pub async fn visibility(&self) -> Result<(), ApiError>;

    #[post("/orders")]
    async fn mutable(&self, #[query] mut status: u32) -> Result<(), ApiError>;

    #[post("/orders/{id}/{item}")]
    async fn pattern(&self, (id, item): (u32, u32)) -> Result<(), ApiError>;
}

#[wristband_m2m]
#[async_trait]
pub trait Boxed {
    #[delete("/orders/{id}")]
    async fn cancel(&self, id: u32) -> Result<(), ApiError>;
}

async fn _calls(orders: &OrdersClient, boxed: &BoxedClient) -> Result<(), ApiError> {
    orders.not_async().await?;
    orders.future().await?;
    orders.without_self(7).await?;
    orders.mut_self().await?;
    orders.self_by_value().await?;
    orders.visibility().await?;
    boxed.cancel(7).await
}

struct Fake;

impl Boxed for Fake {
    async fn cancel(&self, _id: u32) -> Result<(), ApiError> {
        Ok(())
    }
}

fn main() {}
