//! Where generated code stands in the user's source, for that is where rustc says what is wrong with a type.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::Type;

use crate::model::Param;

/// A path at another place, with the meaning it had.
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

/// The argument, placed at its type like all that is done with it: that is where rustc is to say what the type lacks.
pub(super) fn at_type(param: &Param) -> Ident {
    let ty = match &param.ty {
        Type::Reference(ty) => &ty.elem,
        ty => ty,
    };
    placed(param, Extent::of(ty).first)
}

/// The same, borrowed: its place is the whole type.
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

/// The ends of a type. On stable the span of a type is that of its first token; but what begins at the one end and ends at
/// the other has all of it as its place.
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
