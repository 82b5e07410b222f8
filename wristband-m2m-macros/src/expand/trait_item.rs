//! The trait: as the user wrote it, but each `async fn` returns a `Send` future.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{ItemTrait, TraitItem, parse_quote};

use super::delegate::{self, Delegate};
use super::docs;
use crate::model::Service;

pub(super) fn expand(service: &Service) -> TokenStream {
    let mut item = service.item.clone();
    for endpoint in &service.endpoints {
        if let Some(TraitItem::Fn(method)) = item.items.get_mut(endpoint.index) {
            method.attrs = endpoint.attrs.clone();
            method.attrs.extend(docs::route(service, endpoint));
            method.sig = Delegate::from(endpoint).declared();
        }
    }
    for provided in &service.provided {
        if let Some(output) = &provided.output
            && let Some(TraitItem::Fn(method)) = item.items.get_mut(provided.index)
        {
            let body = &method.default;
            method.default = Some(parse_quote!({ async move #body }));
            method.sig.asyncness = None;
            method.sig.output = delegate::future(output);
        }
    }
    send_and_sync(&mut item);
    // Code that only calls the client's inherent methods never uses the trait.
    item.attrs
        .push(parse_quote!(#[allow(dead_code, clippy::too_many_arguments, clippy::fn_params_excessive_bools)]));
    item.into_token_stream()
}

fn send_and_sync(item: &mut ItemTrait) {
    item.colon_token.get_or_insert_default();
    item.supertraits.push(parse_quote!(::core::marker::Send));
    item.supertraits.push(parse_quote!(::core::marker::Sync));
}
