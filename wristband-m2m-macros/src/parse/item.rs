//! The item that the attribute is on, and the items in it.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, ItemTrait, TraitItem, TraitItemFn, Visibility};

use crate::diagnostics::Diagnostics;
use crate::parse::{attribute, half_typed};

/// A trait, as far as it parsed.
pub(crate) struct Parsed {
    pub(crate) item: ItemTrait,
    /// It does not parse yet: some of what is between the braces is not in `item`.
    pub(crate) is_half_typed: bool,
    /// Positions of the methods of which only the signature is known.
    pub(crate) stubs: Vec<usize>,
}

/// `Err`: what to keep of an item that is not a trait; reported.
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
    if is_trait(item.clone()) {
        // The compiler has reported it, and would do so again.
        return half_typed::read(item).ok_or_else(TokenStream::new);
    }
    // At the attribute: `#[automock]` above ours expands the trait to many items, each with our attribute, and rustc shows equal
    // messages at one place once.
    diagnostics.push(
        TokenStream::new(),
        "expected a trait: write `#[wristband_m2m]` above one whose methods are the endpoints, and \
        above `#[automock]`",
    );
    Err(attribute::strip(item))
}

/// `trait` is a keyword, so no other item has it outside of its groups.
fn is_trait(item: TokenStream) -> bool {
    item.into_iter()
        .any(|token| matches!(token, TokenTree::Ident(ident) if ident == "trait"))
}

/// `Err`: what to keep of an item that is not a method; reported.
pub(crate) fn as_function(
    item: TraitItem,
    diagnostics: &mut Diagnostics,
) -> Result<TraitItemFn, Option<Box<TraitItem>>> {
    match item {
        TraitItem::Fn(function) => Ok(function),
        TraitItem::Const(item) => {
            diagnostics.push(
                &item.ident,
                "a client cannot have an associated constant: write the constant beside the trait",
            );
            Err(Some(Box::new(TraitItem::Const(item))))
        }
        TraitItem::Type(item) => {
            diagnostics.push(
                &item.ident,
                "a client cannot have an associated type: write the type itself in the methods",
            );
            Err(Some(Box::new(TraitItem::Type(item))))
        }
        TraitItem::Macro(item) => {
            diagnostics.push(
                &item.mac.path,
                "a macro in the trait is not expanded when the trait is read: write its methods \
                    out",
            );
            Err(None)
        }
        other => match with_visibility.parse2(other.to_token_stream()) {
            Ok((visibility, function)) => {
                diagnostics.push(
                    visibility,
                    "a trait method cannot have a visibility: remove it, since the trait's applies",
                );
                Ok(function)
            }
            Err(_) => {
                diagnostics.push(&other, "a client can have methods only: remove this item");
                Err(None)
            }
        },
    }
}

/// A method with `pub` or `default`, which syn does not parse as a method.
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
