//! After a mistake: the trait, the client and all their methods still exist, so that one mistake is one message.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};
use syn::ext::IdentExt;
use syn::{
    FnArg, GenericParam, Generics, Pat, PatWild, ReceiverKind, ReturnType, Safety, Signature, Stmt,
    Token, TraitItem, TraitItemFn, TraitModifiers, Type, Visibility, parse_quote,
};

use crate::expand::expand;
use crate::parse::attribute;
use crate::parse::service::Reading;
use crate::parse::signature::{future_output, has_impl};
use crate::validate::rules::is_constructor;

/// The expansion with a stub for each method that has a mistake. Stubs only have to pass the type checker.
pub(crate) fn expand_what_can_be(reading: Reading) -> TokenStream {
    if reading.unsupported {
        return without_client_impl(reading);
    }
    let Reading {
        mut service,
        broken,
        ..
    } = reading;
    // The client is implemented without either.
    service.item.unsafety = None;
    service.item.modifiers = TraitModifiers::default();
    let vis = service.item.vis.clone();
    let mut stubs = TokenStream::new();
    for index in broken {
        if let Some(TraitItem::Fn(function)) = service.item.items.get_mut(index) {
            stubs.extend(inherent_stub(function, &vis, &Generics::default()));
            into_trait_stub(function);
        }
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

/// For a trait that asks for more than a client has: it is kept with stubs only, and the client comes from a trait
/// without any methods.
fn without_client_impl(reading: Reading) -> TokenStream {
    let mut service = reading.service;
    let mut item = service.item.clone();
    item.unsafety = None;
    item.modifiers = TraitModifiers::default();
    let vis = item.vis.clone();
    let trait_ident = &item.ident;
    let (parameters, arguments, clause) = item.generics.split_for_impl();
    let itself = quote!(#trait_ident #arguments);
    let associated: Vec<Ident> = item.items.iter().filter_map(associated_name).collect();
    let mut stubs = TokenStream::new();
    let mut provided = TokenStream::new();
    for item_of_trait in &mut item.items {
        match item_of_trait {
            TraitItem::Fn(function) if function.default.is_none() => {
                let stub = inherent_stub(function, &vis, &item.generics);
                stubs.extend(qualify(stub, &associated, &itself));
                into_trait_stub(function);
            }
            TraitItem::Type(ty) => {
                // The client cannot promise what it knows nothing of.
                ty.bounds.clear();
                ty.colon_token = None;
                let (ident, generics) = (&ty.ident, &ty.generics);
                let clause = &generics.where_clause;
                provided
                    .extend(quote!(type #ident #generics = ::core::convert::Infallible #clause;));
            }
            TraitItem::Const(constant) if constant.default.is_none() => {
                let (ident, ty) = (&constant.ident, &constant.ty);
                provided.extend(quote!(const #ident: #ty = ::core::unreachable!();));
            }
            _ => {}
        }
    }
    service.endpoints.clear();
    service.item.items.clear();
    service.item.attrs.clear();
    service.item.generics = Generics::default();
    service.item.ident = format_ident!("__{}", item.ident.unraw());
    let client_alone = expand(&service);
    let client = &service.client;
    quote! {
        #client_alone
        #[allow(dead_code)]
        #item
        impl #parameters #itself for #client #clause {
            #provided
        }
        #[allow(dead_code)]
        impl #client {
            #stubs
        }
    }
}

/// A method of the trait that needs no implementation. Its arguments keep their names, for mocks are made by them.
fn into_trait_stub(function: &mut TraitItemFn) {
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
    sig.output = returns(quote!(
        impl ::core::future::Future<Output = #output> + ::core::marker::Send
    ));
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
        async { ::core::unreachable!() }
    }));
    function.semi_token = None;
}

/// The names of the arguments, where they have one of their own.
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

/// A method of the client, to be called as it will be once the mistake is gone. None in the place of a constructor.
fn inherent_stub(function: &TraitItemFn, vis: &Visibility, generics: &Generics) -> TokenStream {
    if is_constructor(&function.sig.ident) {
        return TokenStream::new();
    }
    let mut sig = function.sig.clone();
    normalize_for_stub(&mut sig);
    let mentioned = sig.to_token_stream();
    for parameter in &generics.params {
        if mentions(mentioned.clone(), &name(parameter)) {
            sig.generics.params.insert(0, parameter.clone());
        }
    }
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
    sig.asyncness.get_or_insert_with(Default::default);
    sig.output = returns(output.to_token_stream());
    let attrs = &function.attrs;
    quote!(#(#attrs)* #vis #sig { ::core::unreachable!() })
}

/// Not parsed again, since nothing here may fail.
fn returns(ty: TokenStream) -> ReturnType {
    ReturnType::Type(Default::default(), Box::new(Type::Verbatim(ty)))
}

/// Leaves out what rustc would report a second time.
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

/// What a call of the method answers. A type that only its body would decide becomes `()`.
fn output(sig: &Signature) -> Type {
    let ReturnType::Type(_, ty) = &sig.output else {
        return parse_quote!(());
    };
    let answer = match sig.asyncness {
        Some(_) => ty,
        // As it will be with `async`.
        None => future_output(ty).unwrap_or(ty),
    };
    match has_impl(answer.to_token_stream()) {
        true => parse_quote!(()),
        false => answer.clone(),
    }
}

fn associated_name(item: &TraitItem) -> Option<Ident> {
    match item {
        TraitItem::Type(item) => Some(item.ident.clone()),
        TraitItem::Const(item) => Some(item.ident.clone()),
        _ => None,
    }
}

fn name(parameter: &GenericParam) -> Ident {
    match parameter {
        GenericParam::Lifetime(parameter) => parameter.lifetime.ident.clone(),
        GenericParam::Type(parameter) => parameter.ident.clone(),
        GenericParam::Const(parameter) => parameter.ident.clone(),
    }
}

fn mentions(tokens: TokenStream, name: &Ident) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == *name,
        TokenTree::Group(group) => mentions(group.stream(), name),
        _ => false,
    })
}

/// `Self::Key` is ambiguous outside the trait: `<Self as Orders>::Key`.
fn qualify(tokens: TokenStream, associated: &[Ident], itself: &TokenStream) -> TokenStream {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut qualified = TokenStream::new();
    for (at, token) in tokens.iter().enumerate() {
        let of_self = matches!(token, TokenTree::Ident(ident) if ident == "Self")
            && matches!(tokens.get(at + 3), Some(TokenTree::Ident(ident)) if associated.contains(ident));
        match token {
            _ if of_self => qualified.extend(quote!(<#token as #itself>)),
            TokenTree::Group(group) => {
                let inside = qualify(group.stream(), associated, itself);
                let mut group = proc_macro2::Group::new(group.delimiter(), inside);
                group.set_span(token.span());
                group.to_tokens(&mut qualified);
            }
            _ => token.to_tokens(&mut qualified),
        }
    }
    qualified
}
