//! A trait that does not parse, as while it is being typed: each piece between the braces is read by itself.
//!
//! Nothing is reported here: the compiler parses an item before it passes it to an attribute, and has reported the error.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::quote;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Ident, ItemTrait, Signature, Token, TraitItem, TraitItemFn, Visibility};

use crate::parse::item::Parsed;

/// `None`: the trait has no name yet.
pub(super) fn read(item: TokenStream) -> Option<Parsed> {
    let mut head: Vec<TokenTree> = item.into_iter().collect();
    let is_body = |token: &TokenTree| matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace);
    let begin = head.iter().position(is_body).unwrap_or(head.len());
    let body = match head.drain(begin..).next() {
        Some(TokenTree::Group(body)) => body.stream(),
        _ => TokenStream::new(),
    };
    let pieces = Pieces::read.parse2(body).ok()?;
    let mut item = read_head(head)?;
    item.items = pieces.items;
    Some(Parsed {
        item,
        is_half_typed: true,
        stubs: pieces.stubs,
    })
}

/// What is before the braces, or its attributes, visibility and name.
fn read_head(head: Vec<TokenTree>) -> Option<ItemTrait> {
    let head: TokenStream = head.into_iter().collect();
    let whole = syn::parse2(quote!(#head {}));
    whole.or_else(|_| least_head.parse2(head)).ok()
}

fn least_head(input: ParseStream) -> syn::Result<ItemTrait> {
    let attrs = input.call(leading_attributes)?;
    let vis = input.parse().unwrap_or(Visibility::Inherited);
    while !input.is_empty() && !input.peek(Token![trait]) {
        input.parse::<TokenTree>()?;
    }
    input.parse::<Token![trait]>()?;
    let name: Ident = input.parse()?;
    input.parse::<TokenStream>()?;
    syn::parse2(quote!(#(#attrs)* #vis trait #name {}))
}

/// The attributes before an item, without those that do not parse.
fn leading_attributes(input: ParseStream) -> syn::Result<Vec<Attribute>> {
    let mut attrs = Vec::new();
    while is_attribute(input) {
        let (pound, group): (TokenTree, Group) = (input.parse()?, input.parse()?);
        attrs.extend(
            Attribute::parse_outer
                .parse2(quote!(#pound #group))
                .into_iter()
                .flatten(),
        );
    }
    Ok(attrs)
}

fn is_attribute(input: ParseStream) -> bool {
    input.peek(Token![#]) && input.peek2(syn::token::Bracket)
}

/// The items of a trait, as far as they parse.
#[derive(Default)]
struct Pieces {
    items: Vec<TraitItem>,
    /// Positions of the methods of which only the signature is known.
    stubs: Vec<usize>,
}

impl Pieces {
    fn read(input: ParseStream) -> syn::Result<Self> {
        let mut pieces = Self::default();
        while !input.is_empty() {
            let piece = input.call(piece)?;
            if let Ok(item) = syn::parse2(piece.clone()) {
                pieces.items.push(item);
            } else if let Ok(function) = signature.parse2(piece) {
                pieces.stubs.push(pieces.items.len());
                pieces.items.push(TraitItem::Fn(function));
            }
        }
        Ok(pieces)
    }
}

/// The tokens of one item: up to its end, or to the start of the next one.
fn piece(input: ParseStream) -> syn::Result<TokenStream> {
    let mut piece = TokenStream::new();
    while is_attribute(input) {
        piece.extend([input.parse::<TokenTree>()?, input.parse()?]);
    }
    let mut has_fn = false;
    while !(input.is_empty() || is_attribute(input) || has_fn && begins_method(input)) {
        has_fn |= input.peek(Token![fn]);
        let is_end = input.peek(Token![;]) || input.peek(syn::token::Brace);
        piece.extend([input.parse::<TokenTree>()?]);
        if is_end {
            break;
        }
    }
    Ok(piece)
}

/// Whether the next method begins here, inside an unfinished one. `fn` without a name is a type.
fn begins_method(input: ParseStream) -> bool {
    input.peek(Token![async]) || (input.peek(Token![fn]) && input.peek2(Ident::peek_any))
}

/// A method whose signature is complete, though what precedes or follows it is not.
fn signature(input: ParseStream) -> syn::Result<TraitItemFn> {
    let attrs = input.call(leading_attributes)?;
    let mut asyncness: Option<Token![async]> = None;
    while !input.is_empty() && !input.peek(Token![fn]) {
        match input.parse()? {
            Some(found) => asyncness = Some(found),
            None => drop(input.parse::<TokenTree>()?),
        }
    }
    let sig: Signature = input.parse()?;
    if !input.is_empty() && !input.peek(Token![;]) && !input.peek(syn::token::Brace) {
        return Err(input.error("this may belong to the return type"));
    }
    input.parse::<TokenStream>()?;
    syn::parse2(quote!(#(#attrs)* #asyncness #sig;))
}

#[cfg(test)]
mod tests;
