//! Collects all errors, so that one run of the compiler reports them.

use std::fmt::Display;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{Attribute, Error};

/// The diagnostics found so far.
#[derive(Debug, Default)]
pub(crate) struct Diagnostics(Vec<Diagnostic>);

#[derive(Debug)]
struct Diagnostic {
    error: Error,
    /// The `#[cfg]` of the method that it is about: where that is off, the error is too.
    cfgs: TokenStream,
}

impl Diagnostics {
    /// Reports an error at the tokens that cause it.
    pub(crate) fn push(&mut self, at: impl ToTokens, message: impl Display) {
        self.0.push(Diagnostic {
            error: Error::new_spanned(at, message),
            cfgs: TokenStream::new(),
        });
    }

    /// How many there are. If the count grew, what was read in between is unreliable.
    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// Makes those from number `first` on depend on the `#[cfg]` among `attrs`.
    pub(crate) fn depend_on(&mut self, first: usize, attrs: &[Attribute]) {
        let cfgs = attrs.iter().filter(|attr| attr.path().is_ident("cfg"));
        let cfgs = quote!(#(#cfgs)*);
        for diagnostic in &mut self.0[first..] {
            diagnostic.cfgs = cfgs.clone();
        }
    }

    /// One `compile_error!` for each, in source order.
    pub(crate) fn to_compile_errors(&self) -> TokenStream {
        let mut diagnostics: Vec<&Diagnostic> = self.0.iter().collect();
        diagnostics.sort_by_key(|diagnostic| place(diagnostic.error.span()));
        let errors = diagnostics.into_iter().map(|Diagnostic { error, cfgs }| {
            let error = error.to_compile_error();
            quote!(#cfgs #error)
        });
        errors.collect()
    }

    #[cfg(test)]
    pub(crate) fn messages(&self) -> Vec<String> {
        self.0.iter().map(|it| it.error.to_string()).collect()
    }
}

/// Line and column. Spans have them only inside the compiler.
pub(crate) fn place(span: Span) -> (usize, usize) {
    if !proc_macro::is_available() {
        return (0, 0);
    }
    let span = span.unwrap();
    (span.line(), span.column())
}
