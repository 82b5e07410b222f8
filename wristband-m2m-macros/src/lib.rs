//! The `#[wristband_m2m]` attribute. Use it through `wristband-m2m-reqwest`.

mod args;
mod argument;
mod attribute;
mod base_url;
mod binding;
mod diagnostics;
mod duration;
mod expand;
mod fallback;
mod fixed_header;
mod header;
mod item;
mod method;
mod model;
mod nearest;
mod options;
mod path;
mod role;
mod service;
mod signature;
mod validate;
mod verb;

use proc_macro::TokenStream;

/// Makes a typed, authenticated client of a trait.
#[proc_macro_attribute]
pub fn wristband_m2m(args: TokenStream, item: TokenStream) -> TokenStream {
    client(args.into(), item.into()).into()
}

fn client(
    args: proc_macro2::TokenStream,
    item: proc_macro2::TokenStream,
) -> proc_macro2::TokenStream {
    let mut mistakes = diagnostics::Mistakes::default();
    let expansion = match item::parse(item, &mut mistakes) {
        Ok(item) => {
            let reading = service::read(args, item, role::Features::ENABLED, &mut mistakes);
            if mistakes.count() == 0 {
                expand::expand(&reading.service)
            } else {
                fallback::expand_what_can_be(reading)
            }
        }
        Err(kept) => kept,
    };
    let errors = mistakes.to_compile_errors();
    quote::quote!(#errors #expansion)
}

#[cfg(test)]
mod tests;
