//! Our attribute on an argument: a role and what stands in its parentheses.

use syn::{Attribute, LitStr};

use crate::diagnostics::Diagnostics;
use crate::literal::header;
use crate::model::Role;
use crate::parse::attribute;
use crate::parse::attribute_args::{self, Arg, KeyValue};
use crate::suggest;

/// Features of the run time that a role may need.
#[derive(Clone, Copy)]
pub(crate) struct Features {
    pub(crate) multipart: bool,
}

impl Features {
    pub(crate) const ENABLED: Self = Self {
        multipart: cfg!(feature = "multipart"),
    };
}

/// Our attribute on an argument.
pub(crate) enum RoleAttr {
    /// The path may name it.
    None,
    /// A mistake was reported; what was meant is not known.
    Unknown,
    Path {
        attr: Attribute,
        /// `None`: the argument's own name.
        placeholder: Option<LitStr>,
    },
    Role {
        attr: Attribute,
        role: Role,
    },
}

impl RoleAttr {
    /// Reads `attr` as the role `role`, which it may only nearly spell, of the argument `name`.
    pub(crate) fn read(
        attr: Attribute,
        role: &str,
        name: &str,
        features: Features,
        diagnostics: &mut Diagnostics,
    ) -> Self {
        read(attr, role, name, features, diagnostics).unwrap_or(Self::Unknown)
    }
}

fn read(
    attr: Attribute,
    role: &str,
    name: &str,
    features: Features,
    diagnostics: &mut Diagnostics,
) -> Option<RoleAttr> {
    let written = Written::read(&attr, role, diagnostics)?;
    let given = |default: &str| {
        written
            .text
            .as_ref()
            .map_or_else(|| default.to_owned(), LitStr::value)
    };
    let role = match role {
        "path" => {
            return Some(RoleAttr::Path {
                placeholder: written.text,
                attr,
            });
        }
        "query" => Role::Query {
            name: given(name),
            csv: written.csv,
        },
        "query_flag" => Role::QueryFlag { name: given(name) },
        "header" => Role::Header {
            name: header_name(&attr, written.text, name, diagnostics)?,
        },
        "body" => Role::Body {
            content_type: content_type(&attr, written.text, diagnostics)?,
        },
        "multipart" => {
            if !features.multipart {
                diagnostics.push(
                    &attr,
                    "`#[multipart]` needs a feature: enable feature `multipart` of \
                        wristband-m2m-reqwest",
                );
            }
            Role::Multipart
        }
        "query_map" => Role::QueryMap,
        "header_map" => Role::HeaderMap,
        "json" => Role::Json,
        "form" => Role::Form,
        "url" => Role::Url,
        "timeout" => Role::Timeout,
        _ => return None,
    };
    Some(RoleAttr::Role { attr, role })
}

/// What stands in the parentheses of a role.
#[derive(Default)]
struct Written {
    text: Option<LitStr>,
    csv: bool,
}

impl Written {
    fn read(attr: &Attribute, role: &str, diagnostics: &mut Diagnostics) -> Option<Self> {
        let example = match role {
            "path" => "#[path(\"id\")]",
            "query" => "#[query(\"pageSize\")]",
            "query_flag" => "#[query_flag(\"verbose\")]",
            "header" => "#[header(\"X-Request-Id\")]",
            "body" => "#[body(\"text/plain\")]",
            _ => "",
        };
        let Some(args) = attribute::arguments(attr) else {
            let instead = if example.is_empty() {
                format!("#[{role}]")
            } else {
                example.to_owned()
            };
            diagnostics.push(attr, format!("`#[{role}]` has no `=`: write `{instead}`"));
            return None;
        };
        if example.is_empty() {
            return written_alone(&args, role, diagnostics);
        }
        let mut written = Self::default();
        for (at, arg) in args.iter().enumerate() {
            match arg {
                Arg::Value(value) if at == 0 => {
                    written.text = Some(attribute_args::text(value, example, diagnostics)?);
                }
                Arg::Key(key)
                    if role == "query"
                        && key.name == "csv"
                        && matches!(key.given, KeyValue::Nothing) =>
                {
                    written.csv = true;
                }
                _ => {
                    diagnostics.push(arg, surplus(arg, role, example));
                    return None;
                }
            }
        }
        if let Some(text) = &written.text
            && text.value().is_empty()
        {
            let alone = match role {
                "path" | "query" | "query_flag" => {
                    format!(", or `#[{role}]` for the argument's own name")
                }
                _ => String::new(),
            };
            diagnostics.push(text, format!("the name is empty: write `{example}`{alone}"));
            return None;
        }
        Some(written)
    }
}

/// For roles that are written without parentheses.
fn written_alone(args: &[Arg], role: &str, diagnostics: &mut Diagnostics) -> Option<Written> {
    match args.first() {
        None => Some(Written::default()),
        Some(arg) => {
            diagnostics.push(
                arg,
                format!("`#[{role}]` has no options: write `#[{role}]`"),
            );
            None
        }
    }
}

fn surplus(arg: &Arg, role: &str, example: &str) -> String {
    match arg {
        Arg::Value(_) if role == "header" => {
            "the argument is the value of this header: write the name alone, or put \
                `#[header(\"Name\", \"value\")]` on the method"
                .to_owned()
        }
        Arg::Value(_) => format!("`#[{role}]` takes one name: write `{example}`"),
        Arg::Key(key) => match (&key.given, role) {
            (_, "query") if suggest::nearest(&key.name, ["csv"]).is_some() => {
                "expected `csv`: write `#[query(csv)]`, or `#[query(\"name\", csv)]`".to_owned()
            }
            (KeyValue::Nothing, _) => {
                format!("a name is in quotes: write `#[{role}(\"{}\")]`", key.name)
            }
            (KeyValue::Value(value), _) if syn::parse2::<LitStr>(value.clone()).is_ok() => {
                format!("a name stands alone: write `#[{role}({value})]`")
            }
            _ => format!("unknown option `{}`: write `{example}`", key.name),
        },
    }
}

fn header_name(
    attr: &Attribute,
    written: Option<LitStr>,
    argument: &str,
    diagnostics: &mut Diagnostics,
) -> Option<String> {
    let Some(name) = written else {
        diagnostics.push(
            attr,
            format!(
                "`#[header]` names its header: write `#[header(\"{}\")]`",
                header::name_for(argument)
            ),
        );
        return None;
    };
    match header::check_name(&name.value()) {
        Ok(()) => Some(name.value()),
        Err(message) => {
            diagnostics.push(&name, message);
            None
        }
    }
}

fn content_type(
    attr: &Attribute,
    written: Option<LitStr>,
    diagnostics: &mut Diagnostics,
) -> Option<String> {
    let Some(content_type) = written else {
        diagnostics.push(
            attr,
            "`#[body]` names its content type: write one such as \
                `#[body(\"application/octet-stream\")]`",
        );
        return None;
    };
    match header::check_content_type(&content_type.value()) {
        Ok(()) => Some(content_type.value()),
        Err(message) => {
            diagnostics.push(&content_type, message);
            None
        }
    }
}
