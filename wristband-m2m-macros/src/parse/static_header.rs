//! `#[header("Name", "value")]` on a trait or a method.

use syn::{Attribute, LitStr};

use crate::diagnostics::Diagnostics;
use crate::literal::header;
use crate::model::StaticHeader;
use crate::parse::attribute;
use crate::parse::attribute_args::{self, Arg};

pub(crate) struct StaticHeaderAttr {
    pub(crate) name: LitStr,
    pub(crate) value: String,
}

impl StaticHeaderAttr {
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

pub(crate) fn read_all(
    attrs: &[Attribute],
    diagnostics: &mut Diagnostics,
) -> Vec<StaticHeaderAttr> {
    let mut headers: Vec<StaticHeaderAttr> = Vec::new();
    for attr in attrs {
        let Some(header) = read(attr, diagnostics) else {
            continue;
        };
        if headers.iter().any(|before| before.is(&header.name.value())) {
            diagnostics.push(
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
pub(crate) fn take(
    attrs: &mut Vec<Attribute>,
    diagnostics: &mut Diagnostics,
) -> Vec<StaticHeaderAttr> {
    let (ours, others) = std::mem::take(attrs)
        .into_iter()
        .partition::<Vec<_>, _>(|attr| attr.path().is_ident("header"));
    *attrs = others;
    read_all(&ours, diagnostics)
}

/// `#[header("Name", "value")]`
fn read(attr: &Attribute, diagnostics: &mut Diagnostics) -> Option<StaticHeaderAttr> {
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
        diagnostics.push(attr, message);
        return None;
    };
    let name = attribute_args::text(name, EXAMPLE, diagnostics);
    let value = attribute_args::text(value, EXAMPLE, diagnostics);
    let (name, value) = (name?, value?);
    let before = diagnostics.count();
    if let Err(message) = header::check_name(&name.value()) {
        diagnostics.push(&name, message);
    }
    if let Err(message) = header::check_value(&value.value()) {
        diagnostics.push(&value, message);
    }
    (diagnostics.count() == before).then(|| StaticHeaderAttr {
        name,
        value: value.value(),
    })
}
