//! A method of the trait, as others delegate to it.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Attribute, FnArg, PatType, ReturnType, Signature, Type, parse_quote};

use super::attrs;
use crate::model::{Endpoint, Provided};

#[derive(Clone, Copy)]
pub(super) struct Delegate<'a> {
    pub(super) attrs: &'a [Attribute],
    /// Each argument has a name.
    pub(super) sig: &'a Signature,
    /// The output of the future that a method returns.
    pub(super) output: Option<&'a Type>,
}

impl<'a> From<&'a Endpoint> for Delegate<'a> {
    fn from(endpoint: &'a Endpoint) -> Self {
        Self {
            attrs: &endpoint.attrs,
            sig: &endpoint.sig,
            output: endpoint.page.is_none().then_some(&endpoint.output),
        }
    }
}

impl<'a> From<&'a Provided> for Delegate<'a> {
    fn from(provided: &'a Provided) -> Self {
        Self {
            attrs: &provided.attrs,
            sig: &provided.sig,
            output: provided.output.as_ref(),
        }
    }
}

impl<'a> Delegate<'a> {
    pub(super) fn cfg_and_allow(self) -> impl Iterator<Item = &'a Attribute> {
        attrs::cfg_and_allow(self.attrs)
    }

    /// `self`, if there is one.
    pub(super) fn this(self) -> Option<TokenStream> {
        let receiver = self.sig.receiver()?;
        Some(receiver.self_token.to_token_stream())
    }

    pub(super) fn arguments(self) -> impl Iterator<Item = &'a PatType> {
        self.sig.inputs.iter().filter_map(|input| match input {
            FnArg::Typed(argument) => Some(argument),
            FnArg::Receiver(_) => None,
        })
    }

    /// The signature in the trait and in its impls.
    pub(super) fn declared(self) -> Signature {
        let mut sig = self.sig.clone();
        if let Some(output) = self.output {
            sig.asyncness = None;
            sig.output = future(output);
        }
        sig
    }

    /// `target(receiver, one, two)`.
    pub(super) fn call(self, target: &TokenStream, receiver: Option<TokenStream>) -> TokenStream {
        let names = self
            .arguments()
            .map(|argument| argument.pat.to_token_stream());
        let arguments = receiver.into_iter().chain(names);
        quote!(#target(#(#arguments),*))
    }
}

/// `-> impl Future<Output = ..> + Send`, spelled the same in the trait and in every impl: where it is not, rustc takes
/// an impl that delegates for a cycle.
pub(super) fn future(output: &Type) -> ReturnType {
    parse_quote!(-> impl ::core::future::Future<Output = #output> + ::core::marker::Send)
}
