//! The `#[wristband_m2m]` attribute. Use it through `wristband-m2m-reqwest`, which has what the generated code calls.

#![cfg_attr(docsrs, feature(doc_cfg))]
// Tests may unwrap; library code says with `expect` why it cannot fail.
#![cfg_attr(not(test), warn(clippy::unwrap_used))]

mod diagnostics;
mod expand;
mod literal;
mod model;
mod parse;
mod suggest;
#[cfg(test)]
mod tests;
mod validate;

use proc_macro::TokenStream;

/// Makes a typed, authenticated client of a trait that describes an API.
///
/// ```
/// use serde::{Deserialize, Serialize};
/// use wristband_m2m_reqwest::{ApiError, wristband_m2m};
///
/// # #[derive(Deserialize)] pub struct Order;
/// # #[derive(Serialize)] pub struct NewOrder;
/// /// Orders, as the billing service sees them.
/// #[wristband_m2m(base_url = "https://orders.example.com", path = "/v1", timeout = "10s")]
/// pub trait Orders {
///     /// One order, or `None` when there is no such order.
///     #[get("/orders/{id}")]
///     async fn find(&self, id: u64) -> Result<Option<Order>, ApiError>;
///
///     /// The orders in a state, or all of them.
///     #[get("/orders")]
///     async fn list(
///         &self,
///         #[query] status: Option<&str>,
///         #[query("pageSize")] page_size: u32,
///     ) -> Result<Vec<Order>, ApiError>;
///
///     /// Places an order.
///     #[post("/orders", timeout = "2s")]
///     #[header("X-Source", "billing")]
///     async fn create(
///         &self,
///         #[header("Idempotency-Key")] key: &str,
///         #[json] order: &NewOrder,
///     ) -> Result<Order, ApiError>;
/// }
///
/// # async fn _example(token: wristband_m2m_reqwest::wristband_m2m::WristbandM2mClient)
/// # -> Result<(), Box<dyn std::error::Error>> {
/// let orders = OrdersClient::new(token)?;
/// let order = orders.find(7).await?;
/// # Ok(()) }
/// ```
///
/// The trait stays, so that a test can implement it by hand: `impl Orders for Fake { async fn find(..) .. }`. Beside it
/// comes `OrdersClient` with the same methods, and the constructors `new(token)` (with `base_url`),
/// `with_base_url(base_url, token)`, `builder(token)` and `from_http_client(base_url, http)`.
///
/// A mistake is reported at the place it was made in, together with all others, and the trait and the client still exist.
///
/// # Options of the trait
///
/// `#[wristband_m2m(..)]` comes first, above all attributes below. All its options may be left out.
///
/// | option | meaning |
/// |---|---|
/// | `base_url = "https://.."` | where the API is; adds the constructor `new` |
/// | `path = "/v1"` | comes before the path of each endpoint |
/// | `timeout = "10s"` | for a whole call, including the wait for a token and a second try; 30 s if not set |
/// | `client = Name` | the name of the client; the trait's with `Client` if not set |
/// | `dyn = DynName` | adds a dyn-compatible version of the trait: `Arc<dyn DynName>` implements the trait |
/// | `crate = path` | where `wristband-m2m-reqwest` is found under another name |
///
/// `#[header("Name", "value")]` on the trait is sent by each endpoint that does not set the header itself.
///
/// # Endpoints
///
/// An endpoint is an `async fn` on `&self` without type parameters and without a body, which returns a `Result` (or an
/// alias of one) whose error is `From<ApiError>`. A method without a verb has a body, and is left alone.
///
/// | on a method | meaning |
/// |---|---|
/// | `#[get("/path")]`, `post`, `put`, `patch`, `delete`, `head`, `options` | the request |
/// | `#[request("METHOD", "/path")]` | a request with any other method |
/// | `#[header("Name", "value")]` | a header with a fixed value |
///
/// After the path may stand:
///
/// | option | meaning |
/// |---|---|
/// | `timeout = "2s"` | in place of the trait's |
/// | `auth = false` | no token is sent |
/// | `retry_on_unauthorized = false` | a 401 is returned as it is |
/// | `min_token_life = "2m"` | the token has at least that much life left |
/// | `accept = "text/csv"` | the content type asked for |
///
/// Durations are a whole number and one of `ms`, `s`, `m`, `h`.
///
/// # Paths
///
/// `{id}` takes the argument `id`, or the one marked `#[path("id")]`; it may be a part of a segment, as in
/// `/orders/{id}:cancel`. Whatever the value holds, it stays within its segment. `{*rest}` takes a sequence, each item one
/// segment, and comes last. Without a path, as in `#[get]`, an argument marked `#[url]` is the whole URL. Where that leads
/// to another origin than the base URL's, neither the token goes there nor any header of the builder, the trait or the
/// method, for they may hold keys: only `Accept`, `Content-Type` and the headers that are arguments of the call.
///
/// # Arguments
///
/// | on an argument | its value is |
/// |---|---|
/// | nothing, or `#[path]`, `#[path("name")]` | put into the path at `{name}`; any `Display` |
/// | `#[query]`, `#[query("name")]`, `#[query(csv)]`, `#[query("name", csv)]` | a query parameter: any `Serialize`; `None` is left out, a sequence repeats the key, or with `csv` is one value with commas |
/// | `#[query_map]` | a struct or map of query parameters |
/// | `#[query_flag]`, `#[query_flag("name")]` | a key without a value, sent when `true` |
/// | `#[header("Name")]` | a header: any `Display`; `None` is left out |
/// | `#[header_map]` | a map of headers |
/// | `#[json]` | the body, as JSON |
/// | `#[form]` | the body, urlencoded |
/// | `#[multipart]` | the body: a `reqwest::multipart::Form` (feature `multipart`) |
/// | `#[body("content/type")]` | the body: anything `Into<reqwest::Body>` |
/// | `#[url]` | the whole URL, for an endpoint without a path |
/// | `#[timeout]` | a `Duration` for this call |
///
/// `Authorization`, `Host`, `Content-Length`, `Transfer-Encoding` and `Connection` cannot be set as headers.
///
/// # Other attributes
///
/// Docs, `#[cfg]`, `#[deprecated]`, `#[allow]` and the attributes of other macros are kept; mockall's `#[automock]` goes
/// below this one. On an argument only those of rustc may stand beside ours. Docs of an argument are added to the
/// method's. `#[cfg_attr]` cannot hold an attribute of ours: write two methods or two arguments with a `#[cfg]` each.
#[proc_macro_attribute]
pub fn wristband_m2m(args: TokenStream, item: TokenStream) -> TokenStream {
    client(args.into(), item.into()).into()
}

fn client(
    args: proc_macro2::TokenStream,
    item: proc_macro2::TokenStream,
) -> proc_macro2::TokenStream {
    let mut diagnostics = diagnostics::Diagnostics::default();
    let expansion = match parse::item::parse(item, &mut diagnostics) {
        Ok(item) => {
            let reading =
                parse::service::read(args, item, parse::role::Features::ENABLED, &mut diagnostics);
            match diagnostics.count() {
                0 => expand::expand(&reading.service),
                _ => expand::expand_what_can_be(reading),
            }
        }
        Err(kept) => kept,
    };
    let errors = diagnostics.to_compile_errors();
    quote::quote!(#errors #expansion)
}
