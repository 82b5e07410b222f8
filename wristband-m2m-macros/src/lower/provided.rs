//! From a method with a body to what the expansion needs to delegate to it.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, format_ident};
use syn::{
    FnArg, Pat, ReceiverKind, ReturnType, Safety, Signature, TraitItemFn, Type, parse_quote,
};

use crate::model::Provided;
use crate::validate::signature::{borrows, has_impl};

pub(super) fn provided(index: usize, function: &TraitItemFn) -> Provided {
    let output = function.sig.asyncness.map(|_| match &function.sig.output {
        ReturnType::Type(_, ty) => (**ty).clone(),
        ReturnType::Default => parse_quote!(()),
    });
    Provided {
        index,
        attrs: function.attrs.clone(),
        is_dyn_compatible: is_dyn_compatible(&function.sig, output.as_ref()),
        sig: with_names(&function.sig),
        output,
    }
}

/// Whether a trait object can delegate the method to the implementation behind it.
fn is_dyn_compatible(sig: &Signature, output: Option<&Type>) -> bool {
    let is_shared = sig
        .receiver()
        .is_some_and(|receiver| matches!(receiver.kind, ReceiverKind::Reference(_, _, None)));
    let is_generic = sig.generics.type_params().next().is_some()
        || sig.generics.const_params().next().is_some()
        || sig.generics.where_clause.is_some();
    let arguments = sig.inputs.iter().skip(1).map(ToTokens::to_token_stream);
    let types: TokenStream = arguments.chain([sig.output.to_token_stream()]).collect();
    // The boxed future lives as long as its shortest-lived argument, and its output cannot outlive that.
    let is_owned = output.is_none_or(|output| !borrows(output.to_token_stream()));
    is_shared
        && !is_generic
        && is_owned
        && matches!(sig.safety, Safety::Default)
        && sig.abi.is_none()
        && !has_impl(types.clone())
        && !names_self(types)
}

fn names_self(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == "Self",
        TokenTree::Group(group) => names_self(group.stream()),
        _ => false,
    })
}

/// The signature with a plain name in place of each pattern.
fn with_names(sig: &Signature) -> Signature {
    let mut sig = sig.clone();
    for (at, input) in sig.inputs.iter_mut().enumerate() {
        match input {
            FnArg::Receiver(receiver) => receiver.mutability = None,
            FnArg::Typed(argument) => {
                let name: Ident = match &*argument.pat {
                    Pat::Ident(pattern) if pattern.subpat.is_none() => pattern.ident.clone(),
                    _ => format_ident!("__{at}"),
                };
                *argument.pat = parse_quote!(#name);
            }
        }
    }
    sig
}
