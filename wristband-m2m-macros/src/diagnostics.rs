//! Collects all errors, so that one run of the compiler reports them.

use std::fmt::Display;

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::Error;

/// The diagnostics found so far.
#[derive(Debug, Default)]
pub(crate) struct Diagnostics(Vec<Error>);

impl Diagnostics {
    /// Reports an error at the tokens that cause it.
    pub(crate) fn push(&mut self, at: impl ToTokens, message: impl Display) {
        self.0.push(Error::new_spanned(at, message));
    }

    /// How many there are. If the count grew, what was read in between is unreliable.
    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// One `compile_error!` for each, in source order.
    pub(crate) fn to_compile_errors(&self) -> TokenStream {
        let mut errors: Vec<&Error> = self.0.iter().collect();
        errors.sort_by_key(|error| place(error.span()));
        errors.into_iter().map(Error::to_compile_error).collect()
    }

    #[cfg(test)]
    pub(crate) fn messages(&self) -> Vec<String> {
        self.0.iter().map(Error::to_string).collect()
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
