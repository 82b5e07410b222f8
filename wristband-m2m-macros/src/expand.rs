//! The model as tokens: the trait, its client, and on request the `dyn` trait.
//!
//! Rendering never judges: its input has been checked. All paths are absolute, so nothing in the user's scope can shadow them.

mod attrs;
mod call;
mod client;
mod delegate;
mod docs;
mod dyn_trait;
mod fallback;
mod place;
mod trait_item;

use proc_macro2::TokenStream;

pub(crate) use self::fallback::expand_what_can_be;
use crate::model::Service;

pub(crate) fn expand(service: &Service) -> TokenStream {
    [
        trait_item::expand(service),
        client::expand(service),
        dyn_trait::expand(service),
    ]
    .into_iter()
    .collect()
}

#[cfg(test)]
mod tests;
