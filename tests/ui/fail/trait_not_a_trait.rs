//! Only a trait describes an API.

use wristband_m2m_reqwest::wristband_m2m;

#[wristband_m2m(base_url = "https://orders.example.com")]
pub struct Orders {
    pub id: u32,
}

fn _uses(orders: &Orders) -> u32 {
    orders.id
}

fn main() {}
