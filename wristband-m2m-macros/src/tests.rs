//! The macro as a function from tokens to tokens.

use proc_macro2::TokenStream;
use quote::quote;

use crate::client;
use crate::diagnostics::Diagnostics;
use crate::lower;
use crate::parse::role::Features;
use crate::parse::{item, service};

mod defaults;
mod mistakes;
mod odd_input;
mod rules;

const WITH_ALL: Features = Features {
    multipart: true,
    stream: true,
};

fn mistakes_with(features: Features, args: TokenStream, item: TokenStream) -> Vec<String> {
    let mut diagnostics = Diagnostics::default();
    let parsed = item::parse(item, &mut diagnostics).expect("a trait");
    let written = service::read(args, parsed, features, &mut diagnostics);
    lower::lower(written, &mut diagnostics);
    diagnostics.messages()
}

fn diagnostics(method: TokenStream) -> Vec<String> {
    mistakes_with(WITH_ALL, quote!(), quote!(trait Orders { #method }))
}

fn reads(text: &str) -> TokenStream {
    text.parse().expect(text)
}
