//! Rules across the parts of a method and across the methods of a trait: the list of what we refuse.

use syn::ext::IdentExt;
use syn::{Attribute, Ident};

use crate::diagnostics::Diagnostics;
use crate::model::Role;
use crate::parse::argument::Argument;
use crate::parse::method::Method;
use crate::parse::role::RoleAttr;
use crate::parse::verb::Route;

/// Associated functions of the client that we generate.
const CONSTRUCTORS: [&str; 4] = ["new", "with_base_url", "builder", "from_http_client"];

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
        let name = name.unraw();
        diagnostics.push(
            &method.sig.ident,
            format!("`{name}` is a constructor of the client: give the endpoint another name"),
        );
    }
}

/// The items that repeat one before them. Those under `#[cfg]` may exclude one another, so rustc judges them.
fn repeated<'a, T>(
    items: impl IntoIterator<Item = (&'a Argument, T)>,
    same: impl Fn(&T, &T) -> bool,
) -> Vec<(&'a Argument, T)> {
    let mut seen: Vec<(&Argument, T)> = Vec::new();
    let mut again = Vec::new();
    for (argument, item) in items {
        if argument.is_conditional() {
            continue;
        }
        if seen.iter().any(|(_, before)| same(before, &item)) {
            again.push((argument, item));
        } else {
            seen.push((argument, item));
        }
    }
    again
}

fn roles(method: &Method) -> impl Iterator<Item = (&Argument, (&Attribute, &Role))> {
    method
        .arguments
        .iter()
        .filter_map(|argument| Some((argument, argument.role()?)))
}

fn argument_names_once(method: &Method, diagnostics: &mut Diagnostics) {
    let names = method
        .arguments
        .iter()
        .map(|argument| (argument, argument.name()));
    for (argument, name) in repeated(names, |a, b| a == b) {
        diagnostics.push(
            &argument.ident,
            format!("two arguments are named `{name}`: give this one another name"),
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

fn bodies(method: &Method) -> impl Iterator<Item = (&Argument, (&Attribute, &'static str))> {
    roles(method).filter_map(|(argument, (attr, role))| Some((argument, (attr, body(role)?))))
}

fn one_body(method: &Method, diagnostics: &mut Diagnostics) {
    for (_, (attr, _)) in repeated(bodies(method), |_, _| true) {
        diagnostics.push(
            attr,
            "a request has one body: keep one of them, or put both into one struct",
        );
    }
}

/// RFC 9110, sections 9.3.1, 9.3.2 and 9.3.8.
fn no_body_on_get(method: &Method, diagnostics: &mut Diagnostics) {
    let verb = method.verb.method.as_str();
    if !matches!(verb, "GET" | "HEAD" | "TRACE") {
        return;
    }
    for (_, (attr, written)) in bodies(method) {
        diagnostics.push(
            attr,
            format!(
                "a {verb} request has no body: write `#[query_map]` or `#[query]` in place of \
                `{written}`, or a verb such as `#[post]`"
            ),
        );
    }
}

fn one_timeout(method: &Method, diagnostics: &mut Diagnostics) {
    let timeouts = roles(method).filter(|(_, (_, role))| **role == Role::Timeout);
    for (_, (attr, _)) in repeated(timeouts, |_, _| true) {
        diagnostics.push(attr, "a call has one timeout: keep one of them");
    }
}

fn path_or_url(method: &Method, diagnostics: &mut Diagnostics) {
    let urls: Vec<_> = roles(method)
        .filter(|(_, (_, role))| **role == Role::Url)
        .collect();
    let verb = &method.verb.name;
    match &method.verb.route {
        Route::Unknown => {}
        Route::None if urls.is_empty() && !has_unknown_mark(method) => {
            let method_name = if verb == "request" {
                format!("\"{}\", ", method.verb.method)
            } else {
                String::new()
            };
            diagnostics.push(
                &method.verb.attr,
                format!(
                    "`#[{verb}]` has no path: write `#[{verb}({method_name}\"/orders\")]`, or \
                    mark an argument `#[url]`"
                ),
            );
        }
        Route::None => {}
        Route::Path { literal, .. } => {
            for (_, (attr, _)) in &urls {
                diagnostics.push(
                    attr,
                    format!(
                        "`#[url]` is the whole URL, and this endpoint has a path: remove \
                        `\"{}\"` from `#[{verb}]`, or this argument",
                        literal.value()
                    ),
                );
            }
            return;
        }
    }
    for (_, (attr, _)) in repeated(urls, |_, _| true) {
        diagnostics.push(attr, "a request has one URL: keep one of them");
    }
}

fn has_unknown_mark(method: &Method) -> bool {
    method
        .arguments
        .iter()
        .any(|argument| matches!(argument.mark, RoleAttr::Unknown))
}

fn query_names_once(method: &Method, diagnostics: &mut Diagnostics) {
    let names = roles(method).filter_map(|(argument, (attr, role))| match role {
        Role::Query { name, .. } | Role::QueryFlag { name } => Some((argument, (attr, name))),
        _ => None,
    });
    for (_, (attr, name)) in repeated(names, |a, b| a.1 == b.1) {
        diagnostics.push(
            attr,
            format!(
                "the query parameter `{name}` is set twice: give this one another name, or \
                pass both as one sequence"
            ),
        );
    }
}

/// Names of headers are the same in any case. What the trait sets is a default, which a method may override.
fn header_names_once(method: &Method, diagnostics: &mut Diagnostics) {
    let names = || {
        roles(method).filter_map(|(argument, (attr, role))| match role {
            Role::Header { name } => Some((argument, (attr, name))),
            _ => None,
        })
    };
    for (_, (attr, name)) in repeated(names(), |a, b| a.1.eq_ignore_ascii_case(b.1)) {
        diagnostics.push(
            attr,
            format!("the header `{name}` is set twice: keep one of them"),
        );
    }
    for (argument, (attr, name)) in names() {
        let fixed = method.headers.iter().any(|header| header.is(name));
        if fixed && !argument.is_conditional() {
            diagnostics.push(
                attr,
                format!("the header `{name}` is set above the method too: keep one of them"),
            );
        }
        if name.eq_ignore_ascii_case("accept") && method.verb.options.accept.is_some() {
            diagnostics.push(
                attr,
                format!("the header `{name}` is set by `accept` too: keep one of them"),
            );
        }
    }
    if let Some(accept) = &method.verb.options.accept
        && method.headers.iter().any(|header| header.is("accept"))
    {
        diagnostics.push(
            accept,
            "the header `Accept` is set by `#[header]` too: keep one of them",
        );
    }
}

/// `#[json]` may be sent as another JSON type, such as `application/vnd.api+json`.
fn content_type_once(method: &Method, diagnostics: &mut Diagnostics) {
    let Some((_, (_, body))) = bodies(method).find(|(_, (_, body))| *body != "#[json]") else {
        return;
    };
    let message = format!("the header `Content-Type` is set by `{body}` already: remove it");
    for header in method
        .headers
        .iter()
        .filter(|header| header.is("content-type"))
    {
        diagnostics.push(&header.name, &message);
    }
    for (_, (attr, role)) in roles(method) {
        if matches!(role, Role::Header { name } if name.eq_ignore_ascii_case("content-type")) {
            diagnostics.push(attr, &message);
        }
    }
}
