//! The options of a trait and those of a method.

use std::time::Duration;

use proc_macro2::{Ident, TokenStream};
use syn::{LitStr, Path};

use crate::args::{self, Arg, Key};
use crate::diagnostics::Mistakes;
use crate::model::Options;
use crate::path::{Parsed, Part};
use crate::{base_url, header, path};

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
    pub(crate) fn read(tokens: TokenStream, mistakes: &mut Mistakes) -> Self {
        let args = args::split(tokens);
        let mut options = Self::default();
        for arg in &args {
            match arg {
                Arg::Key(key) => options.set(&key.name, key, mistakes),
                Arg::Value(value) => mistakes.push(
                    value,
                    "expected an option: write `base_url = \"https://api.example.com\"`, or one \
                        of the others",
                ),
            }
        }
        args::repeated(keys(&args), mistakes);
        options
    }

    fn set(&mut self, name: &str, key: &Key, mistakes: &mut Mistakes) {
        match name {
            "base_url" => self.base_url = read_base_url(key, mistakes),
            "path" => self.path = read_trait_path(key, mistakes).unwrap_or_default(),
            "timeout" => self.timeout = key.duration(mistakes),
            "client" => self.client = key.ident("OrdersClient", mistakes),
            "dyn" => self.dyn_name = key.ident("DynOrders", mistakes),
            "crate" => self.krate = key.path("::wristband_m2m_reqwest", mistakes),
            _ => {
                // What was meant decides the names that the rest of the crate uses.
                if let Some(meant) = key.unknown(&TRAIT_OPTIONS, mistakes) {
                    self.set(meant, key, &mut Mistakes::default());
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
fn read_base_url(key: &Key, mistakes: &mut Mistakes) -> Option<LitStr> {
    let Some(literal) = key.text("\"https://api.example.com\"", mistakes) else {
        return Some(LitStr::new("", key.ident.span()));
    };
    if let Err(message) = base_url::check(&literal.value()) {
        mistakes.push(&literal, message);
    }
    Some(literal)
}

fn read_trait_path(key: &Key, mistakes: &mut Mistakes) -> Option<String> {
    let literal = key.text("\"/v1\"", mistakes)?;
    let text = literal.value();
    let Parsed {
        parts,
        mistakes: found,
    } = path::parse(&text);
    for mistake in &found {
        mistakes.push(&literal, mistake);
    }
    let placeholder = parts.iter().flatten().find_map(|part| match part {
        Part::Value(name) | Part::Rest(name) => Some(name),
        Part::Literal(_) => None,
    });
    if let Some(name) = placeholder {
        mistakes.push(
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

    pub(crate) fn read(args: &[Arg], mistakes: &mut Mistakes) -> Self {
        let mut options = Self::default();
        for arg in args {
            match arg {
                Arg::Key(key) => options.set(&key.name, key, mistakes),
                Arg::Value(value) => mistakes.push(
                    value,
                    "expected an option: after the path come keys such as `timeout = \"2s\"`",
                ),
            }
        }
        args::repeated(keys(args), mistakes);
        options
    }

    fn set(&mut self, name: &str, key: &Key, mistakes: &mut Mistakes) {
        let options = &mut self.options;
        match name {
            "timeout" => options.timeout = key.duration(mistakes),
            "min_token_life" => options.min_token_life = key.duration(mistakes),
            "auth" => options.auth = key.flag(mistakes).unwrap_or(true),
            "retry_on_unauthorized" => {
                options.retry_on_unauthorized = key.flag(mistakes).unwrap_or(true);
            }
            "accept" => {
                self.accept = read_accept(key, mistakes);
                options.accept = self.accept.as_ref().map(LitStr::value);
            }
            _ => {
                key.unknown(&METHOD_OPTIONS, mistakes);
            }
        }
    }
}

fn read_accept(key: &Key, mistakes: &mut Mistakes) -> Option<LitStr> {
    let literal = key.text("\"application/json\"", mistakes)?;
    let text = literal.value();
    if text.is_empty() {
        mistakes.push(
            &literal,
            "`accept` is empty: write a content type such as \"application/json\", or leave it out",
        );
        return None;
    }
    match header::check_value(&text) {
        Ok(()) => Some(literal),
        Err(message) => {
            mistakes.push(&literal, message);
            None
        }
    }
}
