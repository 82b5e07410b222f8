//! Spans of generated code: rustc reports a type error where the code is placed.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::Type;

use crate::model::Param;

/// A path with another span, resolved as before.
pub(super) fn at(place: Span, path: TokenStream) -> TokenStream {
    let moved = path.into_iter().map(|mut token| {
        let relative = matches!(&token, TokenTree::Ident(ident) if ident == "$crate");
        token.set_span(if relative {
            place.resolved_at(token.span())
        } else {
            place
        });
        token
    });
    moved.collect()
}

/// The argument, placed at its type like all code that uses it, so that rustc reports there which trait the type lacks.
pub(super) fn at_type(param: &Param) -> Ident {
    let ty = match &param.ty {
        Type::Reference(ty) => &ty.elem,
        ty => ty,
    };
    placed(param, Extent::of(ty).first)
}

/// The same, borrowed, placed at the whole type.
pub(super) fn borrowed(param: &Param) -> TokenStream {
    let Extent { first, last } = Extent::of(&param.ty);
    let value = placed(param, last);
    quote_spanned!(first=> &#value)
}

fn placed(param: &Param, place: Span) -> Ident {
    let mut ident = param.ident.clone();
    ident.set_span(place.resolved_at(param.ident.span()));
    ident
}

/// Both ends of a type. On stable the span of a type is that of its first token; but an expression that begins at one end and
/// ends at the other spans all of it.
pub(super) struct Extent {
    pub(super) first: Span,
    pub(super) last: Span,
}

impl Extent {
    pub(super) fn of(ty: &Type) -> Self {
        let mut spans = ty.to_token_stream().into_iter().map(|token| token.span());
        let first = spans.next().unwrap_or_else(Span::call_site);
        Self {
            first,
            last: spans.last().unwrap_or(first),
        }
    }
}
