//! What the signature of an endpoint may look like.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{
    GenericArgument, GenericParam, PathArguments, ReceiverKind, ReturnType, Safety, Signature,
    Type, TypeParamBound,
};

use crate::diagnostics::Diagnostics;

pub(crate) fn check(sig: &Signature, verb: &str, diagnostics: &mut Diagnostics) {
    let name = &sig.ident;
    if sig.asyncness.is_none() {
        diagnostics.push(sig.fn_token, not_async(sig));
    }
    if let Some(token) = &sig.constness {
        diagnostics.push(
            token,
            format!("an endpoint is not `const`: write `async fn {name}`"),
        );
    }
    if let Safety::Unsafe(token) = &sig.safety {
        diagnostics.push(
            token,
            format!("an endpoint is not `unsafe`: write `async fn {name}`"),
        );
    }
    if let Some(abi) = &sig.abi {
        diagnostics.push(
            abi,
            format!("an endpoint is not `extern`: write `async fn {name}`"),
        );
    }
    if let Some(variadic) = &sig.variadic {
        diagnostics.push(
            variadic,
            "an endpoint has no `...`: write its arguments out",
        );
    }
    for parameter in &sig.generics.params {
        match parameter {
            GenericParam::Lifetime(_) => {}
            GenericParam::Type(parameter) => diagnostics.push(
                parameter,
                format!(
                    "an endpoint has no type parameters: write the type that stands for `{}`",
                    parameter.ident
                ),
            ),
            GenericParam::Const(parameter) => diagnostics.push(
                parameter,
                format!(
                    "an endpoint has no const parameters: write the value of `{}`",
                    parameter.ident
                ),
            ),
        }
    }
    check_receiver(sig, verb, diagnostics);
}

fn not_async(sig: &Signature) -> String {
    let boxed = match &sig.output {
        ReturnType::Type(_, ty) => matches!(&**ty, Type::Path(_)) && future_output(ty).is_some(),
        ReturnType::Default => false,
    };
    if boxed {
        return "an endpoint is not boxed: remove `#[async_trait]`, which it does not need"
            .to_owned();
    }
    format!(
        "an endpoint is `async`: write `async fn {}`, with the answer itself as its return type",
        sig.ident
    )
}

fn check_receiver(sig: &Signature, verb: &str, diagnostics: &mut Diagnostics) {
    let Some(receiver) = sig.receiver() else {
        diagnostics.push(
            &sig.ident,
            format!(
                "`#[{verb}]` makes a call on a client: write `async fn {}(&self, ..)`",
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
        format!("an endpoint takes no {written}: write `&self`, a client is shared"),
    );
}

/// Only what no alias can hide is refused here; whether a name stands for a `Result` is known to the type checker alone.
pub(crate) fn output(sig: &Signature, diagnostics: &mut Diagnostics) -> Option<Type> {
    let ReturnType::Type(_, ty) = &sig.output else {
        diagnostics.push(
            &sig.ident,
            format!(
                "`{}` returns nothing: write `-> Result<(), ApiError>`, or what the answer \
                holds in place of `()`",
                sig.ident
            ),
        );
        return None;
    };
    let mut inner = ty.as_ref();
    while let Type::Group(_) | Type::Paren(_) = inner {
        inner = match inner {
            Type::Group(group) => &group.elem,
            Type::Paren(paren) => &paren.elem,
            _ => break,
        };
    }
    if has_impl(ty.to_token_stream()) {
        if sig.asyncness.is_some() {
            diagnostics.push(
                ty,
                "an endpoint returns no `impl Trait`: write the type of the answer, \
                as in `Result<Order, ApiError>`",
            );
        }
        return None;
    }
    match inner {
        Type::Path(_) | Type::Macro(_) | Type::Verbatim(_) => Some((**ty).clone()),
        _ => {
            diagnostics.push(
                ty,
                "an endpoint can fail: write `Result<.., ApiError>` around what it returns",
            );
            None
        }
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

/// Looks at tokens, since an `impl` may be deep inside.
pub(crate) fn no_impl_trait(ty: &Type, diagnostics: &mut Diagnostics) {
    if has_impl(ty.to_token_stream()) {
        diagnostics.push(
            ty,
            "an endpoint has no `impl Trait` arguments: write a type, such as `&str` or `&Order`",
        );
    }
}
