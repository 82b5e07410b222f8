//! Our attributes on an argument: the table of roles, and how each is read.

mod written;

use syn::{Attribute, LitStr};

use self::written::Written;

use crate::diagnostics::Diagnostics;
use crate::literal::header;
use crate::model::Role;
use crate::parse::attribute;
use crate::table::table;

table! {
    /// The roles of an argument.
    enum RoleName, role_docs;
    Path = "path", "#[path(\"id\")]", "nothing, or `#[path]`, `#[path(\"name\")]`"
        => "fills `{name}` in the path; any `Display`";
    Query = "query", "#[query(\"pageSize\")]", "`#[query]`, `#[query(\"name\")]`, `#[query(csv)]`, `#[query(\"name\", csv)]`"
        => "a query parameter: any `Serialize`; `None` is left out, a sequence repeats the key, or with `csv` is one value with commas";
    QueryMap = "query_map", "#[query_map]"
        => "a struct or map of query parameters";
    QueryFlag = "query_flag", "#[query_flag(\"verbose\")]", "`#[query_flag]`, `#[query_flag(\"name\")]`"
        => "a key without a value, sent when `true`";
    Header = "header", "#[header(\"X-Request-Id\")]"
        => "a header: any `Display`, or an `http::HeaderValue`; `None` sends no such header, even if the trait or the builder sets it";
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
        => "selects the next page, see [Pages](#pages) (feature `stream`)";
}

/// Features of `wristband-m2m-reqwest` that a role may need.
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

/// The role of an argument, as far as it is known.
pub(crate) enum RoleAttr {
    /// The path may name it.
    None,
    /// An error was reported; what was meant is not known.
    Unknown,
    Path {
        attr: Attribute,
        /// `None`: the argument's name.
        placeholder: Option<LitStr>,
    },
    Role {
        attr: Attribute,
        role: Role,
    },
}

/// The role that an attribute gives to its argument.
pub(crate) enum Reading {
    /// It fills a placeholder; `None`: the one with its own name.
    Path(Option<LitStr>),
    /// It selects the page, whatever its role.
    Page,
    Role(Role),
}

/// Reads `attr` as the role `name`, which it may misspell. `None`: a mistake was reported.
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
                "`#[header]` has no name: write `#[header(\"{}\")]`",
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

    /// A role that is in the table and not read would silently remove its endpoint.
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
