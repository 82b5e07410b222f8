//! The body of a client's method: one chain that builds the call, one await.

use std::time::Duration;

use proc_macro2::{Delimiter, Group, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Ident, Type, parse_quote};

use super::docs;
use super::place::{Extent, at, at_type, borrowed};
use crate::literal::path::Piece;
use crate::model::{Endpoint, FixedPair, Param, Role, Service};

pub(super) fn body(service: &Service, endpoint: &Endpoint) -> TokenStream {
    match endpoint.page.and_then(|page| endpoint.params.get(page)) {
        Some(page) => pages(service, endpoint, page),
        None => call(service, endpoint),
    }
}

fn call(service: &Service, endpoint: &Endpoint) -> TokenStream {
    let krate = &service.krate;
    let this = this(endpoint);
    let call = Ident::new("__call", Span::mixed_site());
    let sending = Ident::new("__sending", Span::mixed_site());
    let name = name(service, endpoint);
    let steps = steps(service, endpoint);
    let send = send(krate, &endpoint.output);
    // Placed at the return type, as is the end of the chain, so that rustc reports there, once, which trait the type lacks.
    let krate = at(endpoint.output.span(), quote!(#krate));
    let begin = quote_spanned! {endpoint.output.span()=>
        #krate::private::Call::new(&#this.api, #name)
    };
    // The call is dropped before the await, so the future holds only the request.
    quote! {
        let #sending = {
            let mut #call = #begin;
            #(#call #steps;)*
            #call #send
        };
        #sending.await
    }
}

/// The same call for each page, with a different argument.
fn pages(service: &Service, endpoint: &Endpoint, page: &Param) -> TokenStream {
    let krate = &service.krate;
    let this = this(endpoint);
    let call = Ident::new("__call", Span::mixed_site());
    let name = name(service, endpoint);
    let steps = steps(service, endpoint);
    let page = &page.ident;
    let decoder = decoder(krate, &endpoint.output, &quote!(EndpointPages));
    let krate = at(endpoint.output.span(), quote!(#krate));
    quote_spanned! {endpoint.output.span()=>
        #krate::private::pages(
            &#this.api,
            #name,
            #page,
            move |#call, #page| { #(#call #steps;)* },
            #krate::private::response! #decoder,
        )
    }
}

fn this(endpoint: &Endpoint) -> TokenStream {
    let receiver = endpoint.sig.receiver();
    receiver.map_or_else(TokenStream::new, |receiver| {
        receiver.self_token.to_token_stream()
    })
}

/// The end of the chain, placed at the return type so that rustc reports there which trait the type lacks.
fn send(krate: &syn::Path, output: &Type) -> TokenStream {
    let first = Extent::of(output).first;
    let decoder = decoder(krate, output, &quote!(EndpointResult));
    let krate = at(first, quote!(#krate));
    quote_spanned!(first=> .send(#krate::private::response! #decoder))
}

/// `(<Result<Order, ApiError> as EndpointResult>::decoder())`
fn decoder(krate: &syn::Path, output: &Type, outcome: &TokenStream) -> Group {
    let Extent { first, last } = Extent::of(output);
    let krate = at(last, quote!(#krate));
    let outcome = at(last, outcome.clone());
    let begin = quote_spanned!(first=> <#output);
    let end = quote_spanned!(last=> as #krate::private::#outcome>::decoder());
    let mut decoder = Group::new(Delimiter::Parenthesis, quote!(#begin #end));
    decoder.set_span(last);
    decoder
}

/// The endpoint's name in errors and traces.
fn name(service: &Service, endpoint: &Endpoint) -> TokenStream {
    let krate = &service.krate;
    let name = service.item.ident.unraw().to_string();
    let operation = endpoint.sig.ident.unraw().to_string();
    let method = &endpoint.method;
    let route = docs::route_of(service, endpoint);
    quote!(const { &#krate::private::endpoint(#name, #operation, #method, #route) })
}

/// Links of the chain, such as `.segment("id", &id)`.
fn steps(service: &Service, endpoint: &Endpoint) -> Vec<TokenStream> {
    let mut steps = target(service, endpoint);
    for FixedPair { name, value } in &endpoint.queries {
        steps.push(quote!(.static_query(#name, #value)));
    }
    for FixedPair { name, value } in &endpoint.headers {
        let name = name.to_ascii_lowercase();
        steps.push(quote!(.static_header(#name, #value)));
    }
    let options = &endpoint.options;
    if let Some(timeout) = options.timeout {
        let timeout = duration(timeout);
        steps.push(quote!(.timeout(#timeout)));
    }
    if let Some(life) = options.min_token_life {
        let life = duration(life);
        steps.push(quote!(.min_token_life(#life)));
    }
    if !options.auth {
        steps.push(quote!(.without_auth()));
    }
    if !options.retry_on_unauthorized {
        steps.push(quote!(.without_retry()));
    }
    let params = endpoint.params.iter();
    steps.extend(params.filter_map(|param| argument(service, endpoint, param)));
    steps
}

/// The path.
fn target(service: &Service, endpoint: &Endpoint) -> Vec<TokenStream> {
    let Some(path) = &endpoint.path else {
        return Vec::new();
    };
    let mut prefix = service.path.clone();
    if let [Piece::Literal(text)] = path.pieces.as_slice() {
        // The client caches the URL.
        let number = service.number_of(endpoint);
        let text = encoded(&(prefix + text));
        return vec![quote!(.fixed_path(#number, #text))];
    }
    let piece = |piece: &Piece| {
        Some(match piece {
            Piece::Literal(text) => {
                let text = encoded(&(std::mem::take(&mut prefix) + text));
                quote!(.literal(#text))
            }
            Piece::Value { placeholder, param } => {
                let param = endpoint.params.get(*param)?;
                let value = borrowed(param);
                quote_spanned!(param.ty.span()=> .segment(#placeholder, #value))
            }
            Piece::Rest { placeholder, param } => {
                let param = endpoint.params.get(*param)?;
                let values = given(endpoint, param);
                quote_spanned!(param.ty.span()=> .segments(#placeholder, #values))
            }
        })
    };
    path.pieces.iter().filter_map(piece).collect()
}

/// An argument that a step takes by value; borrowed for pages, since the next one needs it too.
fn given(endpoint: &Endpoint, param: &Param) -> TokenStream {
    match endpoint.page {
        Some(_) => borrowed(param),
        None => at_type(param).to_token_stream(),
    }
}

/// The step of an argument that is not in the path.
fn argument(service: &Service, endpoint: &Endpoint, param: &Param) -> Option<TokenStream> {
    let (span, value, borrowed) = (param.ty.span(), at_type(param), borrowed(param));
    let krate = &service.krate;
    let krate = at(span, quote!(#krate));
    let own_name = param.ident.unraw().to_string();
    let is_paged = endpoint.page.is_some();
    Some(match &param.role {
        Role::Path | Role::Rest => return None,
        Role::Query { name, csv: false } => quote_spanned!(span=> .query(#name, #borrowed)),
        Role::Query { name, csv: true } => quote_spanned!(span=> .query_csv(#name, #borrowed)),
        Role::QueryMap => quote_spanned!(span=> .query_map(#own_name, #borrowed)),
        Role::QueryFlag { name } => quote_spanned!(span=> .query_flag(#name, #value)),
        Role::Header { name } => {
            let name = name.to_ascii_lowercase();
            quote_spanned!(span=> .header(#name, #borrowed))
        }
        Role::HeaderMap => quote_spanned!(span=> .header_map(#own_name, #borrowed)),
        Role::Json => {
            quote_spanned!(span=> .json(#own_name, #krate::private::optional!(#borrowed)))
        }
        Role::Form => {
            quote_spanned!(span=> .form(#own_name, #krate::private::optional!(#borrowed)))
        }
        Role::Multipart => quote_spanned!(span=> .multipart(#value)),
        Role::Body { content_type } => {
            let body = match is_paged {
                true => quote_spanned!(span=> #krate::private::RepeatableBody::again(#borrowed)),
                false => value.to_token_stream(),
            };
            let body = quote_spanned!(span=> #krate::private::body!(#body));
            match content_type {
                Some(content_type) => quote_spanned!(span=> .body(#content_type, #body)),
                None => quote_spanned!(span=> .raw_body(#body)),
            }
        }
        Role::Url if is_paged => quote_spanned!(span=> .page_url(#borrowed)),
        Role::Url => quote_spanned!(span=> .url(#borrowed)),
        Role::Timeout => quote_spanned!(span=> .timeout(#value)),
    })
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

/// Literal text as sent: `pchar` of RFC 3986, slashes and existing escapes are left alone.
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
