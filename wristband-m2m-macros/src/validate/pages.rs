//! Paginated methods: those with a `#[page]` argument.

use quote::ToTokens;
use syn::{FnArg, ReturnType, Signature, Type};

use crate::diagnostics::Diagnostics;
use crate::model::Role;
use crate::parse::argument::Argument;
use crate::parse::method::Method;
use crate::parse::role::RoleAttr;
use crate::validate::signature::{borrows, has_impl, unwrapped};

const EXAMPLE: &str = "Pages<OrderPage, ApiError>";

/// The return type. `None`: an error was reported.
pub(crate) fn check(method: &Method, diagnostics: &mut Diagnostics) -> Option<Type> {
    let mut pages = method
        .arguments
        .iter()
        .filter(|argument| argument.page.is_some());
    if let Some(page) = pages.next() {
        check_role(page, diagnostics);
    }
    for page in pages {
        diagnostics.push(
            &page.page,
            "a method cannot have two `#[page]` arguments: keep one of them",
        );
    }
    check_arguments(method, diagnostics);
    if let Some(token) = &method.sig.asyncness {
        diagnostics.push(
            token,
            "a method with a `#[page]` argument cannot be `async`: remove `async`, since pages are \
            requested as they are read",
        );
    }
    output(&method.sig, diagnostics)
}

/// Rejects a `Pages` without a `#[page]` argument. Recognized by spelling; the type checker sees through aliases.
pub(crate) fn lacks_argument(sig: &Signature, diagnostics: &mut Diagnostics) -> bool {
    let ReturnType::Type(_, ty) = &sig.output else {
        return false;
    };
    let lacks = is_named(ty, "Pages");
    if lacks {
        let not_async = match sig.asyncness {
            Some(_) => ", and remove `async`",
            None => "",
        };
        diagnostics.push(
            ty,
            format!(
                "a method that returns `Pages` needs a `#[page]` argument: mark one, as in \
                `#[query] #[page] token: Option<String>`{not_async}"
            ),
        );
    }
    lacks
}

fn check_role(page: &Argument, diagnostics: &mut Diagnostics) {
    let is_sent = match &page.mark {
        RoleAttr::Unknown => true,
        RoleAttr::None | RoleAttr::Path { .. } => false,
        RoleAttr::Role { role, .. } => matches!(
            role,
            Role::Query { csv: false, .. } | Role::Header { .. } | Role::Url
        ),
    };
    if !is_sent {
        diagnostics.push(
            &page.page,
            "`#[page]` needs a role that sends the page: write `#[query]`, \
            `#[header(\"X-Page\")]` or `#[url]` beside it",
        );
    }
}

/// Arguments are sent with each page, so they are kept for as long as pages are read.
fn check_arguments(method: &Method, diagnostics: &mut Diagnostics) {
    for input in &method.sig.inputs {
        if let FnArg::Typed(argument) = input
            && borrows(argument.ty.to_token_stream())
        {
            diagnostics.push(
                &argument.ty,
                "an argument that is sent with each page cannot be borrowed: write an owned type, \
                such as `String` in place of `&str`",
            );
        }
    }
    for argument in &method.arguments {
        if let Some((attr, Role::Multipart)) = argument.role() {
            diagnostics.push(
                attr,
                "`#[multipart]` cannot be sent again for the next page: write `#[json]`, `#[form]` \
                or `#[body(\"..\")]`",
            );
        }
    }
}

fn output(sig: &Signature, diagnostics: &mut Diagnostics) -> Option<Type> {
    let written = match &sig.output {
        ReturnType::Type(_, ty)
            if !is_named(ty, "Result")
                && !has_impl(ty.to_token_stream())
                && matches!(
                    unwrapped(ty),
                    Type::Path(_) | Type::Macro(_) | Type::Verbatim(_)
                ) =>
        {
            return Some((**ty).clone());
        }
        ReturnType::Type(_, ty) => ty.to_token_stream(),
        ReturnType::Default => sig.ident.to_token_stream(),
    };
    diagnostics.push(
        written,
        format!(
            "a method with a `#[page]` argument must return `Pages`: write `{EXAMPLE}`, where \
            `OrderPage` is what one response holds"
        ),
    );
    None
}

fn is_named(ty: &Type, name: &str) -> bool {
    matches!(unwrapped(ty), Type::Path(path)
        if path.path.segments.last().is_some_and(|last| last.ident == name))
}
