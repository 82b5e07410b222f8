//! Rules across the parts of a method.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{Attribute, Ident};

use crate::diagnostics::Diagnostics;
use crate::model::Role;
use crate::parse::argument::Argument;
use crate::parse::attribute::VerbName;
use crate::parse::method::Method;
use crate::parse::role::RoleAttr;
use crate::parse::verb::Route;

/// Associated functions of the generated client.
const CONSTRUCTORS: [&str; 5] = ["new", "with_base_url", "builder", "from_http_client", "on"];

pub(crate) fn check(method: &Method, diagnostics: &mut Diagnostics) {
    constructor_names_are_taken(method, diagnostics);
    argument_names_once(method, diagnostics);
    one_body(method, diagnostics);
    no_body_on_get(method, diagnostics);
    one_timeout(method, diagnostics);
    path_or_url(method, diagnostics);
    query_names_once(method, diagnostics);
    header_names_once(method, diagnostics);
    content_type_once(method, diagnostics);
}

/// Whether a method of the client cannot have this name.
pub(crate) fn is_constructor(name: &Ident) -> bool {
    CONSTRUCTORS
        .iter()
        .any(|constructor| name.unraw() == constructor)
}

fn constructor_names_are_taken(method: &Method, diagnostics: &mut Diagnostics) {
    let name = &method.sig.ident;
    if is_constructor(name) {
        diagnostics.push(
            name,
            format!(
                "`{}` is a constructor of the client: give the endpoint another name",
                name.unraw()
            ),
        );
    }
}

/// The items that repeat an earlier one.
fn repeated<T>(items: impl IntoIterator<Item = T>, same: impl Fn(&T, &T) -> bool) -> Vec<T> {
    let mut seen: Vec<T> = Vec::new();
    let mut again = Vec::new();
    for item in items {
        if seen.iter().any(|before| same(before, &item)) {
            again.push(item);
        } else {
            seen.push(item);
        }
    }
    again
}

fn roles(method: &Method) -> impl Iterator<Item = (&Attribute, &Role)> {
    method.arguments.iter().filter_map(Argument::role)
}

fn argument_names_once(method: &Method, diagnostics: &mut Diagnostics) {
    for argument in repeated(&method.arguments, |a, b| a.name() == b.name()) {
        diagnostics.push(
            &argument.ident,
            format!(
                "two arguments are named `{}`: give this one another name",
                argument.name()
            ),
        );
    }
}

/// The role as it is written, if it is a body.
fn body(role: &Role) -> Option<&'static str> {
    match role {
        Role::Json => Some("#[json]"),
        Role::Form => Some("#[form]"),
        Role::Multipart => Some("#[multipart]"),
        Role::Body { .. } => Some("#[body]"),
        _ => None,
    }
}

fn bodies(method: &Method) -> impl Iterator<Item = (&Attribute, &'static str)> {
    roles(method).filter_map(|(attr, role)| Some((attr, body(role)?)))
}

fn one_body(method: &Method, diagnostics: &mut Diagnostics) {
    for (attr, _) in repeated(bodies(method), |_, _| true) {
        diagnostics.push(
            attr,
            "a request cannot have two bodies: keep one of them, or put both into one struct",
        );
    }
}

/// RFC 9110, sections 9.3.1 and 9.3.2. For an API that expects one anyway there is `#[request]`.
fn no_body_on_get(method: &Method, diagnostics: &mut Diagnostics) {
    let verb = method.verb.name;
    if !matches!(verb, VerbName::Get | VerbName::Head) {
        return;
    }
    for (attr, written) in bodies(method) {
        let (name, method) = (verb.name(), verb.method().unwrap_or_default());
        diagnostics.push(
            attr,
            format!(
                "`#[{name}]` cannot have a body: write `#[query_map]` or `#[query]` in place of \
                `{written}`, or, for an API that expects a body, `#[request(\"{method}\", ..)]`"
            ),
        );
    }
}

fn one_timeout(method: &Method, diagnostics: &mut Diagnostics) {
    let timeouts = roles(method).filter(|(_, role)| **role == Role::Timeout);
    for (attr, _) in repeated(timeouts, |_, _| true) {
        diagnostics.push(attr, "a call cannot have two timeouts: keep one of them");
    }
}

