//! Which of the user's attributes are copied to generated items.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Attribute;

/// What an impl inherits: `cfg` and `allow`.
///
/// `deprecated` would be an error there, and docs belong to the trait.
pub(super) fn cfg_and_allow(attrs: &[Attribute]) -> impl Iterator<Item = &Attribute> {
    attrs
        .iter()
        .filter(|attr| attr.path().is_ident("cfg") || attr.path().is_ident("allow"))
}

/// What a generated counterpart of an item inherits: `cfg` and lints, docs, `deprecated`, `must_use`. Attributes of other macros stay
/// on the user's item. `expect` is fulfilled there, so the counterpart gets `allow`.
pub(super) fn inherited(attrs: &[Attribute]) -> Vec<TokenStream> {
    const INHERITED: [&str; 9] = [
        "doc",
        "cfg",
        "cfg_attr",
        "deprecated",
        "must_use",
        "allow",
        "warn",
        "deny",
        "forbid",
    ];
    attrs
        .iter()
        .filter_map(|attr| {
            let path = attr.path();
            if let Ok(list) = attr.meta.require_list()
                && path.is_ident("expect")
            {
                let lints = &list.tokens;
                return Some(quote!(#[allow(#lints)]));
            }
            INHERITED
                .iter()
                .any(|name| path.is_ident(name))
                .then(|| quote!(#attr))
        })
        .collect()
}

/// For impls that mix generated code with the user's spans: lints would blame the user.
pub(super) fn lints() -> TokenStream {
    quote!(#[allow(dead_code, deprecated, clippy::all, clippy::pedantic)])
}
