//! Documentation of what is generated.

use syn::ext::IdentExt;
use syn::{Attribute, Expr, ExprLit, Lit, Meta, parse_quote};

use crate::model::{Endpoint, Service};

/// The trait's path and the method's, as written.
pub(super) fn route_of(service: &Service, endpoint: &Endpoint) -> String {
    match &endpoint.path {
        None => "{url}".to_owned(),
        Some(path) => format!("{}{}", service.path, path.route),
    }
}

/// A last paragraph that says where a method leads.
pub(super) fn route(service: &Service, endpoint: &Endpoint) -> Attribute {
    let route = route_of(service, endpoint);
    let line = format!("`{} {route}`", endpoint.method);
    let paragraph = if text(&endpoint.attrs).is_empty() {
        format!(" {line}")
    } else {
        format!("\n{line}")
    };
    parse_quote!(#[doc = #paragraph])
}

/// What a method may fail with, unless the user has said it.
pub(super) fn errors(service: &Service, endpoint: &Endpoint) -> Option<Attribute> {
    if text(&endpoint.attrs).contains("# Errors") {
        return None;
    }
    let krate = link(service);
    let section = format!(
        "\n# Errors\n\nWhen there is no answer of this type: see the kinds of [`ApiError`]({krate}::ApiErrorKind), \
         which becomes the error of the return type."
    );
    Some(parse_quote!(#[doc = #section]))
}

pub(super) fn client(service: &Service) -> Attribute {
    let name = service.item.ident.unraw();
    let krate = link(service);
    let opening = if text(&service.item.attrs).is_empty() {
        ""
    } else {
        "\n"
    };
    let section = format!(
        "{opening}Client of the API that [`{name}`] describes: each method is one request, which carries a Wristband token, and is \
         sent once more with a new token when the API rejects the first.\n\nCheap to clone; clones share connections \
         and token. Settings other than the defaults are made with [`builder`](Self::builder), see \
         [`ApiClientBuilder`]({krate}::ApiClientBuilder)."
    );
    parse_quote!(#[doc = #section])
}

pub(super) fn companion(service: &Service) -> Attribute {
    let name = service.item.ident.unraw();
    let section = format!(
        "Companion of [`{name}`] for trait objects: every `{name}` is one, and an `Arc` of a trait object of this is a `{name}` \
         again. Its methods are called through `{name}`."
    );
    parse_quote!(#[doc = #section])
}

/// Our crate in a link; rustdoc takes no leading colons.
fn link(service: &Service) -> String {
    service
        .krate
        .segments
        .iter()
        .map(|segment| segment.ident.to_string())
        .collect::<Vec<_>>()
        .join("::")
}

/// The user's docs, line by line.
fn text(attrs: &[Attribute]) -> String {
    let line = |attr: &Attribute| match &attr.meta {
        Meta::NameValue(meta) if meta.path.is_ident("doc") => match &meta.value {
            Expr::Lit(ExprLit {
                lit: Lit::Str(line),
                ..
            }) => Some(line.value() + "\n"),
            // Such as `include_str!`.
            _ => Some("\n".to_owned()),
        },
        _ => None,
    };
    attrs.iter().filter_map(line).collect()
}
