//! The tables of options: those of a trait, and those of a call, which can be on the trait or on a method.

use std::time::Duration;

use proc_macro2::{Ident, TokenStream};
use syn::{LitStr, Path};

use crate::diagnostics::Diagnostics;
use crate::literal::path::{Parsed, Part};
use crate::literal::{base_url, header, path};
use crate::parse::attribute_args::{self, Arg, Key};
use crate::suggest;
use crate::table::table;

table! {
    /// Options of the trait only.
    enum TraitOption, trait_option_docs;
    BaseUrl = "base_url", "base_url = \"https://api.example.com\""
        => "the API's base URL; adds the constructor `new`";
    Path = "path", "path = \"/v1\""
        => "a prefix of each endpoint's path";
    Client = "client", "client = OrdersClient"
        => "the name of the client; default: the trait's name with `Client`";
    Dyn = "dyn", "dyn = DynOrders"
        => "adds a dyn-compatible version of the trait: `Arc<dyn DynOrders>` implements the trait";
    Crate = "crate", "crate = ::wristband_m2m_reqwest"
        => "the path of `wristband-m2m-reqwest`, if it is renamed or re-exported";
}

table! {
    /// Options of all calls if on the trait, or of one method's.
    enum CallOption, call_option_docs;
    Timeout = "timeout", "timeout = \"10s\""
        => "limits a whole call, including the wait for a token and the retry after a 401; default: 30 s";
    Auth = "auth", "auth = false"
        => "sends no token";
    RetryOnUnauthorized = "retry_on_unauthorized", "retry_on_unauthorized = false"
        => "returns a 401 as it is";
    MinTokenLife = "min_token_life", "min_token_life = \"2m\""
        => "the token must be valid for at least that long";
    Accept = "accept", "accept = \"text/csv\""
        => "the `Accept` header";
}

/// The arguments of `#[wristband_m2m(..)]`.
#[derive(Default)]
pub(crate) struct TraitOptions {
    pub(crate) base_url: Option<LitStr>,
    /// Empty, or with a leading and without a trailing slash.
    pub(crate) path: String,
    /// Placeholders in that path; reported.
    pub(crate) placeholders: Vec<String>,
    pub(crate) client: Option<Ident>,
    pub(crate) dyn_name: Option<Ident>,
    pub(crate) krate: Option<Path>,
    /// Defaults for the methods.
    pub(crate) call: CallOptions,
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
                    format!(
                        "expected an option: write `{}`, or another option",
                        TraitOption::BaseUrl.example()
                    ),
                ),
            }
        }
        attribute_args::repeated(keys(&args), diagnostics);
        options
    }

    fn set(&mut self, name: &str, key: &Key, diagnostics: &mut Diagnostics) {
        if let Some(option) = CallOption::find(name) {
            return self.call.set(option, key, diagnostics);
        }
        let Some(option) = TraitOption::find(name) else {
            // A misspelt option still decides the names that the rest of the user's crate uses.
            if let Some(meant) = unknown(key, &[TraitOption::NAMES, CallOption::NAMES], diagnostics)
            {
                self.set(meant, key, &mut Diagnostics::default());
            }
            return;
        };
        let example = option.example();
        match option {
            TraitOption::BaseUrl => self.base_url = read_base_url(key, diagnostics),
            TraitOption::Path => self.read_path(key, diagnostics),
            TraitOption::Client => self.client = key.ident(example, diagnostics),
            TraitOption::Dyn => self.dyn_name = key.ident(example, diagnostics),
            TraitOption::Crate => self.krate = key.path(example, diagnostics),
        }
    }
}

impl TraitOptions {
    fn read_path(&mut self, key: &Key, diagnostics: &mut Diagnostics) {
        let Some(literal) = key.text(TraitOption::Path.example(), diagnostics) else {
            return;
        };
        let text = literal.value();
        let Parsed { parts, mistakes } = path::parse(&text);
        for mistake in &mistakes {
            diagnostics.push(&literal, mistake);
        }
        let placeholders = parts.into_iter().flatten().filter_map(|part| match part {
            Part::Value(name) | Part::Rest(name) => Some(name),
            Part::Literal(_) => None,
        });
        self.placeholders = placeholders.collect();
        if let Some(name) = self.placeholders.first() {
            diagnostics.push(
                &literal,
                format!(
                    "the path of a trait cannot have a placeholder: write `{{{name}}}` in the paths \
                    of the methods"
                ),
            );
        } else if mistakes.is_empty() {
            text.trim_end_matches('/').clone_into(&mut self.path);
        }
    }
}

