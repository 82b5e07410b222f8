//! Rules of an endpoint's signature.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{
    FnArg, GenericArgument, GenericParam, PathArguments, ReceiverKind, ReturnType, Safety,
    Signature, Type, TypeParamBound,
};

use crate::diagnostics::Diagnostics;
use crate::parse::method::Method;
use crate::validate::pages;

/// The return type. `None`: an error was reported.
pub(crate) fn check(method: &Method, diagnostics: &mut Diagnostics) -> Option<Type> {
    let sig = &method.sig;
    check_qualifiers(sig, diagnostics);
    check_generics(sig, diagnostics);
    check_receiver(sig, method.verb.name.name(), diagnostics);
    check_arguments(sig, diagnostics);
    if method.is_paged() {
        return pages::check(method, diagnostics);
    }
    if pages::lacks_argument(sig, diagnostics) {
        return None;
    }
    if sig.asyncness.is_none() {
        diagnostics.push(sig.fn_token, not_async(sig));
    }
    output(sig, diagnostics)
}

fn check_qualifiers(sig: &Signature, diagnostics: &mut Diagnostics) {
    let name = &sig.ident;
    let mut refuse = |token: &dyn ToTokens, what: &str| {
        diagnostics.push(
            token,
            format!("an endpoint cannot be `{what}`: write `async fn {name}`"),
        );
    };
    if let Some(token) = &sig.constness {
        refuse(token, "const");
    }
    if let Safety::Unsafe(token) = &sig.safety {
        refuse(token, "unsafe");
    }
    if let Some(abi) = &sig.abi {
        refuse(abi, "extern");
    }
    if let Some(variadic) = &sig.variadic {
        diagnostics.push(
            variadic,
            "an endpoint cannot have `...`: write its arguments out",
        );
    }
}

fn check_generics(sig: &Signature, diagnostics: &mut Diagnostics) {
    for parameter in &sig.generics.params {
        let instead = match parameter {
            GenericParam::Lifetime(_) => continue,
            GenericParam::Type(parameter) => {
                format!("the type that stands for `{}`", parameter.ident)
            }
            GenericParam::Const(parameter) => format!("the value of `{}`", parameter.ident),
        };
        diagnostics.push(
            parameter,
            format!("an endpoint cannot be generic: write {instead}"),
        );
    }
}

fn check_receiver(sig: &Signature, verb: &str, diagnostics: &mut Diagnostics) {
    let Some(receiver) = sig.receiver() else {
        diagnostics.push(
            &sig.ident,
            format!(
                "`{0}` has no `&self`, but `#[{verb}]` makes it a call on a client: write \
                `async fn {0}(&self, ..)`",
                sig.ident
            ),
        );
        return;
    };
    let written = match &receiver.kind {
        ReceiverKind::Reference(_, _, None) => return,
        ReceiverKind::Reference(_, _, Some(_)) => "`&mut self`",
        ReceiverKind::Value => "`self` by value",
        _ => "`self` with a type",
    };
    diagnostics.push(
        receiver,
        format!("an endpoint cannot take {written}: write `&self`, since a client is shared"),
    );
}

/// Searches the tokens, since an `impl` may be nested.
fn check_arguments(sig: &Signature, diagnostics: &mut Diagnostics) {
    for input in &sig.inputs {
        if let FnArg::Typed(argument) = input
            && has_impl(argument.ty.to_token_stream())
        {
            diagnostics.push(
                &argument.ty,
                "an endpoint cannot have an `impl Trait` argument: write a type, such as `&str` \
                or `&Order`",
            );
        }
    }
}

fn not_async(sig: &Signature) -> String {
    let boxed = match &sig.output {
        ReturnType::Type(_, ty) => matches!(&**ty, Type::Path(_)) && future_output(ty).is_some(),
        ReturnType::Default => false,
    };
    if boxed {
        return "an endpoint cannot be boxed: remove `#[async_trait]`, which it does not need"
            .to_owned();
    }
    format!(
        "an endpoint must be `async`: write `async fn {}`, with the response itself as its return type",
        sig.ident
    )
}

/// Refuses only what cannot be an alias; whether a name is a `Result` is for the type checker.
fn output(sig: &Signature, diagnostics: &mut Diagnostics) -> Option<Type> {
    let ReturnType::Type(_, ty) = &sig.output else {
        diagnostics.push(
            &sig.ident,
            format!(
                "`{}` returns nothing: write `-> Result<(), ApiError>`, or the type of the \
                response in place of `()`",
                sig.ident
            ),
        );
        return None;
    };
    if has_impl(ty.to_token_stream()) {
        if sig.asyncness.is_some() {
            diagnostics.push(
                ty,
                "an endpoint cannot return `impl Trait`: write the type of the response, \
                as in `Result<Order, ApiError>`",
            );
        }
        return None;
    }
    match unwrapped(ty) {
        Type::Path(_) | Type::Macro(_) | Type::Verbatim(_) => {}
        _ => {
            diagnostics.push(
                ty,
                "an endpoint must return a `Result`: write `Result<.., ApiError>` around the type",
            );
            return None;
        }
    }
    if sig.asyncness.is_some() && borrows(ty.to_token_stream()) {
        diagnostics.push(
            ty,
            "a response cannot be borrowed: write an owned type, such as `String` in place of `&str`",
        );
        return None;
    }
    Some((**ty).clone())
}

/// Without parentheses.
pub(crate) fn unwrapped(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => unwrapped(&group.elem),
        Type::Paren(paren) => unwrapped(&paren.elem),
        ty => ty,
    }
}

/// `T` of `impl Future<Output = T>` and of `Pin<Box<dyn Future<Output = T>>>`.
pub(crate) fn future_output(ty: &Type) -> Option<&Type> {
    match ty {
        Type::ImplTrait(ty) => ty.bounds.iter().find_map(bound_output),
        Type::TraitObject(ty) => ty.bounds.iter().find_map(bound_output),
        Type::Path(ty) => match &ty.path.segments.last()?.arguments {
            PathArguments::AngleBracketed(inside) => {
                inside.args.iter().find_map(|inside| match inside {
                    GenericArgument::Type(inside) => future_output(inside),
                    _ => None,
                })
            }
            _ => None,
        },
        _ => None,
    }
}

fn bound_output(bound: &TypeParamBound) -> Option<&Type> {
    let TypeParamBound::Trait(bound) = bound else {
        return None;
    };
    let PathArguments::AngleBracketed(inside) = &bound.path.segments.last()?.arguments else {
        return None;
    };
    inside.args.iter().find_map(|inside| match inside {
        GenericArgument::AssocType(output) if output.ident == "Output" => Some(&output.ty),
        _ => None,
    })
}

pub(crate) fn has_impl(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == "impl",
        TokenTree::Group(group) => has_impl(group.stream()),
        _ => false,
    })
}

/// Whether a type names or leaves out a lifetime other than `'static`.
pub(crate) fn borrows(tokens: TokenStream) -> bool {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let borrows = match &token {
            TokenTree::Punct(punct) if punct.as_char() == '&' => {
                !matches!(tokens.peek(), Some(TokenTree::Punct(next)) if next.as_char() == '\'')
            }
            TokenTree::Punct(punct) if punct.as_char() == '\'' => {
                !matches!(tokens.peek(), Some(TokenTree::Ident(name)) if name == "static")
            }
            TokenTree::Group(group) => borrows(group.stream()),
            _ => false,
        };
        if borrows {
            return true;
        }
    }
    false
}
