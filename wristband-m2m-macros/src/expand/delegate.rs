//! Handing the arguments of a method on to another one.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Ident};

use super::attrs;
use crate::model::Endpoint;

/// `target(receiver, one, two)`.
///
/// An argument of a call cannot carry a `cfg`, so there is one call for each combination of the arguments that do.
pub(super) fn call(
    target: &TokenStream,
    receiver: &TokenStream,
    endpoint: &Endpoint,
) -> TokenStream {
    let mut variants = vec![Variant::default()];
    for param in &endpoint.params {
        let conditions: Vec<TokenStream> = attrs::cfgs(&param.attrs).map(condition).collect();
        if conditions.is_empty() {
            for variant in &mut variants {
                variant.arguments.push(&param.ident);
            }
            continue;
        }
        let present = all(&conditions);
        let mut without = variants.clone();
        for variant in &mut variants {
            variant.conditions.push(present.clone());
            variant.arguments.push(&param.ident);
        }
        for variant in &mut without {
            variant.conditions.push(quote!(not(#present)));
        }
        variants.append(&mut without);
    }
    if let [Variant { arguments, .. }] = &variants[..] {
        return quote!(#target(#receiver #(, #arguments)*));
    }
    let calls = variants.iter().map(|variant| {
        let Variant {
            conditions,
            arguments,
        } = variant;
        let condition = all(conditions);
        quote!(#[cfg(#condition)] { #target(#receiver #(, #arguments)*) })
    });
    quote!({ #(#calls)* })
}

#[derive(Clone, Default)]
struct Variant<'a> {
    conditions: Vec<TokenStream>,
    arguments: Vec<&'a Ident>,
}

fn all(conditions: &[TokenStream]) -> TokenStream {
    match conditions {
        [one] => one.clone(),
        several => quote!(all(#(#several),*)),
    }
}

/// What is inside of `#[cfg(..)]`.
fn condition(attr: &Attribute) -> TokenStream {
    attr.meta
        .require_list()
        .map(|list| list.tokens.clone())
        .unwrap_or_default()
}