/// The options of a call, as far as they are set.
#[derive(Clone, Default)]
pub(crate) struct CallOptions {
    pub(crate) timeout: Option<Duration>,
    pub(crate) auth: Option<bool>,
    pub(crate) retry_on_unauthorized: Option<bool>,
    pub(crate) min_token_life: Option<Duration>,
    pub(crate) accept: Option<LitStr>,
}

impl CallOptions {
    /// Reads the options after the path of an endpoint.
    pub(crate) fn read(args: &[Arg], diagnostics: &mut Diagnostics) -> Self {
        let mut options = Self::default();
        for arg in args {
            match arg {
                Arg::Key(key) => match CallOption::find(&key.name) {
                    Some(option) => options.set(option, key, diagnostics),
                    None => {
                        unknown(key, &[CallOption::NAMES], diagnostics);
                    }
                },
                Arg::Value(value) => diagnostics.push(
                    value,
                    format!(
                        "expected an option: write one such as `{}` after the path",
                        CallOption::Timeout.example()
                    ),
                ),
            }
        }
        attribute_args::repeated(keys(args), diagnostics);
        options
    }

    fn set(&mut self, option: CallOption, key: &Key, diagnostics: &mut Diagnostics) {
        let example = option.example();
        match option {
            CallOption::Timeout => self.timeout = key.duration(example, diagnostics),
            CallOption::Auth => self.auth = key.flag(example, diagnostics),
            CallOption::RetryOnUnauthorized => {
                self.retry_on_unauthorized = key.flag(example, diagnostics);
            }
            CallOption::MinTokenLife => self.min_token_life = key.duration(example, diagnostics),
            CallOption::Accept => self.accept = read_accept(key, diagnostics),
        }
    }
}

fn keys(args: &[Arg]) -> impl Iterator<Item = &Key> {
    args.iter().filter_map(|arg| match arg {
        Arg::Key(key) => Some(key),
        Arg::Value(_) => None,
    })
}

/// Reports an unknown key; returns the option that was probably meant.
fn unknown(
    key: &Key,
    known: &[&[&'static str]],
    diagnostics: &mut Diagnostics,
) -> Option<&'static str> {
    let known = known.concat();
    let suggestion = suggest::suggestion(&key.name, "option", "options", &known);
    diagnostics.push(
        &key.ident,
        format!("unknown option `{}`: {suggestion}", key.name),
    );
    suggest::nearest(&key.name, known)
}

/// A malformed base URL still means that there is a `new`.
fn read_base_url(key: &Key, diagnostics: &mut Diagnostics) -> Option<LitStr> {
    let Some(literal) = key.text(TraitOption::BaseUrl.example(), diagnostics) else {
        return Some(LitStr::new("", key.ident.span()));
    };
    if let Err(message) = base_url::check(&literal.value()) {
        diagnostics.push(&literal, message);
    }
    Some(literal)
}

fn read_accept(key: &Key, diagnostics: &mut Diagnostics) -> Option<LitStr> {
    let literal = key.text(CallOption::Accept.example(), diagnostics)?;
    match header::check_accept(&literal.value()) {
        Ok(()) => Some(literal),
        Err(message) => {
            diagnostics.push(&literal, message);
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As for roles: an option that is in the tables and not read would be silently ignored.
    #[test]
    fn each_option_is_read_as_its_example_shows_it() {
        let examples = TraitOption::ALL.iter().map(|option| option.example());
        let examples = examples.chain(CallOption::ALL.iter().map(|option| option.example()));
        let all: Vec<&str> = examples.collect();
        let mut diagnostics = Diagnostics::default();
        let tokens = all.join(", ").parse().expect("tokens");
        let read = TraitOptions::read(tokens, &mut diagnostics);
        assert_eq!(diagnostics.messages(), [""; 0]);
        assert!(read.base_url.is_some() && read.client.is_some());
        assert!(read.dyn_name.is_some() && read.krate.is_some());
        assert_eq!(read.path, "/v1");
        let call = read.call;
        assert!(call.timeout.is_some() && call.min_token_life.is_some() && call.accept.is_some());
        assert_eq!(
            (call.auth, call.retry_on_unauthorized),
            (Some(false), Some(false))
        );
    }
}
