//! The `dyn` trait: methods that return boxed futures, under names of their own.

use proc_macro2::{Punct, Spacing, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};
use syn::ext::IdentExt;
use syn::{FnArg, Ident, Lifetime};

use super::{attrs, delegate, docs, trait_item};
use crate::model::{Endpoint, Service};

pub(super) fn expand(service: &Service) -> TokenStream {
    let Some(dyn_trait) = &service.dyn_name else {
        return TokenStream::new();
    };
    let item = &service.item;
    let (name, vis, supertraits) = (&item.ident, &item.vis, &item.supertraits);
    let cfgs: Vec<_> = attrs::cfg_and_allow(&item.attrs).collect();
    let docs = docs::dyn_trait(service);
    let lints = attrs::lints();
    let plus = (!supertraits.is_empty()).then(|| quote!(+));

    let declared = service.endpoints.iter().map(|endpoint| {
        let (cfgs, sig) = (cfg_and_allow(endpoint), erased(service, endpoint));
        quote!(#(#cfgs)* #[doc(hidden)] #sig;)
    });
    let erasing = service.endpoints.iter().map(|endpoint| {
        let (cfgs, sig) = (cfg_and_allow(endpoint), erased(service, endpoint));
        let ident = &endpoint.sig.ident;
        let call = delegate::call(&quote!(<Self as #name>::#ident), &this(endpoint), endpoint);
        let call = match endpoint.page {
            Some(_) => call,
            None => quote!(::std::boxed::Box::pin(#call)),
        };
        quote! {
            #(#cfgs)*
            #sig {
                #call
            }
        }
    });
    let restoring = |receiver: &dyn Fn(TokenStream) -> TokenStream| {
        let restore = |endpoint: &Endpoint| {
            let (cfgs, sig) = (cfg_and_allow(endpoint), trait_item::declared(endpoint));
            let erased = erased_name(endpoint);
            let receiver = receiver(this(endpoint));
            let target = quote!(<dyn #dyn_trait + '_ as #dyn_trait>::#erased);
            let call = delegate::call(&target, &receiver, endpoint);
            let call = match endpoint.page {
                Some(_) => call,
                None => quote!(async move { #call.await }),
            };
            quote! {
                #(#cfgs)*
                #sig {
                    #call
                }
            }
        };
        service.endpoints.iter().map(restore).collect::<Vec<_>>()
    };
    let for_object = restoring(&|this| this);
    let for_arc = restoring(&|this| quote!(&**#this));

    quote! {
        #(#cfgs)*
        #(#docs)*
        #lints
        #vis trait #dyn_trait: #supertraits #plus ::core::marker::Send + ::core::marker::Sync {
            #(#declared)*
        }

        #(#cfgs)*
        #lints
        impl<__T: #name> #dyn_trait for __T {
            #(#erasing)*
        }

        #(#cfgs)*
        #lints
        impl #name for dyn #dyn_trait + '_ {
            #(#for_object)*
        }

        #(#cfgs)*
        #lints
        impl #name for ::std::sync::Arc<dyn #dyn_trait + '_> {
            #(#for_arc)*
        }
    }
}

fn cfg_and_allow(endpoint: &Endpoint) -> impl Iterator<Item = &syn::Attribute> {
    attrs::cfg_and_allow(&endpoint.attrs)
}

fn this(endpoint: &Endpoint) -> TokenStream {
    let this = endpoint.sig.receiver().map(|receiver| &receiver.self_token);
    this.into_token_stream()
}

/// A name of its own, so that a call on a trait object is not ambiguous.
fn erased_name(endpoint: &Endpoint) -> Ident {
    let ident = &endpoint.sig.ident;
    format_ident!("__dyn_{}", ident.unraw(), span = ident.span())
}

/// The signature with a boxed future that lives as long as the shortest of the arguments.
fn erased(service: &Service, endpoint: &Endpoint) -> TokenStream {
    let krate = &service.krate;
    let name = erased_name(endpoint);
    let shortest = Lifetime::new("'__call", Span::mixed_site());
    let output = &endpoint.output;
    let output = match endpoint.page {
        Some(_) => quote!(#output),
        None => quote!(#krate::private::BoxFuture<#shortest, #output>),
    };
    let this = this(endpoint);
    let named = endpoint.sig.generics.lifetimes().map(|lifetime| {
        let mut lifetime = lifetime.clone();
        lifetime.bounds.push(shortest.clone());
        lifetime
    });
    let predicates = &endpoint.sig.generics.where_clause;
    let arguments = trait_item::arguments(endpoint).map(|argument| match argument {
        FnArg::Typed(typed) => {
            let (cfgs, pat) = (attrs::cfg_and_allow(&typed.attrs), &typed.pat);
            let ty = with_lifetime(typed.ty.to_token_stream(), &shortest);
            quote!(, #(#cfgs)* #pat: #ty)
        }
        FnArg::Receiver(_) => TokenStream::new(),
    });
    quote! {
        fn #name<#shortest #(, #named)*>(&#shortest #this #(#arguments)*)
            -> #output
        #predicates
    }
}

/// Names the lifetimes that a type leaves out: `&T` and `'_`.
fn with_lifetime(ty: TokenStream, lifetime: &Lifetime) -> TokenStream {
    let mut named = TokenStream::new();
    let mut tokens = ty.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == '&' => {
                // Of `&&`, each is a reference of its own.
                let mut alone = Punct::new('&', Spacing::Alone);
                alone.set_span(punct.span());
                named.extend([alone]);
                if !matches!(tokens.peek(), Some(TokenTree::Punct(next)) if next.as_char() == '\'')
                {
                    lifetime.to_tokens(&mut named);
                }
            }
            TokenTree::Punct(punct) if punct.as_char() == '\'' => match tokens.next() {
                Some(TokenTree::Ident(ident)) if ident == "_" => lifetime.to_tokens(&mut named),
                name => {
                    named.extend([TokenTree::Punct(punct)]);
                    named.extend(name);
                }
            },
            TokenTree::Group(group) => {
                let mut inner = proc_macro2::Group::new(
                    group.delimiter(),
                    with_lifetime(group.stream(), lifetime),
                );
                inner.set_span(group.span());
                named.extend([TokenTree::Group(inner)]);
            }
            token => named.extend([token]),
        }
    }
    named
}
