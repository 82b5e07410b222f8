//! Our attributes, and where each belongs.

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::{Attribute, Meta};

use crate::diagnostics::place;
use crate::parse::attribute_args::{self, Arg};
use crate::parse::role::RoleName;
use crate::suggest;
use crate::table::table;

table! {
    /// The verb, which makes a method an endpoint.
    enum VerbName, verb_docs;
    Get = "get", "#[get(\"/orders\")]" => "a GET request";
    Post = "post", "#[post(\"/orders\")]" => "a POST request";
    Put = "put", "#[put(\"/orders\")]" => "a PUT request";
    Patch = "patch", "#[patch(\"/orders\")]" => "a PATCH request";
    Delete = "delete", "#[delete(\"/orders\")]" => "a DELETE request";
    Head = "head", "#[head(\"/orders\")]" => "a HEAD request";
    Options = "options", "#[options(\"/orders\")]" => "an OPTIONS request";
    Request = "request", "#[request(\"PURGE\", \"/orders\")]" => "a request with any method; the only way to send a GET with a body";
}

impl VerbName {
    /// The method of the request. `None`: the attribute says which.
    pub(crate) fn method(self) -> Option<String> {
        (self != Self::Request).then(|| self.name().to_ascii_uppercase())
    }
}

table! {
    /// A header or query parameter with a fixed value.
    enum FixedName, fixed_docs;
    Header = "header", "#[header(\"X-Source\", \"billing\")]" => "a header with a fixed value";
    Query = "query", "#[query(\"api-version\", \"2024-01-01\")]" => "a query parameter with a fixed value";
}

/// One of our attributes for methods.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum MethodAttr {
    Verb(VerbName),
    Fixed(FixedName),
}

impl MethodAttr {
    pub(crate) fn find(name: &str) -> Option<Self> {
        let verb = VerbName::find(name).map(Self::Verb);
        verb.or_else(|| FixedName::find(name).map(Self::Fixed))
    }

    /// The attribute that was probably meant.
    pub(crate) fn nearest(name: &str) -> Option<Self> {
        let known = VerbName::NAMES.iter().chain(FixedName::NAMES).copied();
        suggest::nearest(name, known).and_then(Self::find)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Verb(verb) => verb.name(),
            Self::Fixed(fixed) => fixed.name(),
        }
    }
}

/// What rustc accepts on an argument without a macro that consumes it.
const BUILT_IN_ON_ARGUMENTS: [&str; 6] = ["allow", "cfg_attr", "deny", "expect", "forbid", "warn"];

/// The name of an attribute whose path is a single identifier.
pub(crate) fn name(attr: &Attribute) -> Option<String> {
    attr.path()
        .get_ident()
        .map(|ident| ident.unraw().to_string())
}

pub(crate) fn is_on_method(name: &str) -> bool {
    MethodAttr::find(name).is_some()
}

pub(crate) fn is_role(name: &str) -> bool {
    RoleName::find(name).is_some()
}

pub(crate) fn is_built_in_on_argument(name: &str) -> bool {
    BUILT_IN_ON_ARGUMENTS.contains(&name)
}

pub(crate) fn is_cfg(attr: &Attribute) -> bool {
    attr.path().is_ident("cfg")
}

/// The arguments in the parentheses of an attribute. `None`: it is written with `=`.
pub(crate) fn arguments(attr: &Attribute) -> Option<Vec<Arg>> {
    match &attr.meta {
        Meta::Path(_) => Some(Vec::new()),
        Meta::List(list) => Some(attribute_args::split(list.tokens.clone())),
        Meta::NameValue(_) => None,
    }
}

/// The first of our attributes inside a `cfg_attr`, where nothing would read it.
pub(crate) fn hidden_in_cfg_attr(attr: &Attribute, ours: fn(&str) -> bool) -> Option<String> {
    if !attr.path().is_ident("cfg_attr") {
        return None;
    }
    let inside = arguments(attr)?;
    inside.into_iter().skip(1).find_map(|arg| match arg {
        Arg::Key(key) if ours(&key.name) => Some(key.name),
        _ => None,
    })
}

/// Whether the attribute is above `#[wristband_m2m]`, where rustc resolves it before this macro runs.
pub(crate) fn is_above_ours(attr: &Attribute) -> bool {
    if !proc_macro::is_available() {
        return false;
    }
    let (attr, ours) = (attr.pound_token.span, Span::call_site());
    // `Span::unwrap` returns the compiler's span, and panics outside of the compiler, which is ruled out above.
    attr.unwrap().file() == ours.unwrap().file() && place(attr) < place(ours)
}

/// The tokens of an item that this macro cannot read, without our attributes, which rustc would not know.
pub(crate) fn strip(tokens: TokenStream) -> TokenStream {
    let mut kept: Vec<TokenTree> = Vec::new();
    for token in tokens {
        let TokenTree::Group(group) = &token else {
            kept.push(token);
            continue;
        };
        let after_pound =
            matches!(kept.last(), Some(TokenTree::Punct(punct)) if punct.as_char() == '#');
        if after_pound && is_ours(group.stream()) {
            kept.pop();
            continue;
        }
        let mut inside = proc_macro2::Group::new(group.delimiter(), strip(group.stream()));
        inside.set_span(group.span());
        kept.push(TokenTree::Group(inside));
    }
    kept.into_iter().collect()
}

fn is_ours(attribute: TokenStream) -> bool {
    let mut tokens = attribute.into_iter();
    let Some(TokenTree::Ident(ident)) = tokens.next() else {
        return false;
    };
    let name = ident.unraw().to_string();
    let called = matches!(tokens.next(), None | Some(TokenTree::Group(_)));
    called && (is_on_method(&name) || is_role(&name))
}
