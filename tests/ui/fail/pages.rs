//! Methods that return one page after the other.

use wristband_m2m_reqwest::{ApiError, LinkedPage, Pages, reqwest, wristband_m2m};

#[wristband_m2m]
pub trait Orders {
    #[get("/orders")]
    async fn with_async(
        &self,
        #[query]
        #[page]
        page: Option<String>,
    ) -> Pages<LinkedPage<u8>, ApiError>;

    #[get("/orders")]
    fn without_page(&self, #[query] page: Option<String>) -> Pages<LinkedPage<u8>, ApiError>;

    #[get("/orders")]
    async fn without_either(&self) -> Pages<LinkedPage<u8>, ApiError>;

    #[get("/orders")]
    fn result(
        &self,
        #[query]
        #[page]
        page: Option<String>,
    ) -> Result<LinkedPage<u8>, ApiError>;

    #[get("/orders")]
    fn nothing(
        &self,
        #[query]
        #[page]
        page: Option<String>,
    );

    #[get("/orders")]
    fn two(
        &self,
        #[query]
        #[page]
        page: Option<String>,
        #[query]
        #[page]
        other: Option<String>,
    ) -> Pages<LinkedPage<u8>, ApiError>;

    #[get("/orders/{page}")]
    fn placeholder(&self, #[page] page: String) -> Pages<LinkedPage<u8>, ApiError>;

    #[get("/orders")]
    fn borrowed(
        &self,
        #[query] status: &str,
        #[query]
        #[page]
        page: Option<String>,
    ) -> Pages<LinkedPage<u8>, ApiError>;

    #[post("/orders")]
    fn form(
        &self,
        #[multipart] form: reqwest::multipart::Form,
        #[query]
        #[page]
        page: Option<String>,
    ) -> Pages<LinkedPage<u8>, ApiError>;

    #[get("/orders")]
    fn options(
        &self,
        #[query]
        #[page("next")]
        page: Option<String>,
    ) -> Pages<LinkedPage<u8>, ApiError>;
}

async fn _reads(orders: &OrdersClient) -> Option<Result<u8, ApiError>> {
    let _ = orders.with_async(None).next().await;
    orders.borrowed("open", None).next().await
}

fn main() {}
