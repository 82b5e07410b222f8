//! The `dyn` trait: methods that return boxed futures, with distinct names.

use proc_macro2::{Punct, Spacing, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};
use syn::ext::IdentExt;
use syn::{Ident, Lifetime, Type};

use super::delegate::Delegate;
use super::{attrs, docs};
use crate::model::Service;

pub(super) fn expand(service: &Service) -> TokenStream {
    let Some(dyn_trait) = &service.dyn_name else {
        return TokenStream::new();
    };
    let item = &service.item;
    let (name, vis, supertraits) = (&item.ident, &item.vis, &item.supertraits);
    let cfgs: Vec<_> = attrs::cfg_and_allow(&item.attrs).collect();
    let docs = docs::dyn_trait(service)
        .into_iter()
        .chain(docs::not_passed_on(service));
    let lints = attrs::lints();
    let plus = (!supertraits.is_empty()).then(|| quote!(+));

    let provided = service.provided.iter().filter(|it| it.is_dyn_compatible);
    let methods: Vec<Delegate> = service
        .endpoints
        .iter()
        .map(Delegate::from)
        .chain(provided.map(Delegate::from))
        .collect();

    let declared = methods.iter().map(|method| {
        let (cfgs, sig) = (method.cfg_and_allow(), erased(service, *method));
        quote!(#(#cfgs)* #[doc(hidden)] #sig;)
    });
    let erasing = methods.iter().map(|method| {
        let (cfgs, sig) = (method.cfg_and_allow(), erased(service, *method));
        let ident = &method.sig.ident;
        let call = method.call(&quote!(<Self as #name>::#ident), method.this());
        let call = match method.output {
            Some(_) => quote!(::std::boxed::Box::pin(#call)),
            None => call,
        };
        quote! {
            #(#cfgs)*
            #sig {
                #call
            }
        }
    });
    let restoring = |receiver: &dyn Fn(TokenStream) -> TokenStream| {
        let restore = |method: &Delegate| {
            let (cfgs, sig) = (method.cfg_and_allow(), method.declared());
            let erased = erased_name(*method);
            let target = quote!(<dyn #dyn_trait + '_ as #dyn_trait>::#erased);
            let call = method.call(&target, method.this().map(receiver));
            let call = match method.output {
                Some(_) => quote!(async move { #call.await }),
                None => call,
            };
            quote! {
                #(#cfgs)*
                #sig {
                    #call
                }
            }
        };
        methods.iter().map(restore).collect::<Vec<_>>()
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

/// A distinct name, so that a call on a trait object is not ambiguous.
fn erased_name(method: Delegate) -> Ident {
    let ident = &method.sig.ident;
    format_ident!("__dyn_{}", ident.unraw(), span = ident.span())
}

/// The signature of a method that can be called on a trait object.
fn erased(service: &Service, method: Delegate) -> TokenStream {
    let name = erased_name(method);
    match method.output {
        Some(output) => boxed(service, method, &name, output),
        None => {
            let mut sig = method.sig.clone();
            sig.ident = name;
            sig.into_token_stream()
        }
    }
}

/// The signature with a boxed future that lives as long as the shortest of the arguments.
fn boxed(service: &Service, method: Delegate, name: &Ident, output: &Type) -> TokenStream {
    let krate = &service.krate;
    let shortest = Lifetime::new("'__call", Span::mixed_site());
    let this = method.this();
    let generics = &method.sig.generics;
    let named = generics.lifetimes().map(|lifetime| {
        let mut lifetime = lifetime.clone();
        lifetime.bounds.push(shortest.clone());
        lifetime
    });
    let predicates = &generics.where_clause;
    let arguments = method.arguments().map(|argument| {
        let (cfgs, pat) = (attrs::cfg_and_allow(&argument.attrs), &argument.pat);
        let ty = with_lifetime(argument.ty.to_token_stream(), &shortest);
        quote!(, #(#cfgs)* #pat: #ty)
    });
    quote! {
        fn #name<#shortest #(, #named)*>(&#shortest #this #(#arguments)*)
            -> #krate::private::BoxFuture<#shortest, #output>
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
                // Of `&&`, each is a separate reference.
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
