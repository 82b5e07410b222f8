//! A client without methods is no use.

use wristband_m2m_reqwest::wristband_m2m;
use wristband_m2m_reqwest::wristband_m2m::WristbandM2mClient;

#[wristband_m2m]
pub trait Orders {}

fn _connects(token: WristbandM2mClient) -> impl Orders {
    OrdersClient::with_base_url("https://orders.example.com", token).expect("a sound base URL")
}

async fn _calls(_orders: &OrdersClient) {}

fn main() {}
