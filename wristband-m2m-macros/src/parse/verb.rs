//! The verb of an endpoint, with its path and its options.

use proc_macro2::TokenStream;
use syn::{Attribute, LitStr};

use crate::diagnostics::Diagnostics;
use crate::literal::header;
use crate::literal::path::{self, Part};
use crate::parse::attribute::{self, VerbName};
use crate::parse::attribute_args::{self, Arg, Key, KeyValue};
use crate::parse::options::{CallOption, CallOptions};

pub(crate) struct Verb {
    pub(crate) attr: Attribute,
    pub(crate) name: VerbName,
    /// `GET`; empty after an error.
    pub(crate) method: String,
    pub(crate) route: Route,
    pub(crate) options: CallOptions,
}

pub(crate) enum Route {
    /// The URL is an argument.
    None,
    /// An error was reported.
    Unknown,
    Path {
        literal: LitStr,
        parts: Vec<Part>,
    },
}

impl Verb {
    /// Reads `attr` as the verb `name`, which it may misspell.
    pub(crate) fn read(attr: &Attribute, name: VerbName, diagnostics: &mut Diagnostics) -> Self {
        let mut verb = Self {
            attr: attr.clone(),
            name,
            method: String::new(),
            route: Route::None,
            options: CallOptions::default(),
        };
        let Some(args) = attribute::arguments(attr) else {
            diagnostics.push(
                attr,
                format!(
                    "`#[{}]` cannot be written with `=`: write `{}`",
                    name.name(),
                    name.example()
                ),
            );
            verb.route = Route::Unknown;
            return verb;
        };
        let rest = verb.read_method(&args, diagnostics);
        let rest = verb.read_route(rest, diagnostics);
        verb.options = CallOptions::read(rest, diagnostics);
        verb
    }

    /// The method, and the arguments after it.
    fn read_method<'a>(&mut self, args: &'a [Arg], diagnostics: &mut Diagnostics) -> &'a [Arg] {
        let example = self.name.example();
        if let Some(method) = self.name.method() {
            self.method = method;
            return args;
        }
        let Some((Arg::Value(method), rest)) = args.split_first() else {
            diagnostics.push(
                &self.attr,
                format!("`#[request]` has no method: write it first, as in `{example}`"),
            );
            self.route = Route::Unknown;
            return args;
        };
        if let Some(literal) = attribute_args::text(method, example, diagnostics) {
            match check_method(&literal.value()) {
                Ok(()) => self.method = literal.value(),
                Err(message) => {
                    diagnostics.push(&literal, message);
                    self.route = Route::Unknown;
                }
            }
        }
        rest
    }

    /// The path, if there is one, and the arguments after it.
    fn read_route<'a>(&mut self, args: &'a [Arg], diagnostics: &mut Diagnostics) -> &'a [Arg] {
        let example = self.name.example();
        match args.split_first() {
            Some((Arg::Value(path), rest)) => {
                self.route = route(path, example, diagnostics);
                rest
            }
            Some((Arg::Key(key), rest)) if is_expression(key) => {
                diagnostics.push(
                    key,
                    format!(
                        "the path must be a string literal: write it in quotes, as in `{example}`"
                    ),
                );
                self.route = Route::Unknown;
                rest
            }
            _ => args,
        }
    }
}

/// `PATH`, `concat!("/orders", "/{id}")`
fn is_expression(key: &Key) -> bool {
    !matches!(key.given, KeyValue::Value(_)) && CallOption::find(&key.name).is_none()
}

fn route(path: &TokenStream, example: &str, diagnostics: &mut Diagnostics) -> Route {
    let Some(literal) = attribute_args::text(path, example, diagnostics) else {
        return Route::Unknown;
    };
    let parsed = path::parse(&literal.value());
    for mistake in &parsed.mistakes {
        diagnostics.push(&literal, mistake);
    }
    match parsed.parts {
        Some(parts) => Route::Path { literal, parts },
        None => Route::Unknown,
    }
}

/// Methods are case-sensitive (RFC 9110, section 9.1), so a server would reject `get`.
fn check_method(method: &str) -> Result<(), String> {
    if method.starts_with('/') {
        return Err(format!(
            "`#[request]` has no method: write `#[request(\"PURGE\", \"{method}\")]`"
        ));
    }
    if method.is_empty() || !method.chars().all(header::is_token_character) {
        return Err(format!(
            "`{method}` is not a method: write one such as \"PURGE\""
        ));
    }
    let upper = method.to_uppercase();
    let known = VerbName::ALL.iter().filter_map(|verb| verb.method());
    if method != upper && known.into_iter().any(|known| known == upper) {
        return Err(format!(
            "`{method}` is not a method: write \"{upper}\", since methods are case-sensitive"
        ));
    }
    Ok(())
}
