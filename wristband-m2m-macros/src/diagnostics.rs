//! Gathers every mistake, so that one run of the compiler reports them all.

use std::fmt::Display;

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::Error;

/// The diagnostics found so far.
#[derive(Debug, Default)]
pub(crate) struct Diagnostics {
    error: Option<Error>,
    count: usize,
}

impl Diagnostics {
    /// Reports a mistake at the tokens at fault.
    pub(crate) fn push(&mut self, at: impl ToTokens, message: impl Display) {
        self.combine(Error::new_spanned(at, message));
    }

    pub(crate) fn combine(&mut self, error: Error) {
        self.count += 1;
        match &mut self.error {
            Some(all) => all.combine(error),
            none => *none = Some(error),
        }
    }

    /// How many there are: when it grew, what was read in between is not to be built on.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// One `compile_error!` for each, or nothing.
    pub(crate) fn to_compile_errors(&self) -> TokenStream {
        self.error
            .as_ref()
            .map(Error::to_compile_error)
            .unwrap_or_default()
    }

    #[cfg(test)]
    pub(crate) fn messages(&self) -> Vec<String> {
        self.error
            .iter()
            .flatten()
            .map(|error| error.to_string())
            .collect()
    }
}
