//! The options of a trait and those of a method.

use std::time::Duration;

use proc_macro2::{Ident, TokenStream};
use syn::{LitStr, Path};

use crate::diagnostics::Diagnostics;
use crate::literal::path::{Parsed, Part};
use crate::literal::{base_url, header, path};
use crate::model::Options;
use crate::parse::attribute_args::{self, Arg, Key};

const TRAIT_OPTIONS: [&str; 6] = ["base_url", "path", "timeout", "client", "dyn", "crate"];
const METHOD_OPTIONS: [&str; 5] = [
    "timeout",
    "auth",
    "retry_on_unauthorized",
    "min_token_life",
    "accept",
];

/// What stands in `#[wristband_m2m(..)]`.
#[derive(Default)]
pub(crate) struct TraitOptions {
    pub(crate) base_url: Option<LitStr>,
    /// Empty, or with a leading and without a trailing slash.
    pub(crate) path: String,
    pub(crate) timeout: Option<Duration>,
    pub(crate) client: Option<Ident>,
    pub(crate) dyn_name: Option<Ident>,
    pub(crate) krate: Option<Path>,
}

impl TraitOptions {
    pub(crate) fn read(tokens: TokenStream, diagnostics: &mut Diagnostics) -> Self {
        let args = attribute_args::split(tokens);
        let mut options = Self::default();
        for arg in &args {
            match arg {
                Arg::Key(key) => options.set(&key.name, key, diagnostics),
                Arg::Value(value) => diagnostics.push(
                    value,
                    "expected an option: write `base_url = \"https://api.example.com\"`, or one \
                        of the others",
                ),
            }
        }
        attribute_args::repeated(keys(&args), diagnostics);
        options
    }

    fn set(&mut self, name: &str, key: &Key, diagnostics: &mut Diagnostics) {
        match name {
            "base_url" => self.base_url = read_base_url(key, diagnostics),
            "path" => self.path = read_trait_path(key, diagnostics).unwrap_or_default(),
            "timeout" => self.timeout = key.duration(diagnostics),
            "client" => self.client = key.ident("OrdersClient", diagnostics),
            "dyn" => self.dyn_name = key.ident("DynOrders", diagnostics),
            "crate" => self.krate = key.path("::wristband_m2m_reqwest", diagnostics),
            _ => {
                // What was meant decides the names that the rest of the crate uses.
                if let Some(meant) = key.unknown(&TRAIT_OPTIONS, diagnostics) {
                    self.set(meant, key, &mut Diagnostics::default());
                }
            }
        }
    }
}

fn keys(args: &[Arg]) -> impl Iterator<Item = &Key> {
    args.iter().filter_map(|arg| match arg {
        Arg::Key(key) => Some(key),
        Arg::Value(_) => None,
    })
}

/// A mistaken one still means that there is a `new`.
fn read_base_url(key: &Key, diagnostics: &mut Diagnostics) -> Option<LitStr> {
    let Some(literal) = key.text("\"https://api.example.com\"", diagnostics) else {
        return Some(LitStr::new("", key.ident.span()));
    };
    if let Err(message) = base_url::check(&literal.value()) {
        diagnostics.push(&literal, message);
    }
    Some(literal)
}

fn read_trait_path(key: &Key, diagnostics: &mut Diagnostics) -> Option<String> {
    let literal = key.text("\"/v1\"", diagnostics)?;
    let text = literal.value();
    let Parsed {
        parts,
        mistakes: found,
    } = path::parse(&text);
    for mistake in &found {
        diagnostics.push(&literal, mistake);
    }
    let placeholder = parts.iter().flatten().find_map(|part| match part {
        Part::Value(name) | Part::Rest(name) => Some(name),
        Part::Literal(_) => None,
    });
    if let Some(name) = placeholder {
        diagnostics.push(
            &literal,
            format!(
                "the path of a trait has no placeholders: write `{{{name}}}` in the paths of \
                the methods"
            ),
        );
        return None;
    }
    found
        .is_empty()
        .then(|| text.trim_end_matches('/').to_owned())
}

/// What stands after the path of an endpoint.
#[derive(Default)]
pub(crate) struct MethodOptions {
    pub(crate) options: Options,
    /// The value of `accept`, to point at.
    pub(crate) accept: Option<LitStr>,
}

impl MethodOptions {
    pub(crate) fn knows(name: &str) -> bool {
        METHOD_OPTIONS.contains(&name)
    }

    /// A value to write for an option.
    pub(crate) fn example(name: &str) -> &'static str {
        match name {
            "timeout" => "\"2s\"",
            "min_token_life" => "\"2m\"",
            "accept" => "\"application/json\"",
            _ => "false",
        }
    }

    pub(crate) fn read(args: &[Arg], diagnostics: &mut Diagnostics) -> Self {
        let mut options = Self::default();
        for arg in args {
            match arg {
                Arg::Key(key) => options.set(&key.name, key, diagnostics),
                Arg::Value(value) => diagnostics.push(
                    value,
                    "expected an option: after the path come keys such as `timeout = \"2s\"`",
                ),
            }
        }
        attribute_args::repeated(keys(args), diagnostics);
        options
    }

    fn set(&mut self, name: &str, key: &Key, diagnostics: &mut Diagnostics) {
        let options = &mut self.options;
        match name {
            "timeout" => options.timeout = key.duration(diagnostics),
            "min_token_life" => options.min_token_life = key.duration(diagnostics),
            "auth" => options.auth = key.flag(diagnostics).unwrap_or(true),
            "retry_on_unauthorized" => {
                options.retry_on_unauthorized = key.flag(diagnostics).unwrap_or(true);
            }
            "accept" => {
                self.accept = read_accept(key, diagnostics);
                options.accept = self.accept.as_ref().map(LitStr::value);
            }
            _ => {
                key.unknown(&METHOD_OPTIONS, diagnostics);
            }
        }
    }
}

fn read_accept(key: &Key, diagnostics: &mut Diagnostics) -> Option<LitStr> {
    let literal = key.text("\"application/json\"", diagnostics)?;
    let text = literal.value();
    if text.is_empty() {
        diagnostics.push(
            &literal,
            "`accept` is empty: write a content type such as \"application/json\", or leave it out",
        );
        return None;
    }
    match header::check_value(&text) {
        Ok(()) => Some(literal),
        Err(message) => {
            diagnostics.push(&literal, message);
            None
        }
    }
}
