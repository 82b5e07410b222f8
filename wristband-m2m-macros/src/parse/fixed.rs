//! `#[header("Name", "value")]` and `#[query("name", "value")]` on a trait or a method.

use syn::{Attribute, LitStr};

use crate::diagnostics::Diagnostics;
use crate::literal::header;
use crate::model::FixedPair;
use crate::parse::attribute::{self, FixedName};
use crate::parse::attribute_args::{self, Arg};

/// The headers and query parameters with fixed values.
#[derive(Default)]
pub(crate) struct Fixed {
    pub(crate) headers: Vec<FixedAttr>,
    pub(crate) queries: Vec<FixedAttr>,
}

pub(crate) struct FixedAttr {
    pub(crate) name: LitStr,
    value: String,
}

impl FixedAttr {
    pub(crate) fn pair(&self) -> FixedPair {
        FixedPair {
            name: self.name.value(),
            value: self.value.clone(),
        }
    }

    /// Header names are case-insensitive.
    pub(crate) fn is_header(&self, name: &str) -> bool {
        self.name.value().eq_ignore_ascii_case(name)
    }

    pub(crate) fn is_query(&self, name: &str) -> bool {
        self.name.value() == name
    }
}

impl Fixed {
    pub(crate) fn read(attrs: &[(FixedName, Attribute)], diagnostics: &mut Diagnostics) -> Self {
        let mut fixed = Self::default();
        for (kind, attr) in attrs {
            let Some(pair) = read(*kind, attr, diagnostics) else {
                continue;
            };
            let name = pair.name.value();
            let (pairs, what, twice) = match kind {
                FixedName::Header => {
                    let twice = fixed.headers.iter().any(|before| before.is_header(&name));
                    (&mut fixed.headers, "header", twice)
                }
                FixedName::Query => {
                    let twice = fixed.queries.iter().any(|before| before.is_query(&name));
                    (&mut fixed.queries, "query parameter", twice)
                }
            };
            if twice {
                diagnostics.push(
                    &pair.name,
                    format!("the {what} `{name}` is set twice: keep one of them"),
                );
            }
            pairs.push(pair);
        }
        fixed
    }

    /// Takes the fixed headers and parameters off the trait.
    pub(crate) fn take(attrs: &mut Vec<Attribute>, diagnostics: &mut Diagnostics) -> Self {
        let mut ours = Vec::new();
        attrs.retain(|attr| {
            let fixed = attribute::name(attr).and_then(|name| FixedName::find(&name));
            ours.extend(fixed.map(|kind| (kind, attr.clone())));
            fixed.is_none()
        });
        Self::read(&ours, diagnostics)
    }
}

/// `None`: an error was reported.
fn read(kind: FixedName, attr: &Attribute, diagnostics: &mut Diagnostics) -> Option<FixedAttr> {
    let args = attribute::arguments(attr).unwrap_or_default();
    let [name, value] = args.as_slice() else {
        diagnostics.push(attr, without_value(kind, &args));
        return None;
    };
    let mut text = |arg: &Arg| {
        let value = match arg {
            Arg::Value(value) => value.clone(),
            Arg::Key(key) => quote::ToTokens::to_token_stream(key),
        };
        attribute_args::text(&value, kind.example(), diagnostics)
    };
    let (name, value) = (text(name), text(value));
    let (name, value) = (name?, value?);
    let before = diagnostics.count();
    match kind {
        FixedName::Header => {
            if let Err(message) = header::check_name(&name.value()) {
                diagnostics.push(&name, message);
            }
            if let Err(message) = header::check_value(&value.value()) {
                diagnostics.push(&value, message);
            }
        }
        FixedName::Query => {
            if name.value().is_empty() {
                diagnostics.push(
                    &name,
                    format!("the name is empty: write one, as in `{}`", kind.example()),
                );
            }
        }
    }
    (diagnostics.count() == before).then(|| FixedAttr {
        name,
        value: value.value(),
    })
}

fn without_value(kind: FixedName, args: &[Arg]) -> String {
    let (attr, example) = (kind.name(), kind.example());
    match args {
        [Arg::Value(name)] => format!(
            "`#[{attr}({name})]` has no value: write `#[{attr}({name}, \"value\")]`, or mark an \
            argument `#[{attr}({name})]`"
        ),
        _ => format!("expected a name and a value: write `{example}`"),
    }
}
