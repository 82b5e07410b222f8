//! Handing the arguments of a method on to another one.

use proc_macro2::TokenStream;
use quote::quote;

use crate::model::Endpoint;

/// `target(receiver, one, two)`.
pub(super) fn call(
    target: &TokenStream,
    receiver: &TokenStream,
    endpoint: &Endpoint,
) -> TokenStream {
    let arguments = endpoint.params.iter().map(|param| &param.ident);
    quote!(#target(#receiver #(, #arguments)*))
}
