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

/// A last paragraph with the method and the route.
pub(super) fn route(service: &Service, endpoint: &Endpoint) -> Vec<Attribute> {
    let route = route_of(service, endpoint);
    paragraph(
        &endpoint.attrs,
        &[&format!("`{} {route}`", endpoint.method)],
    )
}

/// A section on errors, unless the user has written one. Pages fail one by one, as they are read.
pub(super) fn errors(service: &Service, endpoint: &Endpoint) -> Vec<Attribute> {
    if endpoint.page.is_some() || text(&endpoint.attrs).contains("# Errors") {
        return Vec::new();
    }
    let krate = link(service);
    lines(&[
        "",
        "# Errors",
        "",
        &format!(
            "Returns an error if the call fails or the response cannot be decoded; see [`ApiErrorKind`]({krate}::ApiErrorKind)."
        ),
    ])
}

pub(super) fn client(service: &Service) -> Vec<Attribute> {
    let name = service.item.ident.unraw();
    let krate = link(service);
    paragraph(
        &service.item.attrs,
        &[
            &format!(
                "Client of the API that [`{name}`] describes. Each method sends one request with a Wristband token, and retries it"
            ),
            "once with a new token if the API rejects the first.",
            "",
            "Dropping the future of a call cancels that call only: a token request in flight continues for other callers.",
            "",
            &format!(
                "Cheap to clone; clones share connections and the token. [`builder`](Self::builder) overrides the defaults of [`ApiClientBuilder`]({krate}::ApiClientBuilder)."
            ),
        ],
    )
}

pub(super) fn dyn_trait(service: &Service) -> Vec<Attribute> {
    let name = service.item.ident.unraw();
    lines(&[
        &format!(
            "Dyn-compatible version of [`{name}`]. Every `{name}` implements it, and an `Arc<dyn {}>` implements `{name}`.",
            service
                .dyn_name
                .as_ref()
                .unwrap_or(&service.item.ident)
                .unraw()
        ),
        &format!("Call its methods through `{name}`."),
    ])
}

/// The methods that a trait object cannot delegate.
pub(super) fn not_passed_on(service: &Service) -> Vec<Attribute> {
    let provided = service.provided.iter().filter(|it| !it.is_dyn_compatible);
    let names: Vec<String> = provided
        .map(|provided| format!("`{}`", provided.sig.ident.unraw()))
        .collect();
    if names.is_empty() {
        return Vec::new();
    }
    let names = names.join(", ");
    lines(&[
        "",
        &format!(
            "Not dyn-compatible, so a trait object uses the body in the trait, whatever implementation is behind it: {names}."
        ),
    ])
}

/// Further lines below what the user has written.
fn paragraph(attrs: &[Attribute], text_lines: &[&str]) -> Vec<Attribute> {
    let mut attributes = if text(attrs).is_empty() {
        Vec::new()
    } else {
        lines(&[""])
    };
    attributes.extend(lines(text_lines));
    attributes
}

fn lines(text: &[&str]) -> Vec<Attribute> {
    let line = |line: &&str| {
        let line = if line.is_empty() {
            String::new()
        } else {
            format!(" {line}")
        };
        parse_quote!(#[doc = #line])
    };
    text.iter().map(line).collect()
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
            // For example `include_str!`.
            _ => Some("\n".to_owned()),
        },
        _ => None,
    };
    attrs.iter().filter_map(line).collect()
}
