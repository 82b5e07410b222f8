//! One method of the trait, as written.

use syn::{
    Attribute, Expr, ExprLit, FnArg, Lit, Meta, MetaNameValue, Signature, TraitItemFn, parse_quote,
};

use crate::diagnostics::Diagnostics;
use crate::parse::argument::Argument;
use crate::parse::attribute;
use crate::parse::attribute::{FixedName, MethodAttr, VerbName};
use crate::parse::fixed::Fixed;
use crate::parse::options::CallOption;
use crate::parse::role::{Features, RoleName};
use crate::parse::verb::{Route, Verb};
use crate::suggest;

/// An endpoint before the rules across its parts were checked.
pub(crate) struct Method {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) sig: Signature,
    pub(crate) verb: Verb,
    pub(crate) fixed: Fixed,
    pub(crate) arguments: Vec<Argument>,
}

impl Method {
    /// Whether it returns one page after the other.
    pub(crate) fn is_paged(&self) -> bool {
        self.arguments
            .iter()
            .any(|argument| argument.page.is_some())
    }
}

/// Takes our attributes off a method and its arguments. `None`: it is no endpoint.
pub(crate) fn read(
    item: &mut TraitItemFn,
    features: Features,
    diagnostics: &mut Diagnostics,
) -> Option<Method> {
    let ours = OwnAttrs::take(&mut item.attrs, diagnostics);
    let fixed = Fixed::read(&ours.fixed, diagnostics);
    let Some((verb, others)) = ours.verbs.split_first() else {
        without_verb(item, &ours, diagnostics);
        return None;
    };
    let name = verb.name.name();
    for other in others {
        diagnostics.push(
            &other.attr,
            format!(
                "an endpoint cannot have two verbs, and this one is `#[{name}]` already: keep one of them"
            ),
        );
    }
    if let Some(body) = &item.default {
        diagnostics.push(
            body,
            format!(
                "an endpoint cannot have a body: write `;` in its place, or remove `#[{name}]`"
            ),
        );
    }
    let verb = verb.read(diagnostics);
    let mut arguments = Vec::new();
    for input in &mut item.sig.inputs {
        match input {
            FnArg::Typed(argument) => {
                arguments.extend(Argument::read(argument, features, diagnostics));
            }
            FnArg::Receiver(receiver) => refuse_roles(&mut receiver.attrs, diagnostics),
        }
    }
    Some(Method {
        attrs: with_argument_docs(&item.attrs, &arguments),
        sig: item.sig.clone(),
        verb,
        fixed,
        arguments,
    })
}

/// The client itself is not sent.
fn refuse_roles(attrs: &mut Vec<Attribute>, diagnostics: &mut Diagnostics) {
    attrs.retain(|attr| {
        let role = attribute::name(attr).filter(|name| attribute::is_role(name));
        if let Some(role) = &role {
            diagnostics.push(
                attr,
                format!(
                    "`self` cannot be marked `#[{role}]`: remove it, or write it before an argument"
                ),
            );
        }
        role.is_none()
    });
}

/// Our attributes on a method.
#[derive(Default)]
struct OwnAttrs {
    verbs: Vec<VerbAttr>,
    fixed: Vec<(FixedName, Attribute)>,
    /// Something was reported that may have been meant as a verb.
    unknown: bool,
}

struct VerbAttr {
    attr: Attribute,
    /// What was meant, if it is misspelt.
    name: VerbName,
    is_misspelt: bool,
}

impl VerbAttr {
    fn read(&self, diagnostics: &mut Diagnostics) -> Verb {
        if !self.is_misspelt {
            return Verb::read(&self.attr, self.name, diagnostics);
        }
        // One message for one slip: what else is odd about it shows once the name is right.
        let mut verb = Verb::read(&self.attr, self.name, &mut Diagnostics::default());
        if matches!(verb.route, Route::None) {
            verb.route = Route::Unknown;
        }
        verb
    }
}

impl OwnAttrs {
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
        if let Some(known) = MethodAttr::find(&name) {
            self.add(known, attr, false);
            return false;
        }
        if let Some(message) = misplaced(&name) {
            diagnostics.push(attr, message);
            return false;
        }
        let Some(near) = MethodAttr::nearest(&name) else {
            return true;
        };
        let similar = suggest::similar("attribute", &format!("#[{}]", near.name()));
        diagnostics.push(
            attr.path(),
            format!(
                "unknown attribute `#[{name}]`: {similar} (write an attribute of another macro \
                with its path)"
            ),
        );
        self.add(near, attr, true);
        false
    }

    fn add(&mut self, meant: MethodAttr, attr: &Attribute, is_misspelt: bool) {
        match meant {
            MethodAttr::Verb(name) => self.verbs.push(VerbAttr {
                attr: attr.clone(),
                name,
                is_misspelt,
            }),
            MethodAttr::Fixed(_) if is_misspelt => {}
            MethodAttr::Fixed(kind) => self.fixed.push((kind, attr.clone())),
        }
    }
}

fn misplaced(name: &str) -> Option<String> {
    if let Some(option) = CallOption::find(name) {
        return Some(format!(
            "`{name}` is an option of the verb: write `{}` after its path",
            option.example()
        ));
    }
    RoleName::find(name)
        .map(|_| format!("`#[{name}]` is for arguments: write it before the argument it marks"))
}

fn without_verb(item: &mut TraitItemFn, ours: &OwnAttrs, diagnostics: &mut Diagnostics) {
    let name = &item.sig.ident;
    let example = VerbName::Get.example();
    if let Some((_, attr)) = ours.fixed.first() {
        diagnostics.push(
            attr,
            format!(
                "`{name}` has no verb to send this with: write one such as `{example}` above it"
            ),
        );
    } else if item.default.is_none() && !ours.unknown {
        diagnostics.push(
            name,
            format!(
                "`{name}` has neither a verb nor a body: write a verb such as `{example}` above \
                it, or a body"
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
                        write a verb such as `{example}` above the method"
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
