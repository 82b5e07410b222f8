//! One method of the trait, as written.

use syn::{
    Attribute, Expr, ExprLit, FnArg, Lit, Meta, MetaNameValue, Signature, TraitItemFn, Type,
    parse_quote,
};

use crate::diagnostics::Diagnostics;
use crate::parse::argument::Argument;
use crate::parse::options::MethodOptions;
use crate::parse::role::Features;
use crate::parse::static_header::{self, StaticHeaderAttr};
use crate::parse::verb::Verb;
use crate::parse::{attribute, signature};
use crate::suggest;

/// An endpoint before the rules across its parts were checked.
pub(crate) struct Method {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) sig: Signature,
    pub(crate) verb: Verb,
    pub(crate) headers: Vec<StaticHeaderAttr>,
    pub(crate) arguments: Vec<Argument>,
    /// `None`: a mistake was reported.
    pub(crate) output: Option<Type>,
}

/// Takes our attributes off a method and its arguments. `None`: it is no endpoint.
pub(crate) fn read(
    item: &mut TraitItemFn,
    features: Features,
    diagnostics: &mut Diagnostics,
) -> Option<Method> {
    let ours = OwnAttr::take(&mut item.attrs, diagnostics);
    let headers = static_header::read_all(&ours.headers, diagnostics);
    let Some((verb, others)) = ours.verbs.split_first() else {
        without_verb(item, &ours, diagnostics);
        return None;
    };
    for other in others {
        diagnostics.push(
            &other.attr,
            format!(
                "an endpoint has one verb, and this one is `#[{}]` already: keep one of them",
                verb.name
            ),
        );
    }
    if let Some(body) = &item.default {
        diagnostics.push(
            body,
            format!(
                "an endpoint has no body: write `;` in its place, or remove `#[{}]`",
                verb.name
            ),
        );
    }
    let verb = Verb::read(&verb.attr, verb.name, diagnostics);
    signature::check(&item.sig, &verb.name, diagnostics);
    let output = signature::output(&item.sig, diagnostics);
    let mut arguments = Vec::new();
    for input in &mut item.sig.inputs {
        if let FnArg::Typed(argument) = input {
            arguments.extend(Argument::read(argument, features, diagnostics));
        }
    }
    Some(Method {
        attrs: with_argument_docs(&item.attrs, &arguments),
        sig: item.sig.clone(),
        verb,
        headers,
        arguments,
        output,
    })
}

/// Our attributes on a method.
#[derive(Default)]
struct OwnAttr {
    verbs: Vec<OwnVerb>,
    headers: Vec<Attribute>,
    /// Something was reported that may have been meant as a verb.
    unknown: bool,
}

struct OwnVerb {
    attr: Attribute,
    /// What was meant, if it is misspelt.
    name: &'static str,
}

impl OwnAttr {
    fn take(attrs: &mut Vec<Attribute>, diagnostics: &mut Diagnostics) -> Self {
        let mut ours = Self::default();
        attrs.retain(|attr| ours.leave(attr, diagnostics));
        ours
    }

    /// Whether the attribute is not for us.
    fn leave(&mut self, attr: &Attribute, diagnostics: &mut Diagnostics) -> bool {
        if let Some(hidden) = attribute::hidden_in_cfg_attr(attr, attribute::is_on_method) {
            diagnostics.push(
                attr,
                format!(
                    "`#[{hidden}]` is not seen inside `cfg_attr`: write two methods with a \
                    `#[cfg]` each"
                ),
            );
            self.unknown = true;
            return false;
        }
        let Some(name) = attribute::name(attr) else {
            return true;
        };
        let known = attribute::ON_METHODS
            .into_iter()
            .find(|known| *known == name);
        let meant = known.or_else(|| {
            let misplaced = attribute::is_role(&name) || MethodOptions::knows(&name);
            (!misplaced)
                .then(|| suggest::nearest(&name, attribute::ON_METHODS))
                .flatten()
        });
        match meant {
            Some(meant) => {
                if known.is_none() {
                    diagnostics.push(
                        attr,
                        format!(
                            "unknown attribute `#[{name}]`: did you mean `#[{meant}]`? (an \
                            attribute of another macro is written with its path)"
                        ),
                    );
                }
                if meant == "header" {
                    self.headers.push(attr.clone());
                } else {
                    self.verbs.push(OwnVerb {
                        attr: attr.clone(),
                        name: meant,
                    });
                }
                false
            }
            None => self.misplaced(attr, &name, diagnostics),
        }
    }

    fn misplaced(&mut self, attr: &Attribute, name: &str, diagnostics: &mut Diagnostics) -> bool {
        if MethodOptions::knows(name) {
            let example = MethodOptions::example(name);
            diagnostics.push(
                attr,
                format!(
                    "`{name}` is an option of the verb: write `{name} = {example}` after its path"
                ),
            );
            return false;
        }
        if attribute::is_role(name) {
            diagnostics.push(
                attr,
                format!("`#[{name}]` is for arguments: write it before the argument it marks"),
            );
            return false;
        }
        true
    }
}

fn without_verb(item: &mut TraitItemFn, ours: &OwnAttr, diagnostics: &mut Diagnostics) {
    let name = &item.sig.ident;
    if let Some(attr) = ours.headers.first() {
        diagnostics.push(
            attr,
            format!(
                "`{name}` has no verb to send this header with: write one such as \
                `#[get(\"/orders\")]` above it"
            ),
        );
    } else if item.default.is_none() && !ours.unknown {
        diagnostics.push(
            name,
            format!(
                "`{name}` has neither a verb nor a body: write a verb such as \
                `#[get(\"/orders\")]` above it, or a body"
            ),
        );
    }
    for input in &mut item.sig.inputs {
        let FnArg::Typed(argument) = input else {
            continue;
        };
        argument.attrs.retain(|attr| {
            let role = attribute::name(attr).filter(|name| attribute::is_role(name));
            if let Some(role) = &role
                && item.default.is_some()
            {
                diagnostics.push(
                    attr,
                    format!(
                        "`#[{role}]` has no meaning in a method without a verb: remove it, or \
                        write a verb such as `#[get(\"/orders\")]` above the method"
                    ),
                );
            }
            role.is_none()
        });
    }
}

/// Docs cannot stand on arguments in Rust, but they can in front of this macro: the docs of the method list them.
fn with_argument_docs(attrs: &[Attribute], arguments: &[Argument]) -> Vec<Attribute> {
    let mut attrs = attrs.to_vec();
    for argument in arguments
        .iter()
        .filter(|argument| !argument.docs.is_empty())
    {
        let mut lead = format!("\n- `{}`:", argument.name());
        for doc in &argument.docs {
            let Some(line) = doc_line(doc) else {
                continue;
            };
            let line = format!("{lead}{line}");
            attrs.push(parse_quote!(#[doc = #line]));
            lead = "  ".to_owned();
        }
    }
    attrs
}

fn doc_line(attr: &Attribute) -> Option<String> {
    let Meta::NameValue(MetaNameValue {
        value: Expr::Lit(ExprLit {
            lit: Lit::Str(line),
            ..
        }),
        ..
    }) = &attr.meta
    else {
        return None;
    };
    Some(line.value())
}
