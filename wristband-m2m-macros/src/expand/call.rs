//! The body of a client's method: one chain that builds the call, one await.

use std::time::Duration;

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Ident, parse_quote};

use super::{cover, docs};
use crate::model::{Endpoint, Param, Role, Service};
use crate::path::Piece;

pub(super) fn body(service: &Service, endpoint: &Endpoint) -> TokenStream {
    let krate = &service.krate;
    let begin = begin(service, endpoint);
    let steps = steps(service, endpoint);
    let output = &endpoint.output;
    let krate = at(output.span(), quote!(#krate));
    let send = quote_spanned!(output.span()=> .send(#krate::private::answer!(#output)).await);
    if steps.iter().all(|step| step.cfgs.is_empty()) {
        let steps = steps.iter().map(|step| &step.link);
        return quote!(#begin #(#steps)* #send);
    }
    // A link of a chain cannot carry a `cfg`.
    let call = Ident::new("__call", Span::mixed_site());
    let steps = steps
        .iter()
        .map(|Step { cfgs, link }| quote!(#(#cfgs)* let #call = #call #link;));
    quote! {
        let #call = #begin;
        #(#steps)*
        #call #send
    }
}

/// A link of the chain, such as `.segment("id", &id)`.
struct Step {
    cfgs: Vec<syn::Attribute>,
    link: TokenStream,
}

impl Step {
    fn always(link: TokenStream) -> Self {
        Self {
            cfgs: Vec::new(),
            link,
        }
    }

    fn of(param: &Param, link: TokenStream) -> Self {
        Self {
            cfgs: cover::cfgs(&param.attrs).cloned().collect(),
            link,
        }
    }
}

fn begin(service: &Service, endpoint: &Endpoint) -> TokenStream {
    let krate = &service.krate;
    let this = endpoint.sig.receiver().map(|receiver| &receiver.self_token);
    let name = service.item.ident.unraw().to_string();
    let operation = endpoint.sig.ident.unraw().to_string();
    let method = &endpoint.method;
    let route = docs::route_of(service, endpoint);
    // Placed at the return type, as is the end of the chain: that is where rustc is to say what the type lacks, once.
    let krate = at(endpoint.output.span(), quote!(#krate));
    quote_spanned! { endpoint.output.span()=>
        #krate::private::Call::new(
            &#this.api,
            &#krate::Endpoint {
                service: #name,
                operation: #operation,
                method: #method,
                route: #route,
            },
        )
    }
}

fn steps(service: &Service, endpoint: &Endpoint) -> Vec<Step> {
    let mut steps = target(service, endpoint);
    for header in &endpoint.headers {
        let name = header.name.to_ascii_lowercase();
        let value = &header.value;
        steps.push(Step::always(quote!(.static_header(#name, #value))));
    }
    let options = &endpoint.options;
    if let Some(accept) = &options.accept {
        steps.push(Step::always(quote!(.accept(#accept))));
    }
    if let Some(timeout) = options.timeout {
        let timeout = duration(timeout);
        steps.push(Step::always(quote!(.timeout(#timeout))));
    }
    if let Some(life) = options.min_token_life {
        let life = duration(life);
        steps.push(Step::always(quote!(.min_token_life(#life))));
    }
    if !options.auth {
        steps.push(Step::always(quote!(.without_auth())));
    }
    if !options.retry_on_unauthorized {
        steps.push(Step::always(quote!(.without_retry())));
    }
    let arguments = endpoint.params.iter().filter_map(|param| {
        let link = argument(service, param)?;
        Some(Step::of(param, link))
    });
    steps.extend(arguments);
    steps
}

/// The path.
fn target(service: &Service, endpoint: &Endpoint) -> Vec<Step> {
    let Some(path) = &endpoint.path else {
        return Vec::new();
    };
    let mut prefix = service.path.clone();
    let mut steps = Vec::new();
    for piece in &path.pieces {
        match piece {
            Piece::Literal(text) => {
                let text = encoded(&(std::mem::take(&mut prefix) + text));
                steps.push(Step::always(quote!(.literal(#text))));
            }
            Piece::Value { placeholder, param } | Piece::Rest { placeholder, param } => {
                let Some(param) = endpoint.params.get(*param) else {
                    continue;
                };
                let rest = matches!(piece, Piece::Rest { .. });
                let (span, value) = (param.ty.span(), at_type(param));
                let link = if rest {
                    quote_spanned!(span=> .segments(#placeholder, #value))
                } else {
                    quote_spanned!(span=> .segment(#placeholder, &#value))
                };
                steps.push(Step::of(param, link));
            }
        }
    }
    steps
}

/// What an argument adds that is not in the path.
fn argument(service: &Service, param: &Param) -> Option<TokenStream> {
    let (span, value) = (param.ty.span(), at_type(param));
    let own_name = param.ident.unraw().to_string();
    Some(match &param.role {
        Role::Path | Role::Rest => return None,
        Role::Query { name, csv: false } => quote_spanned!(span=> .query(#name, &#value)),
        Role::Query { name, csv: true } => quote_spanned!(span=> .query_csv(#name, &#value)),
        Role::QueryMap => quote_spanned!(span=> .query_map(#own_name, &#value)),
        Role::QueryFlag { name } => quote_spanned!(span=> .query_flag(#name, #value)),
        Role::Header { name } => {
            let name = name.to_ascii_lowercase();
            quote_spanned!(span=> .header(#name, &#value))
        }
        Role::HeaderMap => quote_spanned!(span=> .header_map(#own_name, &#value)),
        Role::Json => quote_spanned!(span=> .json(#own_name, &#value)),
        Role::Form => quote_spanned!(span=> .form(#own_name, &#value)),
        Role::Multipart => quote_spanned!(span=> .multipart(#value)),
        Role::Body { content_type } => {
            let krate = &service.krate;
            let krate = at(span, quote!(#krate));
            quote_spanned!(span=> .body(#content_type, #krate::private::body!(#value)))
        }
        Role::Url => quote_spanned!(span=> .url(&#value)),
        Role::Timeout => quote_spanned!(span=> .timeout(#value)),
    })
}

/// Tokens at another place, with the meaning they had.
fn at(place: Span, tokens: TokenStream) -> TokenStream {
    let moved = tokens.into_iter().map(|mut token| {
        token.set_span(place.resolved_at(token.span()));
        token
    });
    moved.collect()
}

/// The argument, placed at its type like all that is done with it: that is where rustc is to say what the type lacks.
fn at_type(param: &Param) -> Ident {
    let mut ident = param.ident.clone();
    ident.set_span(param.ty.span().resolved_at(param.ident.span()));
    ident
}

pub(super) fn duration(duration: Duration) -> syn::Expr {
    let (seconds, nanos) = (duration.as_secs(), duration.subsec_nanos());
    if nanos == 0 {
        return parse_quote!(::core::time::Duration::from_secs(#seconds));
    }
    match u64::try_from(duration.as_millis()) {
        Ok(millis) if nanos % 1_000_000 == 0 => {
            parse_quote!(::core::time::Duration::from_millis(#millis))
        }
        _ => parse_quote!(::core::time::Duration::new(#seconds, #nanos)),
    }
}

/// Literal text as it goes over the wire: `pchar` of RFC 3986, slashes and what is encoded already are left alone.
fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for (at, byte) in text.bytes().enumerate() {
        let is_escape = byte == b'%'
            && text
                .as_bytes()
                .get(at + 1..at + 3)
                .is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        if byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/".contains(&byte) || is_escape {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_encoded_once() {
        assert_eq!(encoded("/a/b:c@d"), "/a/b:c@d");
        assert_eq!(encoded("/ä%20%zz|"), "/%C3%A4%20%25zz%7C");
    }
}
