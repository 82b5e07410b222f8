//! The base URL of a trait.

use wristband_m2m_reqwest::wristband_m2m::WristbandM2mClient;
use wristband_m2m_reqwest::{ApiError, wristband_m2m};

const BASE_URL: &str = "https://orders.example.com";

macro_rules! at {
    ($name:ident, $base_url:expr) => {
        #[wristband_m2m(base_url = $base_url)]
        pub trait $name {
            #[get("/orders")]
            async fn list(&self) -> Result<Vec<String>, ApiError>;
        }
    };
}

at!(Constant, BASE_URL);
at!(Empty, "");
at!(WithoutScheme, "orders.example.com");
at!(OtherScheme, "ftp://orders.example.com");
at!(Query, "https://orders.example.com/?v=1");
at!(Fragment, "https://orders.example.com/#v1");
at!(User, "https://admin:hunter2@orders.example.com/v1");
at!(Placeholder, "https://{region}.example.com");
at!(Plain, "http://orders.internal:8080");

fn _connects(token: WristbandM2mClient) -> impl Constant {
    ConstantClient::new(token).expect("a sound base URL")
}

fn main() {}