fn path_or_url(method: &Method, diagnostics: &mut Diagnostics) {
    let urls = || roles(method).filter(|(_, role)| **role == Role::Url);
    let verb = method.verb.name.name();
    match &method.verb.route {
        Route::Path { literal, .. } => {
            for (attr, _) in urls() {
                diagnostics.push(
                    attr,
                    format!(
                        "`#[url]` is the whole URL, but this endpoint has a path: remove \
                        `\"{}\"` from `#[{verb}]`, or this argument",
                        literal.value()
                    ),
                );
            }
            return;
        }
        Route::None if urls().next().is_none() && !has_unknown_mark(method) => {
            let method_name = match method.verb.name.method() {
                Some(_) => String::new(),
                None => format!("\"{}\", ", method.verb.method),
            };
            diagnostics.push(
                &method.verb.attr,
                format!(
                    "`#[{verb}]` has no path: write `#[{verb}({method_name}\"/orders\")]`, or \
                    mark an argument `#[url]`"
                ),
            );
        }
        Route::None | Route::Unknown => {}
    }
    for (attr, _) in repeated(urls(), |_, _| true) {
        diagnostics.push(attr, "a request cannot have two URLs: keep one of them");
    }
}

fn has_unknown_mark(method: &Method) -> bool {
    method
        .arguments
        .iter()
        .any(|argument| matches!(argument.mark, RoleAttr::Unknown))
}

fn query_names_once(method: &Method, diagnostics: &mut Diagnostics) {
    let names = || roles(method).filter_map(|(attr, role)| Some((attr, role.query_name()?)));
    for (attr, name) in repeated(names(), |a, b| a.1 == b.1) {
        diagnostics.push(
            attr,
            format!(
                "the query parameter `{name}` is set twice: give this one another name, or \
                pass both as one sequence"
            ),
        );
    }
    for (attr, name) in names() {
        if method
            .fixed
            .queries
            .iter()
            .any(|fixed| fixed.is_query(name))
        {
            diagnostics.push(
                attr,
                format!(
                    "the query parameter `{name}` is set above the method too: keep one of them"
                ),
            );
        }
    }
}

/// What the trait sets is a default, which a method may override.
fn header_names_once(method: &Method, diagnostics: &mut Diagnostics) {
    let names = || {
        roles(method).filter_map(|(attr, role)| match role {
            Role::Header { name } => Some((attr, name)),
            _ => None,
        })
    };
    for (attr, name) in repeated(names(), |a, b| a.1.eq_ignore_ascii_case(b.1)) {
        diagnostics.push(
            attr,
            format!("the header `{name}` is set twice: keep one of them"),
        );
    }
    let fixed = &method.fixed.headers;
    for (attr, name) in names() {
        let too = if fixed.iter().any(|fixed| fixed.is_header(name)) {
            "above the method"
        } else if name.eq_ignore_ascii_case("accept") && method.verb.options.accept.is_some() {
            "by `accept`"
        } else {
            continue;
        };
        diagnostics.push(
            attr,
            format!("the header `{name}` is set {too} too: keep one of them"),
        );
    }
    if let Some(accept) = &method.verb.options.accept
        && fixed.iter().any(|fixed| fixed.is_header("accept"))
    {
        diagnostics.push(
            accept,
            "the header `Accept` is set by `#[header]` too: keep one of them",
        );
    }
}

/// `#[json]` may be sent as another JSON type, such as `application/vnd.api+json`. `#[body]` alone leaves the type to a header.
fn content_type_once(method: &Method, diagnostics: &mut Diagnostics) {
    let fixed = &method.fixed.headers;
    let fixed = fixed.iter().filter(|fixed| fixed.is_header("content-type"));
    let fixed: Vec<_> = fixed.map(|fixed| fixed.name.to_token_stream()).collect();
    let arguments = roles(method).filter(|(_, role)| {
        matches!(role, Role::Header { name } if name.eq_ignore_ascii_case("content-type"))
    });
    let set = fixed
        .into_iter()
        .chain(arguments.map(|(attr, _)| attr.to_token_stream()));
    let set: Vec<TokenStream> = set.collect();
    for (attr, role) in roles(method) {
        let instead = match role {
            Role::Body { content_type: None } => {
                let has_map = roles(method).any(|(_, role)| *role == Role::HeaderMap);
                if set.is_empty() && !has_map {
                    diagnostics.push(
                        attr,
                        "`#[body]` has no content type: write one, as in \
                        `#[body(\"application/octet-stream\")]`, or mark an argument \
                        `#[header(\"Content-Type\")]`",
                    );
                }
                continue;
            }
            Role::Body { .. } => "remove it, or write `#[body]` alone",
            Role::Form | Role::Multipart => "remove it",
            _ => continue,
        };
        let written = body(role).unwrap_or_default();
        for header in &set {
            diagnostics.push(
                header,
                format!("the header `Content-Type` is set by `{written}` already: {instead}"),
            );
        }
    }
}
