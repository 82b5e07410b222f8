//! What the macro makes, to read. A change of a snapshot is a change of the code in every user's crate.

use proc_macro2::TokenStream;
use quote::quote;

fn expanded(args: TokenStream, item: TokenStream) -> String {
    let expansion = crate::client(args, item);
    let file = syn::parse2(expansion).expect("an expansion is made of items");
    prettyplease::unparse(&file)
}

macro_rules! assert_reads {
    ($expansion:expr $(,)?) => {{
        let expansion = $expansion;
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(expansion);
        });
    }};
}

#[test]
fn a_service_as_one_writes_it() {
    assert_reads!(expanded(
        quote!(
            base_url = "https://orders.example.com",
            path = "/v1",
            timeout = "10s"
        ),
        quote! {
            /// Orders, as the billing service sees them.
            pub trait Orders {
                /// One order, or `None` when there is no such order.
                #[get("/orders/{id}")]
                async fn find(&self, id: OrderId) -> Result<Option<Order>, ApiError>;

                #[get("/orders")]
                async fn list(&self, #[query] status: Option<Status>, #[query("pageSize")] page_size: u32)
                    -> Result<Vec<Order>, ApiError>;

                #[post("/orders", timeout = "2s")]
                #[header("X-Source", "billing")]
                async fn create(&self, #[header("Idempotency-Key")] key: &str, #[json] order: &NewOrder)
                    -> Result<Order, OrdersError>;
            }
        },
    ));
}

#[test]
fn every_form_of_argument_and_option() {
    assert_reads!(expanded(
        quote!(
            client = Everything,
            crate = crate::deps::ours,
            accept = "application/json",
            min_token_life = "1m"
        ),
        quote! {
            #[header("X-Source", "trait")]
            #[query("api-version", "2024-01-01")]
            pub(crate) trait Forms {
                #[put("/v{major}/files/{*rest}", min_token_life = "90s", accept = "text/plain", auth = false)]
                async fn path(&self, major: u8, rest: &[String], #[body("text/plain")] text: String) -> Result<(), E>;
                #[get("/q", retry_on_unauthorized = false, timeout = "1500ms")]
                async fn query(
                    &self,
                    #[query(csv)] ids: &[u64],
                    #[query_map] page: Page,
                    #[query_flag] verbose: bool,
                    #[header_map] headers: HeaderMap,
                    #[timeout] timeout: Duration,
                ) -> Aliased<String>;
                #[get]
                async fn next(&self, #[url] url: &str) -> Result<Page, E>;
                #[request("REPORT", "/r", auth = true)]
                #[query("api-version", "preview")]
                async fn report(&self, #[form] form: &Form) -> Result<(), E>;
                fn left_alone(&self) -> u8 {
                    7
                }
            }
        },
    ));
}

#[cfg(feature = "stream")]
#[test]
fn pages_of_each_kind() {
    assert_reads!(expanded(
        quote!(path = "/v1", dyn = DynUsers),
        quote! {
            pub trait Users {
                #[get("/tenants/{id}/users")]
                fn users(&self, id: TenantId, #[query] count: u32, #[query("start_index")] #[page] start: Option<u64>)
                    -> Pages<WristbandPage<User>, ApiError>;

                #[get]
                fn linked(&self, #[url] #[page] url: String) -> Pages<LinkedPage<User>, ApiError>;

                #[post("/search/{*scope}")]
                fn search(&self, scope: Vec<String>, #[body] body: Bytes, #[header("Content-Type")] of: String, #[header("X-Page")] #[page] page: Option<u32>)
                    -> Pages<Found, ApiError>;
            }
        },
    ));
}

#[test]
fn a_dyn_trait_and_conditional_parts() {
    assert_reads!(expanded(
        quote!(dyn = DynOrders),
        quote! {
            #[cfg(feature = "orders")]
            trait Orders: Debug {
                /// Old.
                #[deprecated]
                #[cfg(unix)]
                #[get("/orders/{id}")]
                async fn find<'k>(
                    &self,
                    id: Cow<'_, str>,
                    #[header("X-Key")] key: &'k str,
                    #[query]
                    page: &[u32],
                ) -> Result<Option<Order>, ApiError>;
            }
        },
    ));
}

#[test]
fn methods_that_are_no_endpoints() {
    assert_reads!(expanded(
        quote!(dyn = DynOrders),
        quote! {
            pub trait Orders {
                #[get("/orders/{id}")]
                async fn find(&self, id: u64) -> Result<Order, ApiError>;
                /// Two orders.
                async fn both(&self, (first, second): (u64, u64), mut key: &str) -> Result<[Order; 2], ApiError> {
                    key = key.trim();
                    Ok([self.find(first).await?, self.find(second).await?])
                }
                fn name(&self) -> &str {
                    "orders"
                }
                async fn count<T: Send>(&self, all: T) -> usize {
                    0
                }
            }
        },
    ));
}
