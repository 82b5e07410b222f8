//! The arguments of an attribute: values, then keys with or without a value.

use std::time::Duration;

use proc_macro2::{Ident, Spacing, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{LitBool, LitInt, LitStr, Path};

use crate::diagnostics::Diagnostics;
use crate::literal::duration;

/// What is between two commas.
pub(crate) enum Arg {
    /// `"/orders"`
    Value(TokenStream),
    /// `csv`, `timeout = "2s"`
    Key(Key),
}

pub(crate) struct Key {
    pub(crate) ident: Ident,
    /// Without the `r#` of a raw identifier.
    pub(crate) name: String,
    pub(crate) given: KeyValue,
}

/// What follows a key.
pub(crate) enum KeyValue {
    Nothing,
    /// `= "2s"`
    Value(TokenStream),
    /// `("2s")`, `: "2s"`
    Other(TokenStream),
}

/// Splits the arguments at their commas. Any tokens can be split; each reader decides what they mean.
pub(crate) fn split(tokens: TokenStream) -> Vec<Arg> {
    let mut args = Vec::new();
    let mut current = Vec::new();
    for token in tokens {
        match &token {
            TokenTree::Punct(punct) if punct.as_char() == ',' => {
                args.push(Arg::new(std::mem::take(&mut current)));
            }
            _ => current.push(token),
        }
    }
    if !current.is_empty() {
        args.push(Arg::new(current));
    }
    args
}

impl Arg {
    fn new(tokens: Vec<TokenTree>) -> Self {
        let mut rest = tokens.into_iter();
        let ident = match rest.next() {
            Some(TokenTree::Ident(ident)) => ident,
            first => return Self::Value(first.into_iter().chain(rest).collect()),
        };
        let mut rest = rest.peekable();
        let given = match rest.next_if(is_equals) {
            Some(_) => KeyValue::Value(rest.collect()),
            None if rest.peek().is_none() => KeyValue::Nothing,
            None => KeyValue::Other(rest.collect()),
        };
        let name = ident.unraw().to_string();
        Self::Key(Key { ident, name, given })
    }
}

impl ToTokens for Arg {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Value(value) => value.to_tokens(tokens),
            Self::Key(key) => key.to_tokens(tokens),
        }
    }
}

fn is_equals(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == '=' && punct.spacing() == Spacing::Alone)
}

/// Returns a string literal; reports anything else, with `instead` as what to write.
pub(crate) fn text(
    value: &TokenStream,
    instead: &str,
    diagnostics: &mut Diagnostics,
) -> Option<LitStr> {
    let literal = syn::parse2::<LitStr>(value.clone()).ok();
    if literal.is_none() {
        diagnostics.push(
            value,
            format!("expected a string literal: write `{instead}`"),
        );
    }
    literal
}

impl Key {
    /// Returns the tokens after `=`; reports their absence, with `example` as what to write.
    fn value(&self, example: &str, diagnostics: &mut Diagnostics) -> Option<&TokenStream> {
        match &self.given {
            KeyValue::Value(value) if !value.is_empty() => Some(value),
            _ => {
                diagnostics.push(
                    &self.ident,
                    format!("`{}` has no value: write `{example}`", self.name),
                );
                None
            }
        }
    }

    pub(crate) fn text(&self, example: &str, diagnostics: &mut Diagnostics) -> Option<LitStr> {
        let value = self.value(example, diagnostics)?;
        text(value, example, diagnostics)
    }

    pub(crate) fn duration(
        &self,
        example: &str,
        diagnostics: &mut Diagnostics,
    ) -> Option<Duration> {
        let text = match &self.given {
            // `timeout = 10`
            KeyValue::Value(value) if syn::parse2::<LitInt>(value.clone()).is_ok() => {
                self.text(&format!("{} = \"{value}s\"", self.name), diagnostics)?
            }
            _ => self.text(example, diagnostics)?,
        };
        duration::parse(&text.value())
            .map_err(|message| diagnostics.push(&text, message))
            .ok()
    }

    pub(crate) fn flag(&self, example: &str, diagnostics: &mut Diagnostics) -> Option<bool> {
        let value = self.value(example, diagnostics)?;
        match syn::parse2::<LitBool>(value.clone()) {
            Ok(flag) => Some(flag.value),
            Err(_) => {
                diagnostics.push(
                    value,
                    format!("expected `true` or `false`: write `{example}`"),
                );
                None
            }
        }
    }

    /// Returns a name; one in quotes is reported, and is still the name that was meant.
    pub(crate) fn ident(&self, example: &str, diagnostics: &mut Diagnostics) -> Option<Ident> {
        self.bare("a name", example, Ident::parse, diagnostics)
    }

    pub(crate) fn path(&self, example: &str, diagnostics: &mut Diagnostics) -> Option<Path> {
        self.bare("a path", example, Path::parse_mod_style, diagnostics)
    }

    fn bare<T: ToTokens>(
        &self,
        what: &str,
        example: &str,
        parser: fn(ParseStream) -> syn::Result<T>,
        diagnostics: &mut Diagnostics,
    ) -> Option<T> {
        let value = self.value(example, diagnostics)?;
        if let Ok(bare) = parser.parse2(value.clone()) {
            return Some(bare);
        }
        let quoted = syn::parse2::<LitStr>(value.clone()).ok();
        let without_quotes = if quoted.is_some() {
            " without quotes"
        } else {
            ""
        };
        let meant = quoted.and_then(|quoted| quoted.parse_with(parser).ok());
        let instead = match &meant {
            Some(meant) => {
                let meant = meant.to_token_stream().to_string().replace(' ', "");
                format!("{} = {meant}", self.name)
            }
            None => example.to_owned(),
        };
        diagnostics.push(
            value,
            format!("expected {what}{without_quotes}: write `{instead}`"),
        );
        meant
    }
}

impl ToTokens for Key {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let ident = &self.ident;
        tokens.extend(match &self.given {
            KeyValue::Nothing => quote!(#ident),
            KeyValue::Value(value) => quote!(#ident = #value),
            KeyValue::Other(other) => quote!(#ident #other),
        });
    }
}

/// Reports each key that repeats an earlier one.
pub(crate) fn repeated<'a>(keys: impl IntoIterator<Item = &'a Key>, diagnostics: &mut Diagnostics) {
    let mut seen: Vec<&str> = Vec::new();
    for key in keys {
        if seen.contains(&key.name.as_str()) {
            diagnostics.push(
                &key.ident,
                format!("`{}` is given twice: keep one of them", key.name),
            );
        }
        seen.push(&key.name);
    }
}
