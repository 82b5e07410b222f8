//! Lowers a method with a verb to an endpoint. The expansion relies on what is checked here.

use super::Defaults;
use crate::diagnostics::Diagnostics;
use crate::model::{Endpoint, FixedPair, Options, Param, Role};
use crate::parse::fixed::FixedAttr;
use crate::parse::method::Method;
use crate::parse::options::CallOptions;
use crate::validate::{path_params, rules, signature, verbs};

/// `None`: an error was reported.
pub(super) fn endpoint(
    index: usize,
    method: Method,
    defaults: &Defaults,
    diagnostics: &mut Diagnostics,
) -> Option<Endpoint> {
    verbs::check(&method, diagnostics);
    let output = signature::check(&method, diagnostics);
    rules::check(&method, diagnostics);
    let (roles, path) = path_params::bind(&method, &defaults.placeholders, diagnostics);
    let headers = headers(defaults, &method, &roles);
    let queries = queries(defaults, &method, &roles);
    let options = options(&defaults.call, &method.verb.options);
    let page = method
        .arguments
        .iter()
        .position(|argument| argument.page.is_some());
    let arguments = method.arguments.into_iter().zip(roles);
    let params: Option<Vec<Param>> = arguments
        .map(|(argument, role)| {
            Some(Param {
                ident: argument.ident,
                ty: argument.ty,
                role: role?,
            })
        })
        .collect();
    Some(Endpoint {
        index,
        attrs: method.attrs,
        sig: method.sig,
        method: method.verb.method,
        path,
        options,
        headers,
        queries,
        params: params?,
        page,
        output: output?,
    })
}

/// The trait's timeout is a constant of the client, which its builder may override.
fn options(defaults: &CallOptions, own: &CallOptions) -> Options {
    Options {
        timeout: own.timeout,
        auth: own.auth.or(defaults.auth).unwrap_or(true),
        retry_on_unauthorized: own
            .retry_on_unauthorized
            .or(defaults.retry_on_unauthorized)
            .unwrap_or(true),
        min_token_life: own.min_token_life.or(defaults.min_token_life),
    }
}

/// The trait's headers are defaults, replaced by what the method or its arguments set.
fn headers(defaults: &Defaults, method: &Method, roles: &[Option<Role>]) -> Vec<FixedPair> {
    let own = pairs(&method.fixed.headers, &method.verb.options);
    let is_own = |name: &str| {
        own.iter().any(|pair| pair.name.eq_ignore_ascii_case(name))
            || roles.iter().flatten().any(|role| match role {
                Role::Header { name: own } => own.eq_ignore_ascii_case(name),
                Role::Form
                | Role::Multipart
                | Role::Body {
                    content_type: Some(_),
                } => name.eq_ignore_ascii_case("content-type"),
                _ => false,
            })
    };
    let mut headers = pairs(&defaults.fixed.headers, &defaults.call);
    headers.retain(|pair| !is_own(&pair.name));
    headers.extend(own);
    headers
}

/// The fixed headers, and the one that `accept = ".."` sets.
fn pairs(headers: &[FixedAttr], options: &CallOptions) -> Vec<FixedPair> {
    let accept = options.accept.as_ref().map(|accept| FixedPair {
        name: "Accept".to_owned(),
        value: accept.value(),
    });
    headers.iter().map(FixedAttr::pair).chain(accept).collect()
}

/// The trait's parameters are defaults too.
fn queries(defaults: &Defaults, method: &Method, roles: &[Option<Role>]) -> Vec<FixedPair> {
    let is_own = |pair: &FixedAttr| {
        let fixed = &method.fixed.queries;
        fixed.iter().any(|own| own.is_query(&pair.name.value()))
            || roles
                .iter()
                .flatten()
                .filter_map(Role::query_name)
                .any(|name| pair.is_query(name))
    };
    let defaults = defaults.fixed.queries.iter().filter(|pair| !is_own(pair));
    defaults
        .chain(&method.fixed.queries)
        .map(FixedAttr::pair)
        .collect()
}
