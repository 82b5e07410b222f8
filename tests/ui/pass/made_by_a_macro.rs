//! What a macro puts in place of a type, a literal or a name is what was meant.

use wristband_m2m_reqwest::{ApiError, wristband_m2m};

macro_rules! resource {
    ($(#[$attr:meta])* $vis:vis $name:ident at $base:literal, $path:literal, $find:ident($id:ident: $key:ty) -> $returns:ty) => {
        #[wristband_m2m(base_url = $base, timeout = "2s")]
        $(#[$attr])*
        $vis trait $name {
            #[get($path)]
            async fn $find(&self, $id: $key) -> $returns;
        }
    };
}

resource! {
    /// Orders.
    #[header("X-Source", "billing")]
    pub Orders at "https://orders.example.com", "/orders/{id}", find(id: u32) -> Result<String, ApiError>
}

async fn uses(orders: &OrdersClient) -> Result<String, ApiError> {
    orders.find(7).await
}
