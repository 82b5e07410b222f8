//! `#[header("Name", "value")]` on a trait or a method.

use syn::{Attribute, LitStr};

use crate::args::{self, Arg};
use crate::attribute;
use crate::diagnostics::Mistakes;
use crate::header;
use crate::model::StaticHeader;

pub(crate) struct FixedHeader {
    pub(crate) name: LitStr,
    pub(crate) value: String,
}

impl FixedHeader {
    pub(crate) fn is(&self, name: &str) -> bool {
        self.name.value().eq_ignore_ascii_case(name)
    }

    pub(crate) fn as_static(&self) -> StaticHeader {
        StaticHeader {
            name: self.name.value(),
            value: self.value.clone(),
        }
    }
}

pub(crate) fn read_all(attrs: &[Attribute], mistakes: &mut Mistakes) -> Vec<FixedHeader> {
    let mut headers: Vec<FixedHeader> = Vec::new();
    for attr in attrs {
        let Some(header) = read(attr, mistakes) else {
            continue;
        };
        if headers.iter().any(|before| before.is(&header.name.value())) {
            mistakes.push(
                &header.name,
                format!(
                    "the header `{}` is set twice: keep one of them",
                    header.name.value()
                ),
            );
        }
        headers.push(header);
    }
    headers
}

/// Takes `#[header]` off the trait.
pub(crate) fn take(attrs: &mut Vec<Attribute>, mistakes: &mut Mistakes) -> Vec<FixedHeader> {
    let (ours, others) = std::mem::take(attrs)
        .into_iter()
        .partition::<Vec<_>, _>(|attr| attr.path().is_ident("header"));
    *attrs = others;
    read_all(&ours, mistakes)
}

/// `#[header("Name", "value")]`
fn read(attr: &Attribute, mistakes: &mut Mistakes) -> Option<FixedHeader> {
    const EXAMPLE: &str = "#[header(\"X-Source\", \"billing\")]";
    let args = attribute::arguments(attr).unwrap_or_default();
    let [Arg::Value(name), Arg::Value(value)] = args.as_slice() else {
        let message = match args.as_slice() {
            [Arg::Value(name)] => format!(
                "a header above a method has a value: write `#[header({name}, \"value\")]`, or \
                    mark an argument `#[header({name})]`"
            ),
            _ => format!("a header has a name and a value: write `{EXAMPLE}`"),
        };
        mistakes.push(attr, message);
        return None;
    };
    let name = args::text(name, EXAMPLE, mistakes);
    let value = args::text(value, EXAMPLE, mistakes);
    let (name, value) = (name?, value?);
    let before = mistakes.count();
    if let Err(message) = header::check_name(&name.value()) {
        mistakes.push(&name, message);
    }
    if let Err(message) = header::check_value(&value.value()) {
        mistakes.push(&value, message);
    }
    (mistakes.count() == before).then(|| FixedHeader {
        name,
        value: value.value(),
    })
}
