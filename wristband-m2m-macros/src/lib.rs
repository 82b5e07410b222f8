//! The `#[wristband_m2m]` attribute. Use it through `wristband-m2m-reqwest`, which has what the generated code calls.

#![cfg_attr(docsrs, feature(doc_cfg))]
// Tests may unwrap; library code says with `expect` why it cannot fail.
#![cfg_attr(not(test), warn(clippy::unwrap_used))]

mod diagnostics;
mod expand;
mod literal;
mod lower;
mod model;
mod parse;
mod suggest;
mod table;
#[cfg(test)]
mod tests;
mod validate;

use proc_macro::TokenStream;

/// Generates a typed, authenticated client from a trait that describes an API.
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
/// The trait stays, so that a test can implement it by hand: `impl Orders for Fake { async fn find(..) .. }`. The attribute
/// adds `OrdersClient` with the same methods, and the constructors `new(token)` (with `base_url`),
/// `with_base_url(base_url, token)`, `builder(token)`, `on(&connection)` and `from_http_client(base_url, http)`.
///
/// All errors are reported in one run, each at its source; the trait and the client are still generated.
///
/// # Options of the trait
///
/// `#[wristband_m2m(..)]` goes above the attributes listed below. All its options are optional.
///
/// | option | meaning |
/// |---|---|
#[doc = parse::options::trait_option_docs!()]
///
/// The options of a call set the defaults of all endpoints; an endpoint overrides them after its path, as in
/// `#[get("/orders", timeout = "2s")]`.
///
/// | option | meaning |
/// |---|---|
#[doc = parse::options::call_option_docs!()]
///
/// A duration is a whole number followed by `ms`, `s`, `m` or `h`.
///
/// # Endpoints
///
/// An endpoint is an `async fn` on `&self` without type parameters and without a body, which returns a
/// [response](#responses), or a `fn` that returns [pages](#pages). A method without a verb must have a body, and stays as it is; if it
/// is `async`, its future is `Send`, as the endpoints' are, and the client has it as an inherent method too.
///
/// | on a method | meaning |
/// |---|---|
#[doc = parse::attribute::verb_docs!()]
///
/// | on a trait or a method | meaning |
/// |---|---|
#[doc = parse::attribute::fixed_docs!()]
///
/// A method or an argument overrides a header or query parameter that the trait sets.
///
/// # Paths
///
/// `{id}` takes the argument `id`, or the one marked `#[path("id")]`; it may be a part of a segment, as in
/// `/orders/{id}:cancel`. The value never leaves its segment, whatever it contains. `{*rest}` takes a sequence, one segment per
/// item, and comes last. Without a path, as in `#[get]`, an argument marked `#[url]` is the whole URL. A URL of another origin
/// than the base URL's gets only `Accept`, `Content-Type` and the arguments of the call: not the token, nor any header of the
/// builder, the trait or the method, nor a fixed query parameter, since those may hold keys.
///
/// # Arguments
///
/// | on an argument | its value is |
/// |---|---|
#[doc = parse::role::role_docs!()]
///
/// `Authorization`, `Host`, `Content-Length`, `Transfer-Encoding` and `Connection` cannot be set as headers.
///
/// # Responses
///
/// An endpoint returns `Result<T, E>` or an alias of it, with `E: From<ApiError>`. The type of `T`, not its spelling, decides how
/// the response is decoded. A status other than 2xx is an error unless the table says otherwise.
///
/// | `T` | holds |
/// |---|---|
/// | `()` | nothing: the body is ignored |
/// | any `DeserializeOwned` | the body, as JSON |
/// | `String` | the body, as text |
/// | `Bytes`, `Vec<u8>` | the body, as it is |
/// | `Option<T>` | `None` on 404, 204, 205 or an empty body; `Option<()>`: on 404 only |
/// | `ApiResponse<T>` | status and headers beside any of these |
/// | any `FromResponse` | what it decodes: another format, or a type that depends on the status |
/// | `ByteStream`, `JsonLines<T>`, `Events` | the body as it arrives (feature `stream`) |
/// | `reqwest::Response` | the response untouched, whatever its status |
///
/// `Option` and `ApiResponse` can wrap any of these but `reqwest::Response`.
///
/// # Pages
///
/// An argument marked `#[page]` selects the next page: a page token, an offset or a link. Its method is not `async`, and returns
/// `Pages<P, E>`, a stream of the items of all pages, where `P: Page` is what one response holds:
///
/// `fn users(&self, #[query("start_index")] #[page] start: Option<u64>) -> Pages<WristbandPage<User>, ApiError>;`
///
/// All arguments are sent with each page, so they must be owned.
///
/// # Other attributes
///
/// Docs, `#[cfg]`, `#[deprecated]`, `#[allow]` and the attributes of other macros are kept; mockall's `#[automock]` goes
/// below this one. An argument may have lint attributes besides a role, and docs, which are added to the method's. An attribute
/// listed above cannot be inside `#[cfg_attr]`, and an argument cannot have a `#[cfg]`: write two methods with a `#[cfg]` each.
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
        Ok(parsed) => {
            let features = parse::role::Features::ENABLED;
            let written = parse::service::read(args, parsed, features, &mut diagnostics);
            let lowered = lower::lower(written, &mut diagnostics);
            match diagnostics.count() {
                0 if lowered.broken.is_empty() => expand::expand(&lowered.service),
                _ => expand::expand_what_can_be(lowered),
            }
        }
        Err(kept) => kept,
    };
    let errors = diagnostics.to_compile_errors();
    quote::quote!(#errors #expansion)
}
