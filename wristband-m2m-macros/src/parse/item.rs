//! The item the attribute is on, and the items in it.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, ItemTrait, TraitItem, TraitItemFn, Visibility};

use crate::diagnostics::Diagnostics;
use crate::parse::{attribute, half_typed};

/// A trait as far as it could be read.
pub(crate) struct Parsed {
    pub(crate) item: ItemTrait,
    /// Somebody is typing it: some of what is between the braces is not in `item`.
    pub(crate) is_half_typed: bool,
    /// Positions of the methods of which the signature is all that is known.
    pub(crate) stubs: Vec<usize>,
}

/// `Err`: what to keep of an item that is no trait; it was reported.
pub(crate) fn parse(
    item: TokenStream,
    diagnostics: &mut Diagnostics,
) -> Result<Parsed, TokenStream> {
    if let Ok(item) = syn::parse2(item.clone()) {
        return Ok(Parsed {
            item,
            is_half_typed: false,
            stubs: Vec::new(),
        });
    }
    let keyword = keyword(item.clone());
    match &keyword {
        Some(keyword) if keyword == "trait" => {
            // The compiler has reported it, and would do so again.
            return half_typed::read(item).ok_or_else(TokenStream::new);
        }
        // Many items are made for a mock, each with our attribute: the same words at the same place are one message.
        _ if is_mock(item.clone()) => diagnostics.push(
            TokenStream::new(),
            "a mock is made of what `#[wristband_m2m]` generates: write `#[wristband_m2m]` \
            first, above `#[automock]`",
        ),
        Some(keyword) if keyword == "impl" => diagnostics.push(
            keyword,
            "`#[wristband_m2m]` goes on a trait: write it above the trait, not above an \
            implementation",
        ),
        keyword => diagnostics.push(
            keyword,
            "`#[wristband_m2m]` goes on a trait: write one whose methods are the endpoints, \
            as in `trait Orders { .. }`",
        ),
    }
    Err(attribute::strip(item))
}

/// Whether mockall made it, of a trait that we should have read before.
fn is_mock(item: TokenStream) -> bool {
    item.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => {
            let name = ident.to_string();
            name.starts_with("Mock")
                || name.starts_with("__mock")
                || name.ends_with("_expectations")
        }
        TokenTree::Group(group) => is_mock(group.stream()),
        _ => false,
    })
}

/// What kind of item it is.
fn keyword(item: TokenStream) -> Option<Ident> {
    const KEYWORDS: [&str; 13] = [
        "trait",
        "impl",
        "struct",
        "enum",
        "union",
        "fn",
        "mod",
        "type",
        "const",
        "static",
        "use",
        "extern",
        "macro_rules",
    ];
    item.into_iter().find_map(|token| match token {
        TokenTree::Ident(ident) if KEYWORDS.iter().any(|keyword| ident == keyword) => Some(ident),
        _ => None,
    })
}

/// `Err`: what to keep of an item that is no method; it was reported.
pub(crate) fn as_function(
    item: TraitItem,
    diagnostics: &mut Diagnostics,
) -> Result<TraitItemFn, Vec<TraitItem>> {
    match item {
        TraitItem::Fn(function) => Ok(function),
        TraitItem::Const(item) => {
            diagnostics.push(
                &item.ident,
                "a client has no associated constants: write the constant beside the trait",
            );
            Err(vec![TraitItem::Const(item)])
        }
        TraitItem::Type(item) => {
            diagnostics.push(
                &item.ident,
                "a client has no associated types: write the type itself in the methods",
            );
            Err(vec![TraitItem::Type(item)])
        }
        TraitItem::Macro(item) => {
            diagnostics.push(
                &item.mac.path,
                "a macro in the trait is not expanded when the trait is read: write its methods \
                    out",
            );
            Err(Vec::new())
        }
        other => match with_visibility.parse2(other.to_token_stream()) {
            Ok((visibility, function)) => {
                diagnostics.push(
                    visibility,
                    "a method is as visible as its trait: write it without a visibility of its own",
                );
                Ok(function)
            }
            Err(_) => {
                diagnostics.push(&other, "a client has methods only: remove this item");
                Err(Vec::new())
            }
        },
    }
}

/// A method that says `pub` or `default`, which syn does not read as one.
fn with_visibility(input: ParseStream) -> syn::Result<(TokenStream, TraitItemFn)> {
    let attrs = input.call(Attribute::parse_outer)?;
    let visibility: Visibility = input.parse()?;
    let default: Option<syn::Token![default]> = input.parse()?;
    let mut function: TraitItemFn = input.parse()?;
    function.attrs.splice(0..0, attrs);
    let mut written = visibility.into_token_stream();
    default.to_tokens(&mut written);
    Ok((written, function))
}
