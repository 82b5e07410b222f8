//! One method of the trait, as written.

use syn::{
    Attribute, Block, Expr, ExprLit, FnArg, Lit, Meta, MetaNameValue, Signature, TraitItemFn,
    parse_quote,
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

/// A method of the trait.
pub(crate) enum Written {
    Endpoint(Box<Method>),
    Other(WithoutVerb),
}

/// A method with a verb.
pub(crate) struct Method {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) sig: Signature,
    pub(crate) body: Option<Block>,
    pub(crate) verb: Verb,
    /// Further verbs.
    pub(crate) others: Vec<Attribute>,
    pub(crate) fixed: Fixed,
    pub(crate) arguments: Vec<Argument>,
}

impl Method {
    /// Whether it is paginated.
    pub(crate) fn is_paged(&self) -> bool {
        self.arguments
            .iter()
            .any(|argument| argument.page.is_some())
    }
}

/// Our attributes on a method without a verb.
#[derive(Default)]
pub(crate) struct WithoutVerb {
    pub(crate) fixed: Vec<Attribute>,
    pub(crate) roles: Vec<Attribute>,
    /// An attribute was reported that may have been meant as a verb.
    pub(crate) has_unknown: bool,
}

/// Removes our attributes from a method and its arguments.
pub(crate) fn read(
    item: &mut TraitItemFn,
    features: Features,
    diagnostics: &mut Diagnostics,
) -> Written {
    let ours = OwnAttrs::take(&mut item.attrs, diagnostics);
    let fixed = Fixed::read(&ours.fixed, diagnostics);
    let Some((verb, others)) = ours.verbs.split_first() else {
        return Written::Other(without_verb(item, ours));
    };
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
    Written::Endpoint(Box::new(Method {
        attrs: with_argument_docs(&item.attrs, &arguments),
        sig: item.sig.clone(),
        body: item.default.clone(),
        verb,
        others: others.iter().map(|other| other.attr.clone()).collect(),
        fixed,
        arguments,
    }))
}

fn without_verb(item: &mut TraitItemFn, ours: OwnAttrs) -> WithoutVerb {
    let mut roles = Vec::new();
    for input in &mut item.sig.inputs {
        if let FnArg::Typed(argument) = input {
            roles.extend(take_roles(&mut argument.attrs));
        }
    }
    WithoutVerb {
        fixed: ours.fixed.into_iter().map(|(_, attr)| attr).collect(),
        roles,
        has_unknown: ours.unknown,
    }
}

fn take_roles(attrs: &mut Vec<Attribute>) -> Vec<Attribute> {
    let is_role =
        |attr: &Attribute| attribute::name(attr).is_some_and(|name| attribute::is_role(&name));
    let (roles, others) = std::mem::take(attrs).into_iter().partition(is_role);
    *attrs = others;
    roles
}

/// Reports a role on `self`.
fn refuse_roles(attrs: &mut Vec<Attribute>, diagnostics: &mut Diagnostics) {
    for attr in take_roles(attrs) {
        let role = attribute::name(&attr).unwrap_or_default();
        diagnostics.push(
            &attr,
            format!(
                "`self` cannot be marked `#[{role}]`: remove it, or write it before an argument"
            ),
        );
    }
}

/// Our attributes on a method.
#[derive(Default)]
struct OwnAttrs {
    verbs: Vec<VerbAttr>,
    fixed: Vec<(FixedName, Attribute)>,
    /// An attribute was reported that may have been meant as a verb.
    unknown: bool,
}

struct VerbAttr {
    attr: Attribute,
    /// The attribute that was meant, if this one is misspelt.
    name: VerbName,
    is_misspelt: bool,
}

impl VerbAttr {
    fn read(&self, diagnostics: &mut Diagnostics) -> Verb {
        if !self.is_misspelt {
            return Verb::read(&self.attr, self.name, diagnostics);
        }
        // One message per slip: other mistakes in it are reported once the name is right.
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

    /// Whether the attribute is not ours.
    fn leave(&mut self, attr: &Attribute, diagnostics: &mut Diagnostics) -> bool {
        if let Some(hidden) = attribute::hidden_in_cfg_attr(attr, attribute::is_on_method) {
            diagnostics.push(
                attr,
                format!(
                    "`#[{hidden}]` cannot be inside `cfg_attr`: write two methods with a \
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

/// rustc rejects docs on arguments, but this macro runs first: they become a list in the docs of the method.
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
