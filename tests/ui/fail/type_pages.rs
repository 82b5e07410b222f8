//! Types that no pages can be made of.

use wristband_m2m_reqwest::{ApiError, LinkedPage, Pages, WristbandPage, reqwest, wristband_m2m};

pub struct OrdersError;
type Paged = Result<LinkedPage<u8>, ApiError>;

#[wristband_m2m]
pub trait Orders {
    #[get("/orders")]
    fn not_pages(
        &self,
        #[query]
        #[page]
        page: Option<String>,
    ) -> Paged;

    #[get("/orders")]
    fn not_a_page(
        &self,
        #[query]
        #[page]
        page: Option<String>,
    ) -> Pages<Vec<u8>, ApiError>;

    #[get("/orders")]
    fn cursor(
        &self,
        #[query]
        #[page]
        page: Option<String>,
    ) -> Pages<WristbandPage<u8>, ApiError>;

    #[get("/orders")]
    fn error(
        &self,
        #[query]
        #[page]
        page: Option<String>,
    ) -> Pages<LinkedPage<u8>, OrdersError>;

    #[post("/orders")]
    fn body(
        &self,
        #[body("text/plain")] body: reqwest::Body,
        #[query]
        #[page]
        page: Option<String>,
    ) -> Pages<LinkedPage<u8>, ApiError>;
}

fn main() {}
