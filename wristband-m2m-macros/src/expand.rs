//! The model as tokens: the trait, its client, and on request the companion for trait objects.
//!
//! Rendering never judges: whatever reaches it has been checked. All paths are absolute, so nothing that the user has in
//! scope can get in between.

mod call;
mod client;
mod companion;
mod cover;
mod docs;
mod forward;
mod interface;

use proc_macro2::TokenStream;

use crate::model::Service;

pub(crate) fn expand(service: &Service) -> TokenStream {
    [
        interface::expand(service),
        client::expand(service),
        companion::expand(service),
    ]
    .into_iter()
    .collect()
}

#[cfg(test)]
mod tests;
