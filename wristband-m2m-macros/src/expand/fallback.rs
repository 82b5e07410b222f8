//! After a mistake: the trait, the client and all their methods are still generated, so that one mistake is one message.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::{
    FnArg, Pat, PatWild, ReceiverKind, ReturnType, Safety, Signature, Stmt, Token, TraitItem,
    TraitItemFn, TraitModifiers, Type, Visibility, parse_quote,
};

use crate::expand::{client, expand};
use crate::lower::{Broken, Lowered};
use crate::parse::attribute;
use crate::validate::rules::is_constructor;
use crate::validate::signature::{future_output, has_impl};

/// The expansion with a stub for each method that has an error. Stubs only have to pass the type checker.
pub(crate) fn expand_what_can_be(lowered: Lowered) -> TokenStream {
    let Lowered {
        mut service,
        broken,
        unsupported,
    } = lowered;
    // The client does not need either.
    service.item.unsafety = None;
    service.item.modifiers = TraitModifiers::default();
    let vis = service.item.vis.clone();
    let mut stubs = TokenStream::new();
    for Broken { index, is_paged } in broken {
        if let Some(TraitItem::Fn(function)) = service.item.items.get_mut(index) {
            stubs.extend(inherent_stub(function, &vis, is_paged));
            into_trait_stub(function, is_paged);
        }
    }
    if unsupported {
        // A client cannot implement such a trait, so both are generated separately.
        let item = &service.item;
        let client = client::without_methods(&service);
        return quote!(#[allow(dead_code)] #item #client);
    }
    let client = &service.client;
    let expansion = expand(&service);
    quote! {
        #expansion
        #[allow(dead_code)]
        impl #client {
            #stubs
        }
    }
}

/// Gives the trait's method a body, so that it needs no implementation. Its arguments keep their names, which mocks use.
fn into_trait_stub(function: &mut TraitItemFn, is_paged: bool) {
    let sig = &mut function.sig;
    let names = names(sig);
    normalize_for_stub(sig);
    let by_value = sig
        .receiver()
        .is_some_and(|receiver| matches!(receiver.kind, ReceiverKind::Value));
    if by_value {
        sig.generics
            .make_where_clause()
            .predicates
            .push(parse_quote!(Self: ::core::marker::Sized));
    }
    let output = output(sig);
    sig.asyncness = None;
    let (output, body) = match is_paged {
        true => (output.to_token_stream(), quote!(::core::unreachable!())),
        false => (
            quote!(impl ::core::future::Future<Output = #output> + ::core::marker::Send),
            quote!(async { ::core::unreachable!() }),
        ),
    };
    sig.output = returns(output);
    let mut used: Vec<Stmt> = Vec::new();
    let arguments = sig.inputs.iter_mut().filter_map(|input| match input {
        FnArg::Typed(argument) => Some(argument),
        FnArg::Receiver(_) => None,
    });
    for (argument, name) in arguments.zip(names) {
        let Some(name) = name else {
            continue;
        };
        let cfgs = argument.attrs.iter().filter(|attr| attribute::is_cfg(attr));
        used.push(parse_quote!(#(#cfgs)* let _ = &#name;));
        *argument.pat = parse_quote!(#name);
    }
    function.default = Some(parse_quote!({
        #(#used)*
        #body
    }));
    function.semi_token = None;
}

/// The names of the arguments that have a unique one.
fn names(sig: &Signature) -> Vec<Option<Ident>> {
    let mut names: Vec<Option<Ident>> = Vec::new();
    for input in &sig.inputs {
        let FnArg::Typed(argument) = input else {
            continue;
        };
        let name = match &*argument.pat {
            Pat::Ident(pattern) => Some(pattern.ident.clone()),
            _ => None,
        };
        names.push(name.filter(|name| !names.iter().flatten().any(|before| before == name)));
    }
    names
}

/// A method of the client with the signature that it will have once the mistake is fixed. Empty if it is named like a constructor.
fn inherent_stub(function: &TraitItemFn, vis: &Visibility, is_paged: bool) -> TokenStream {
    if is_constructor(&function.sig.ident) {
        return TokenStream::new();
    }
    let mut sig = function.sig.clone();
    normalize_for_stub(&mut sig);
    match sig.inputs.first_mut() {
        Some(FnArg::Receiver(receiver)) => {
            let lifetime = match &receiver.kind {
                ReceiverKind::Reference(_, lifetime, _) => lifetime.clone(),
                _ => None,
            };
            receiver.mutability = None;
            receiver.kind = ReceiverKind::Reference(<Token![&]>::default(), lifetime, None);
        }
        _ => sig.inputs.insert(0, parse_quote!(&self)),
    }
    let output = output(&sig);
    sig.asyncness = (!is_paged).then(|| sig.asyncness.unwrap_or_default());
    sig.output = returns(output.to_token_stream());
    let attrs = &function.attrs;
    quote!(#(#attrs)* #vis #sig { ::core::unreachable!() })
}

/// Not parsed again, since nothing may fail here.
fn returns(ty: TokenStream) -> ReturnType {
    ReturnType::Type(Default::default(), Box::new(Type::Verbatim(ty)))
}

/// Removes what rustc would report a second time.
fn normalize_for_stub(sig: &mut Signature) {
    sig.constness = None;
    sig.safety = Safety::Default;
    sig.abi = None;
    sig.variadic = None;
    for input in &mut sig.inputs {
        if let FnArg::Typed(argument) = input {
            *argument.pat = Pat::Wild(PatWild {
                attrs: Vec::new(),
                underscore_token: <Token![_]>::default(),
            });
        }
    }
}

/// What a call of the method returns. A type that depends on the body (`impl Trait`) becomes `()`.
fn output(sig: &Signature) -> Type {
    let ReturnType::Type(_, ty) = &sig.output else {
        return parse_quote!(());
    };
    let output = match sig.asyncness {
        Some(_) => ty,
        // As it will be with `async`.
        None => future_output(ty).unwrap_or(ty),
    };
    match has_impl(output.to_token_stream()) {
        true => parse_quote!(()),
        false => output.clone(),
    }
}
