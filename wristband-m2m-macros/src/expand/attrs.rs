//! The user's attributes that generated items inherit.

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

/// What a generated item inherits: the same and docs, `deprecated`, `must_use`. Attributes of other macros stay where the
/// user put them; `expect` is met there, and becomes `allow`.
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

/// For impls whose tokens have the user's spans: lints would blame the user for our code.
pub(super) fn lints() -> TokenStream {
    quote!(#[allow(dead_code, deprecated, clippy::all, clippy::pedantic)])
}
