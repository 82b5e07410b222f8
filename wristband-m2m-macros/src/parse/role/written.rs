//! The arguments in the parentheses of a role.

use syn::{Attribute, LitStr};

use super::RoleName;
use crate::diagnostics::Diagnostics;
use crate::parse::attribute;
use crate::parse::attribute_args::{self, Arg, KeyValue};
use crate::suggest;

/// The arguments that a role takes.
#[derive(Clone, Copy, PartialEq)]
enum Parameters {
    Nothing,
    /// A name that replaces the argument's.
    Name,
    /// A name and `csv`.
    NameAndCsv,
    /// Text that the argument's name cannot replace.
    Text,
}

impl RoleName {
    fn parameters(self) -> Parameters {
        match self {
            Self::QueryMap
            | Self::HeaderMap
            | Self::Json
            | Self::Form
            | Self::Multipart
            | Self::Url
            | Self::Timeout
            | Self::Page => Parameters::Nothing,
            Self::Path | Self::QueryFlag => Parameters::Name,
            Self::Query => Parameters::NameAndCsv,
            Self::Header | Self::Body => Parameters::Text,
        }
    }
}

/// As it was written.
#[derive(Default)]
pub(super) struct Written {
    pub(super) text: Option<LitStr>,
    pub(super) csv: bool,
}

impl Written {
    pub(super) fn read(
        attr: &Attribute,
        name: RoleName,
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        let (role, example) = (name.name(), name.example());
        let Some(args) = attribute::arguments(attr) else {
            diagnostics.push(
                attr,
                format!("`#[{role}]` cannot be written with `=`: write `{example}`"),
            );
            return None;
        };
        let mut written = Self::default();
        for (at, arg) in args.iter().enumerate() {
            match (arg, name.parameters()) {
                (_, Parameters::Nothing) => {
                    diagnostics.push(
                        arg,
                        format!("`#[{role}]` cannot have options: write `{example}`"),
                    );
                    return None;
                }
                (Arg::Value(value), _) if at == 0 => {
                    written.text = Some(attribute_args::text(value, example, diagnostics)?);
                }
                (Arg::Key(key), Parameters::NameAndCsv)
                    if key.name == "csv" && matches!(key.given, KeyValue::Nothing) =>
                {
                    written.csv = true;
                }
                _ => {
                    diagnostics.push(arg, surplus(arg, name));
                    return None;
                }
            }
        }
        if let Some(text) = &written.text
            && text.value().is_empty()
        {
            let alone = match name.parameters() {
                Parameters::Name | Parameters::NameAndCsv => {
                    format!(", or `#[{role}]` for the argument's own name")
                }
                Parameters::Nothing | Parameters::Text => String::new(),
            };
            diagnostics.push(text, format!("the name is empty: write `{example}`{alone}"));
            return None;
        }
        Some(written)
    }
}

fn surplus(arg: &Arg, name: RoleName) -> String {
    let (role, example) = (name.name(), name.example());
    match arg {
        Arg::Value(_) if name == RoleName::Header => {
            "the argument is the value of this header: write the name alone, or put \
                `#[header(\"Name\", \"value\")]` on the method"
                .to_owned()
        }
        Arg::Value(_) if name == RoleName::Query => {
            "the argument is the value of this parameter: write the name alone, or put \
                `#[query(\"name\", \"value\")]` on the method"
                .to_owned()
        }
        Arg::Value(_) => format!("`#[{role}]` cannot have two names: write `{example}`"),
        Arg::Key(key) => match &key.given {
            _ if name == RoleName::Query && suggest::nearest(&key.name, ["csv"]).is_some() => {
                "expected `csv`: write `#[query(csv)]`, or `#[query(\"name\", csv)]`".to_owned()
            }
            KeyValue::Nothing => {
                format!(
                    "expected a name in quotes: write `#[{role}(\"{}\")]`",
                    key.name
                )
            }
            KeyValue::Value(value) if syn::parse2::<LitStr>(value.clone()).is_ok() => {
                format!("expected the name alone: write `#[{role}({value})]`")
            }
            _ => format!("unknown option `{}`: write `{example}`", key.name),
        },
    }
}
