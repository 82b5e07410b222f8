//! Our attributes on an argument: the table of roles, and what stands in their parentheses.

use syn::{Attribute, LitStr};

use crate::diagnostics::Diagnostics;
use crate::literal::header;
use crate::model::Role;
use crate::parse::attribute;
use crate::parse::attribute_args::{self, Arg, KeyValue};
use crate::suggest;
use crate::table::table;

table! {
    /// What may stand on an argument.
    enum RoleName, role_docs;
    Path = "path", "#[path(\"id\")]", "nothing, or `#[path]`, `#[path(\"name\")]`"
        => "put into the path at `{name}`; any `Display`";
    Query = "query", "#[query(\"pageSize\")]", "`#[query]`, `#[query(\"name\")]`, `#[query(csv)]`, `#[query(\"name\", csv)]`"
        => "a query parameter: any `Serialize`; `None` is left out, a sequence repeats the key, or with `csv` is one value with commas";
    QueryMap = "query_map", "#[query_map]"
        => "a struct or map of query parameters";
    QueryFlag = "query_flag", "#[query_flag(\"verbose\")]", "`#[query_flag]`, `#[query_flag(\"name\")]`"
        => "a key without a value, sent when `true`";
    Header = "header", "#[header(\"X-Request-Id\")]"
        => "a header: any `Display`, or an `http::HeaderValue`; `None` is not sent, not even with the trait's or the builder's value";
    HeaderMap = "header_map", "#[header_map]"
        => "a map of headers";
    Json = "json", "#[json]"
        => "the body, as JSON; `None` sends none";
    Form = "form", "#[form]"
        => "the body, urlencoded; `None` sends none";
    Multipart = "multipart", "#[multipart]"
        => "the body: a `reqwest::multipart::Form` (feature `multipart`)";
    Body = "body", "#[body(\"text/plain\")]", "`#[body(\"content/type\")]`, or `#[body]` beside a `#[header(\"Content-Type\")]`"
        => "the body: anything that is `TryInto<reqwest::Body>`; `None` sends none";
    Url = "url", "#[url]"
        => "the whole URL, for an endpoint without a path; a relative one is resolved against the base URL";
    Timeout = "timeout", "#[timeout]"
        => "a `Duration` or an `Option<Duration>` for this call";
    Page = "page", "#[page]", "`#[page]`, beside `#[query]`, `#[header]` or `#[url]`"
        => "what the next page is asked for with, see [Pages](#pages) (feature `stream`)";
}

/// What the parentheses of a role may hold.
#[derive(Clone, Copy, PartialEq)]
enum Parameters {
    Nothing,
    /// A name, in place of the argument's own.
    Name,
    /// A name and `csv`.
    NameAndCsv,
    /// Text that the argument's name cannot stand for.
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

/// Features of the run time that a role may need.
#[derive(Clone, Copy)]
pub(crate) struct Features {
    pub(crate) multipart: bool,
    pub(crate) stream: bool,
}

impl Features {
    pub(crate) const ENABLED: Self = Self {
        multipart: cfg!(feature = "multipart"),
        stream: cfg!(feature = "stream"),
    };
}

/// What is known of the role of an argument.
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

/// What an attribute says of its argument.
pub(crate) enum Reading {
    /// It fills a placeholder; `None`: the one of its own name.
    Path(Option<LitStr>),
    /// It is the page, whatever its role.
    Page,
    Role(Role),
}

/// Reads `attr` as the role `name`, which it may only nearly spell, of an argument. `None`: a mistake was reported.
pub(crate) fn read(
    attr: &Attribute,
    name: RoleName,
    argument: &str,
    features: Features,
    diagnostics: &mut Diagnostics,
) -> Option<Reading> {
    let written = Written::read(attr, name, diagnostics)?;
    let name_or = |argument: &str| match &written.text {
        Some(text) => text.value(),
        None => argument.to_owned(),
    };
    Some(Reading::Role(match name {
        RoleName::Path => return Some(Reading::Path(written.text)),
        RoleName::Page => {
            needs_feature(attr, "stream", features.stream, diagnostics);
            return Some(Reading::Page);
        }
        RoleName::Query => Role::Query {
            name: name_or(argument),
            csv: written.csv,
        },
        RoleName::QueryMap => Role::QueryMap,
        RoleName::QueryFlag => Role::QueryFlag {
            name: name_or(argument),
        },
        RoleName::Header => Role::Header {
            name: header_name(attr, written.text, argument, diagnostics)?,
        },
        RoleName::HeaderMap => Role::HeaderMap,
        RoleName::Json => Role::Json,
        RoleName::Form => Role::Form,
        RoleName::Multipart => {
            needs_feature(attr, "multipart", features.multipart, diagnostics);
            Role::Multipart
        }
        RoleName::Body => Role::Body {
            content_type: match written.text {
                Some(text) => Some(content_type(&text, diagnostics)?),
                None => None,
            },
        },
        RoleName::Url => Role::Url,
        RoleName::Timeout => Role::Timeout,
    }))
}

fn needs_feature(attr: &Attribute, feature: &str, is_on: bool, diagnostics: &mut Diagnostics) {
    if !is_on {
        let role = attribute::name(attr).unwrap_or_default();
        diagnostics.push(
            attr,
            format!(
                "`#[{role}]` needs a feature: enable feature `{feature}` of wristband-m2m-reqwest"
            ),
        );
    }
}

/// What stands in the parentheses of a role.
#[derive(Default)]
struct Written {
    text: Option<LitStr>,
    csv: bool,
}

impl Written {
    fn read(attr: &Attribute, name: RoleName, diagnostics: &mut Diagnostics) -> Option<Self> {
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
            "the value of this header is the argument: write the name alone, or put \
                `#[header(\"Name\", \"value\")]` on the method"
                .to_owned()
        }
        Arg::Value(_) if name == RoleName::Query => {
            "the value of this parameter is the argument: write the name alone, or put \
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
                "`#[header]` does not say which header: write `#[header(\"{}\")]`",
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

fn content_type(written: &LitStr, diagnostics: &mut Diagnostics) -> Option<String> {
    let content_type = written.value();
    match header::check_content_type(&content_type) {
        Ok(()) => Some(content_type),
        Err(message) => {
            diagnostics.push(written, message);
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A role that is in the table and is not read would take its endpoint away without a message.
    #[test]
    fn each_role_is_read_as_its_example_shows_it() {
        for name in RoleName::ALL {
            let item: syn::TraitItemFn =
                syn::parse_str(&format!("{} fn f();", name.example())).expect("a function");
            let mut diagnostics = Diagnostics::default();
            let features = Features {
                multipart: true,
                stream: true,
            };
            let reading = read(
                &item.attrs[0],
                *name,
                "argument",
                features,
                &mut diagnostics,
            );
            assert!(reading.is_some(), "{name:?}");
            assert_eq!(diagnostics.messages(), [""; 0], "{name:?}");
        }
    }
}
