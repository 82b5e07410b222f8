//! The trait: as the user wrote it, but each endpoint answers a future that can be sent.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{FnArg, ItemTrait, Signature, TraitItem, parse_quote};

use super::docs;
use crate::model::{Endpoint, Service};

pub(super) fn expand(service: &Service) -> TokenStream {
    let mut item = service.item.clone();
    for endpoint in &service.endpoints {
        if let Some(TraitItem::Fn(method)) = item.items.get_mut(endpoint.index) {
            method.attrs = endpoint.attrs.clone();
            method.attrs.extend(docs::route(service, endpoint));
            method.sig = declared(endpoint);
        }
    }
    send_and_sync(&mut item);
    // Callers of the client's own methods may never name the trait.
    item.attrs
        .push(parse_quote!(#[allow(dead_code, clippy::too_many_arguments, clippy::fn_params_excessive_bools)]));
    item.into_token_stream()
}

/// `-> impl Future<Output = ..> + Send`, spelled the same in the trait and in every impl: where it is not, rustc takes
/// an impl that delegates for a cycle.
fn future(endpoint: &Endpoint) -> syn::ReturnType {
    let output = &endpoint.output;
    parse_quote!(-> impl ::core::future::Future<Output = #output> + ::core::marker::Send)
}

/// The signature in the trait and in its impls. One that returns pages is left as it is.
pub(super) fn declared(endpoint: &Endpoint) -> Signature {
    let mut sig = endpoint.sig.clone();
    if endpoint.page.is_none() {
        sig.asyncness = None;
        sig.output = future(endpoint);
    }
    sig
}

/// The arguments after `&self`, as written.
pub(super) fn arguments(endpoint: &Endpoint) -> impl Iterator<Item = &FnArg> {
    endpoint.sig.inputs.iter().skip(1)
}

fn send_and_sync(item: &mut ItemTrait) {
    item.colon_token.get_or_insert_default();
    item.supertraits.push(parse_quote!(::core::marker::Send));
    item.supertraits.push(parse_quote!(::core::marker::Sync));
}
